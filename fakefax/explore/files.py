"""The files of an exploration: a report of each run with a finding, and the page of all points and faults."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fakefax.bundles.report import replay_line, report_name, write_report
from fakefax.explore.cases import Case
from fakefax.explore.explorer import Exploration, Finding, name_of, sentence
from fakefax.explore.matrix import matrix
from fakefax.explore.oracle import Flaw

if TYPE_CHECKING:
    from fakefax.client import FakeFax


def write_run(folder: Path, fakefax: "FakeFax", test: str, cases: Sequence[Case], flaw: Flaw) -> str:
    """Write the report of a recorded run under faults. Returns its file name. Raises OSError."""
    bundle = fakefax.bundle()
    failure = f"{flaw.kind}: {name_of(cases)}\n{sentence(cases, flaw)}."
    bundle["test"] = {"id": test, "failure": failure, "point": name_of(cases)}
    return write_report(folder, bundle, secrets=[fakefax.api_key]).name


def replay(folder: Path, name: str) -> str:
    """The command that replays the report of a run."""
    return replay_line(folder / name)


def write_page(folder: Path, test: str, found: Exploration, again: Callable[[Finding], str]) -> Path:
    """Write the page, and take away reports of runs that are no findings any more. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = {finding.report for finding in found.findings}
    for case in found.cases:
        name = report_name(f"{test}@{case.name}")
        if name not in kept:
            (folder / name).unlink(missing_ok=True)
    path = folder / f"explored-{report_name(test)}"
    path.write_text(matrix(test, found, again), encoding="utf-8", errors="backslashreplace")
    return path
