"""--fakefax-report: one HTML file for each failed test, and an index of them.

The files are written where the tests run, under pytest-xdist in a worker. The process that reports to the terminal
writes the index, and takes away the file of a test that passes again.
"""

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fakefax.pytest_plugin import verdicts

if TYPE_CHECKING:
    from fakefax.bundles.report import IndexRow
    from fakefax.explore.causes import Cause

PROPERTY = "fakefax_report"
"""The property of a test that has the name of its file; it comes along from workers, and into JUnit XML."""

WHY = "fakefax_report_why"
"""The property that has the first line of the failure, as its report has it: without secrets."""

OF_RUN = "fakefax_report_of_run"
"""Of an exploration, once for each bug: the file of its first run, a blank, and the finding."""

SAME_CAUSE = "fakefax_report_of_same_bug"
"""Of an exploration, once for each further run: the file of the bug's first run, its own file, and its name."""

MAX_NOTE = 200
MAX_FAILURE = 100_000
"""Characters of a failure's text; of a longer one the last lines are kept, where the reason stands."""


def folder(config: pytest.Config) -> Path | None:
    """Where reports go: that of the command line from here, that of the ini file from its folder."""
    given = config.getoption("--fakefax-report")
    if given:
        return Path(given)
    of_ini = config.getini("fakefax_report")
    if not of_ini:
        return None
    base = config.inipath.parent if config.inipath else config.rootpath
    path: Path = base / of_ini
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def configure(config: pytest.Config) -> None:
    """Gather what is reported, in the process that talks to the terminal."""
    reports = folder(config)
    if reports is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Index(reports), "fakefax report")


def lines(item: pytest.Item, report: pytest.TestReport) -> list[str]:
    """Write the report of a failed test. Returns what its failure ends with: the command that runs it again."""
    reports, handle = folder(item.config), item.stash.get(verdicts.HANDLE, None)
    if reports is None or handle is None:
        return []
    from fakefax.bundles.report import replay_line, write_report  # noqa: PLC0415 (only for a failed test)
    from fakefax.client import FakeFaxError  # noqa: PLC0415 (loaded already: there is a handle)

    try:
        bundle = handle.bundle(test={"id": item.nodeid, "failure": _end_of(report.longreprtext)})
        path = write_report(reports, bundle)
    except (FakeFaxError, OSError) as error:
        return [f"its report cannot be written: {error}"]
    report.user_properties += [(PROPERTY, path.name), (WHY, _first_line(bundle["test"]["failure"]))]
    return [f"to run it again: {replay_line(path)}"]


def _end_of(text: str) -> str:
    return text if len(text) <= MAX_FAILURE else f"…{text[-MAX_FAILURE:].partition(chr(10))[2]}"


class Index:
    """Hooks of the process that talks to the terminal: which tests have left a report, and how they went on."""

    def __init__(self, reports: Path) -> None:
        self._folder = reports
        self._rows: dict[str, tuple[str, str]] = {}
        self._runs: dict[str, list[IndexRow]] = {}
        self._ends: dict[str, str] = {}
        self._index: Path | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a report that was written, and how the test has ended."""
        properties = dict(report.user_properties)
        name = properties.get(PROPERTY)
        if report.outcome not in ("passed", "skipped"):  # "rerun" too, of pytest-rerunfailures
            if name is not None:
                self._rows[report.nodeid] = str(name), str(properties.get(WHY) or _first_line(report.longreprtext))
                self._runs[report.nodeid] = _rows_of_runs(report)
            self._ends[report.nodeid] = report.outcome
        elif report.when == "call":
            self._ends[report.nodeid] = report.outcome

    def pytest_sessionfinish(self) -> None:
        """Write the index, and take away reports of an earlier run whose tests have passed."""
        if not self._rows and not self._folder.is_dir():
            return
        from fakefax.bundles.report import IndexRow, report_name, write_index  # noqa: PLC0415 (only with reports)

        for nodeid, end in self._ends.items():
            if end == "passed" and nodeid not in self._rows:
                (self._folder / report_name(nodeid)).unlink(missing_ok=True)
        rows = []
        for nodeid, (name, why) in sorted(self._rows.items()):
            rows.append(IndexRow(name, nodeid, self._note(nodeid, why)))
            rows += self._runs[nodeid]
        with contextlib.suppress(OSError):  # each failure has said already why nothing can be written
            self._index = write_index(self._folder, rows)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say where the reports are."""
        if self._rows:
            count = len(self._rows) + sum(1 + len(row.also) for rows in self._runs.values() for row in rows)
            terminalreporter.write_line(
                f"fakefax: {count} {'report' if count == 1 else 'reports'}, {self._index or self._folder}"
            )

    def _note(self, nodeid: str, why: str) -> str:
        passed = "failed, and passed at a rerun: " if self._ends.get(nodeid) == "passed" else ""
        return f"{passed}{why}"


def runs_of(causes: "Iterable[Cause]") -> Iterator[tuple[str, str]]:
    """The properties of an exploration that name the reports of its runs."""
    for cause in causes:
        first = cause.finding
        if first.report is not None:
            yield OF_RUN, f"{first.report} {first.name}: {first.kind}"
            for other in cause.others:
                yield SAME_CAUSE, f"{first.report} {other.report} {other.name}"


def _rows_of_runs(report: pytest.TestReport) -> "list[IndexRow]":
    from fakefax.bundles.report import IndexRow  # noqa: PLC0415 (only with reports)

    also: dict[str, list[tuple[str, str]]] = {}
    for key, value in report.user_properties:
        if key == SAME_CAUSE:
            first, name, run = str(value).split(" ", 2)
            also.setdefault(first, []).append((name, run))
    found = [str(value).partition(" ") for key, value in report.user_properties if key == OF_RUN]
    return [IndexRow(name, run, f"a run of {report.nodeid}", also.get(name, ())) for name, _, run in found]


def _first_line(failure: str) -> str:
    """Why a test has failed, in a line: the first that pytest marks with an E.

    A traceback of Python's own form ends with the reason, a text without any traceback begins with it.
    """
    text = failure.splitlines()
    marked = [line[1:].strip() for line in text if line.startswith("E ")]
    plain = [line.strip() for line in text if line.strip()]
    if marked or not plain:
        reason = "".join(marked[:1])
    elif plain[0].startswith("Traceback"):
        reason = plain[-1]
    else:
        reason = " ".join(plain[:2]) if plain[0].endswith(":") else plain[0]
    return reason[:MAX_NOTE]
