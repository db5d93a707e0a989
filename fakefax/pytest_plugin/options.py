"""The plugin's options: on the command line, and in the ini file."""

from typing import Any

import pytest

VERDICT = ("unacknowledged", "not_200", "malformed", "audit")

WHEN_USED = "when a test uses fakefax"

FLAGS: dict[str, dict[str, Any]] = {
    "--fakefax-url": {"metavar": "URL", "help": "Use the fakefax that runs at this URL, such as a container."},
    "--fakefax-receiver-host": {
        "metavar": "HOST",
        "help": "The name by which that fakefax reaches this machine; host.docker.internal from Docker.",
    },
    "--fakefax-coverage": {
        "action": "store_true",
        "help": "Say at the end which outcomes of a fax the tests have met.",
    },
    "--fakefax-allow-real": {"action": "store_true", "help": "Let tests connect to the real Fax.to hosts."},
}

INI: dict[str, dict[str, Any]] = {
    "fakefax_url": {"help": "Use the fakefax that runs at this URL."},
    "fakefax_receiver_host": {"help": "The name by which that fakefax reaches this machine."},
    "fakefax_scenario": {"help": "The scenario of each test: a shipped name, or a file beside the ini file."},
    "fakefax_callback_timeout": {
        "help": "Real time that one attempt at a callback URL may take.",
        "default": "10s",
    },
    "fakefax_verdict": {
        "help": "What is looked at when a test ends; none for nothing.",
        "type": "args",
        "default": list(VERDICT),
    },
    "fakefax_guard": {
        "help": "Stop connections to the real Fax.to hosts: true in every run, false in none; by default in runs "
        "with a test that uses fakefax.",
        "type": "bool",
        "default": WHEN_USED,
    },
}


def add_options(parser: pytest.Parser) -> None:
    """What `pytest --help` says of fakefax."""
    group = parser.getgroup("fakefax", "fakefax, a local stand-in for Fax.to")
    for flag, settings in FLAGS.items():
        group.addoption(flag, **settings)
    for name, settings in INI.items():
        parser.addini(name, **settings)


def option(config: pytest.Config, name: str) -> Any:
    """What the command line says, else the ini file; None for neither."""
    given = config.getoption(f"--{name.replace('_', '-')}")
    return given or config.getini(name) or None


def guarded(config: pytest.Config) -> bool | str:
    """Whether connections to the real Fax.to are stopped: True, False, or WHEN_USED."""
    guarded: bool | str = config.getini("fakefax_guard")
    return guarded and not config.getoption("--fakefax-allow-real") and guarded


def verdict_parts(config: pytest.Config) -> list[str]:
    """What is looked at when a test ends."""
    parts: list[str] = config.getini("fakefax_verdict")
    return [] if parts == ["none"] else parts
