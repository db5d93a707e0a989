"""The ini file's values, checked once before the tests: what is wrong with one is wrong for each of them."""

from collections.abc import Callable

import pytest

from fakefax.pytest_plugin import options, places


def check(config: pytest.Config) -> None:
    """Raise UsageError for a value that cannot be. What has its default costs nothing."""
    for name, look in CHECKS.items():
        if config.getini(name) == options.INI[name].get("default", ""):
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

    scenario = places.beside_the_ini(config)
    if names_a_file(scenario) or not options.option(config, "fakefax_url"):
        load(scenario)


def _verdict(config: pytest.Config) -> None:
    from fakefax.client.verdict import verdict_parts  # noqa: PLC0415 (only where it is set)

    verdict_parts(options.verdict_parts(config))


CHECKS: dict[str, Callable[[pytest.Config], None]] = {
    "fakefax_callback_timeout": _callback_timeout,
    "fakefax_scenario": _scenario,
    "fakefax_verdict": _verdict,
}
