"""The files of an exploration: a report of each run with a finding, and the page of all points and faults."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fakefax.bundles.report import replay_line, report_name, write_report
from fakefax.explore.cases import Case
from fakefax.explore.explorer import PLAIN, Exploration, name_of, sentence
from fakefax.explore.matrix import matrix
from fakefax.explore.oracle import Flaw

if TYPE_CHECKING:
    from fakefax.client import FakeFax


def write_run(
    folder: Path, fakefax: "FakeFax", test: str, cases: Sequence[Case], flaw: Flaw, again: Callable[[str], str]
) -> str:
    """Write the report of a recorded run under faults. Returns its file name. Raises OSError.

    `again` has the command that makes the run of a name once more.
    """
    name = name_of(cases)
    failure = f"{flaw.kind}: {name}\n{sentence(cases, flaw)}."
    bundle = fakefax.bundle(test={"id": test, "failure": failure, "point": name, "again": again(name)})
    return write_report(folder, bundle).name


def replay(folder: Path, name: str) -> str:
    """The command that replays the report of a run."""
    return replay_line(folder / name)


def write_page(
    folder: Path, test: str, found: Exploration, again: Callable[[str], str], *, all_run: bool
) -> Path | None:
    """Write the page, and take away reports of runs that are no findings any more; the page goes with the last one.

    Unless `all_run`, reports of runs that were not asked for stay. Raises OSError.
    """
    path = folder / f"explored-{report_name(test)}"
    kept = {finding.report for finding in found.findings}
    left = False
    made = {PLAIN, *found.results}
    for run in dict.fromkeys([PLAIN, *(case.name for case in found.cases), *found.results]):
        report = folder / report_name(f"{test}@{run}")
        if report.name in kept:
            continue
        if run in made or (all_run and run not in found.not_run):
            report.unlink(missing_ok=True)
        left = left or report.exists()
    if not found.findings and not left:
        path.unlink(missing_ok=True)
        return None
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(matrix(test, found, again), encoding="utf-8", errors="backslashreplace")
    return path
