"""The plugin's options: on the command line, and in the ini file, whose values are checked before the tests."""

from collections.abc import Callable
from typing import Any

import pytest

WHEN_USED = "when a test uses fakefax"
USUAL_PARTS = ()
"""Stands for the parts of the verdict that are checked unless the ini file names others, which makes a list."""

MARKER = (
    "fakefax(scenario=..., snapshot=..., balance=..., rate=..., start=..., seed=..., callback_url=..., "
    "received_fax_url=..., rules=[...], verdict=..., outcomes=..., explore=...): settings of the test's sandbox"
)

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
    "--fakefax-explore": {
        "nargs": "?",
        "const": "points",
        "metavar": "WHAT",
        "help": "Run each test that uses fakefax again under every fault at every point; pairs for two faults "
        "at once, or the name of one, such as send_fax#1:lose_reply=after_commit.",
    },
    "--fakefax-explore-time": {
        "metavar": "SPAN",
        "default": "10m",
        "help": "Real time that exploring one test may take; 10m unless given.",
    },
    "--fakefax-explore-hang": {
        "metavar": "SPAN",
        "default": "10s",
        "help": "Real time after which a run counts as hung, beside ten times its usual time; 10s unless given.",
    },
    "--fakefax-explore-known": {
        "metavar": "FILE",
        "help": "Findings that are known: others fail, and so does a known one that no longer happens.",
    },
    "--fakefax-report": {
        "metavar": "DIR",
        "help": "Write a report of each failed test into this folder: one HTML file.",
    },
    "--fakefax-inspect": {
        "action": "store_true",
        "help": "Stop at each failing test with its sandbox alive, and print the URL of its page.",
    },
    "--fakefax-allow-real": {"action": "store_true", "help": "Let tests connect to the real Fax.to hosts."},
}

INI: dict[str, dict[str, Any]] = {
    "fakefax_url": {"help": "Use the fakefax that runs at this URL."},
    "fakefax_receiver_host": {"help": "The name by which that fakefax reaches this machine."},
    "fakefax_scenario": {"help": "The scenario of each test: a shipped name, or a file beside the ini file."},
    "fakefax_report": {"help": "Write a report of each failed test into this folder, relative to the ini file's."},
    "fakefax_callback_timeout": {
        "help": "Real time that one attempt at a callback URL may take.",
        "default": "10s",
    },
    "fakefax_explore_known": {"help": "The file of known findings of explorations, beside the ini file."},
    "fakefax_verdict": {
        "help": "Parts of the verdict that are checked when a test ends, or none.",
        "type": "args",
        "default": USUAL_PARTS,
    },
    "fakefax_guard": {
        "help": "Stop connections to the real Fax.to hosts: true in every run, false in none; by default in runs "
        "with a test that uses fakefax.",
        "type": "bool",
        "default": WHEN_USED,
    },
}


def add_options(parser: pytest.Parser) -> None:
    """Add fakefax's options to `pytest --help`."""
    group = parser.getgroup("fakefax", "fakefax, a local stand-in for Fax.to")
    for flag, settings in FLAGS.items():
        group.addoption(flag, **settings)
    for name, settings in INI.items():
        parser.addini(name, **settings)


def option(config: pytest.Config, name: str) -> Any:
    """The value on the command line, else in the ini file; None for neither."""
    given = config.getoption(f"--{name.replace('_', '-')}")
    return given or config.getini(name) or None


def guarded(config: pytest.Config) -> bool | str:
    """Whether connections to the real Fax.to are stopped: True, False, or WHEN_USED."""
    guarded: bool | str = config.getini("fakefax_guard")
    return guarded and not config.getoption("--fakefax-allow-real") and guarded


def verdict_parts(config: pytest.Config) -> list[str]:
    """The parts of the verdict to check when a test ends."""
    parts: list[str] | tuple[()] = config.getini("fakefax_verdict")
    if isinstance(parts, tuple):
        from fakefax.values.verdict_parts import DEFAULT_PARTS  # noqa: PLC0415 (only when a test uses fakefax)

        return list(DEFAULT_PARTS)
    return [] if parts == ["none"] else parts


def check_ini(config: pytest.Config) -> None:
    """Raise UsageError for a value that cannot be. Options with their default cost nothing."""
    for name, look in CHECKS.items():
        if config.getini(name) == INI[name].get("default", ""):
            continue
        try:
            look(config)
        except ValueError as error:
            raise pytest.UsageError(f"{name} in the ini file: {error}") from None


def _callback_timeout(config: pytest.Config) -> None:
    from fakefax.values.durations import parse_timeout  # noqa: PLC0415 (only where it is set)

    parse_timeout(config.getini("fakefax_callback_timeout"))


def _scenario(config: pytest.Config) -> None:
    """A server that runs already may have names of its own; a file is read here."""
    from fakefax.client.sandboxes import load, names_a_file  # noqa: PLC0415 (only where it is set)
    from fakefax.pytest_plugin import marker  # noqa: PLC0415 (likewise)

    scenario = marker.beside_the_ini(config)
    if names_a_file(scenario) or not option(config, "fakefax_url"):
        load(scenario)


def _verdict(config: pytest.Config) -> None:
    from fakefax.client.verdict import verdict_parts as checked  # noqa: PLC0415 (only where it is set)

    checked(verdict_parts(config))


CHECKS: dict[str, Callable[[pytest.Config], None]] = {
    "fakefax_callback_timeout": _callback_timeout,
    "fakefax_scenario": _scenario,
    "fakefax_verdict": _verdict,
}
