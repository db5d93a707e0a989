"""The plugin's options: on the command line, and in the ini file."""

from typing import Any

import pytest

VERDICT = ("unacknowledged", "not_200", "malformed", "audit")


def add_options(parser: pytest.Parser) -> None:
    """What `pytest --help` says of fakefax."""
    group = parser.getgroup("fakefax", "fakefax, a local stand-in for Fax.to")
    group.addoption("--fakefax-url", metavar="URL", help="Use the fakefax that runs at this URL.")
    group.addoption(
        "--fakefax-receiver-host",
        metavar="HOST",
        help="The name by which that fakefax reaches this machine; host.docker.internal from Docker.",
    )
    group.addoption(
        "--fakefax-coverage", action="store_true", help="Say at the end which outcomes of a fax the tests have met."
    )
    group.addoption("--fakefax-allow-real", action="store_true", help="Let tests connect to the real Fax.to hosts.")
    parser.addini("fakefax_url", "Use the fakefax that runs at this URL.")
    parser.addini("fakefax_receiver_host", "The name by which that fakefax reaches this machine.")
    parser.addini("fakefax_scenario", "The scenario of each test: a shipped name, or a file beside the ini file.")
    parser.addini(
        "fakefax_callback_timeout", "Real time that an attempt at a callback URL may take.", default="10s"
    )
    parser.addini(
        "fakefax_verdict",
        "What is looked at when a test ends, or none.",
        type="args",
        default=list(VERDICT),
    )
    parser.addini("fakefax_guard", "Stop connections to the real Fax.to hosts.", type="bool", default=True)


def option(config: pytest.Config, name: str) -> Any:
    """What the command line says, else the ini file; None for neither."""
    given = config.getoption(f"--{name.replace('_', '-')}")
    return given or config.getini(name) or None


def guarded(config: pytest.Config) -> bool:
    """Whether connections to the real Fax.to are stopped."""
    return bool(config.getini("fakefax_guard")) and not config.getoption("--fakefax-allow-real")


def verdict_parts(config: pytest.Config) -> list[str]:
    """What is looked at when a test ends."""
    parts: list[str] = config.getini("fakefax_verdict")
    return [] if parts == ["none"] else parts
