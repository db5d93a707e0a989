"""Options of explorations: the marker's `explore`, the options of the command line and of the ini file."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from fakefax.pytest_plugin import marker

if TYPE_CHECKING:
    from fakefax.explore.explorer import Asked

ALL = "points"
FIXTURE = "fakefax"
STRICT = "strict"
BUDGET = "fakefax_explore_budget"
"""The user property that has the budget of an exploration, in the report of its set-up."""


class How(NamedTuple):
    """How a test is explored. `strict`: its own assertions count too.

    `patience` is the real seconds after which a run hangs, beside ten times those of the plain run.
    """

    asked: "Asked"
    strict: bool
    patience: float


def check(config: pytest.Config) -> None:
    """Raise UsageError for a value that cannot be."""
    what = config.getoption("--fakefax-explore")
    if what is None:
        return
    for name in ("--fakefax-explore-time", "--fakefax-explore-hang"):
        try:
            _seconds(config, name)
        except ValueError as error:
            raise pytest.UsageError(f"{name}: {error}") from None
    try:
        _asked(config)
    except ValueError as error:
        is_path = Path(what.partition("::")[0]).exists()
        hint = f"; write the path of tests first: pytest {what} --fakefax-explore" if is_path else ""
        raise pytest.UsageError(f"--fakefax-explore: {error}{hint}") from None


def check_marker(said: object, fixtures: Iterable[str]) -> None:
    """Raise WrongMarker for an `explore` that cannot be, or of a test without the fixture."""
    if said not in (True, False, STRICT):
        raise marker.WrongMarker(f'explore: {said!r} is not True, "strict" or False')
    if said and FIXTURE not in fixtures:
        raise marker.WrongMarker("explore: the test does not use the fixture fakefax")


def how(item: pytest.Function) -> How | None:
    """How a test is explored; None for one that is not.

    A wrong marker has been reported by `check_marker` when the tests were generated.
    """
    if FIXTURE not in item.fixturenames:
        return None
    said = marker.marker_settings(item).get("explore")
    if said is False or (said is None and item.config.getoption("--fakefax-explore") is None):
        return None
    return How(_asked(item.config), said == STRICT, _seconds(item.config, "--fakefax-explore-hang"))


def _seconds(config: pytest.Config, name: str) -> float:
    """An option that is a span of real time. Raises ValueError."""
    from fakefax.values.durations import parse_duration  # noqa: PLC0415 (only when a test is explored)

    return parse_duration(config.getoption(name)).total_seconds()


def _asked(config: pytest.Config) -> "Asked":
    """Raises ValueError."""
    from fakefax.explore.explorer import asked_of  # noqa: PLC0415 (only when a test is explored)

    return asked_of(config.getoption("--fakefax-explore") or ALL, config.getoption("--fakefax-explore-time"))


def known_file(config: pytest.Config) -> Path | None:
    """The file of known findings: of the command line, or beside the ini file."""
    given: Any = config.getoption("--fakefax-explore-known")
    if given:
        return Path(given)
    written = config.getini("fakefax_explore_known")
    return (config.inipath.parent if config.inipath else config.rootpath) / written if written else None


def explored(made: object) -> "list[pytest.Item | pytest.Collector] | None":
    """The tests that pytest made of a function, each with its exploration if it is to be explored.

    None where there is none.
    """
    items: list[Any] = made if isinstance(made, list) else []
    if not any(isinstance(item, pytest.Function) for item in items):
        return None
    found: list[pytest.Item | pytest.Collector] = []
    for item in items:
        found.append(item)
        chosen = how(item) if isinstance(item, pytest.Function) else None
        if chosen is not None:
            from fakefax.pytest_plugin.exploring import beside  # noqa: PLC0415 (only when a test is explored)

            found.append(beside(item, chosen))
    return found if len(found) > len(items) else None


def write_line(config: pytest.Config, text: str) -> None:
    """Write a line while tests run; not with -q, and not in a worker, which has no terminal."""
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and config.option.verbose >= 0 and not hasattr(config, "workerinput"):
        reporter.ensure_newline()
        reporter.write_line(text)


class Summaries:
    """A plugin that shows what explorations say in their reports, also those of pytest-xdist's workers."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._lines: list[str] = []
        self._after_dots = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Show an exploration's budget as soon as it is known, and gather its summary."""
        if report.when == "setup":
            for name, value in report.user_properties:
                if name == BUDGET:
                    text = str(value)
                    write_line(self._config, f"\n{text}" if self._after_dots else text)
                    self._after_dots = False
        elif hasattr(report, "node"):  # of a worker of pytest-xdist, whose dots are in no line of a file
            self._after_dots = True
        if report.when == "call":
            self._lines += [str(value) for name, value in report.user_properties if name == "fakefax_explore"]

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """A section with a line for each exploration."""
        if self._lines:
            terminalreporter.section("fakefax explore")
            for line in self._lines:
                terminalreporter.line(line)
