"""The files of an exploration: the page of all points and faults, and a report of each run with a finding."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fakefax.client import FakeFax
    from fakefax.explore.explorer import Exploration, Finding
    from fakefax.explore.oracle import Flaw


def folder(config: pytest.Config) -> Path | None:
    """Where the reports of this run go; None where none was asked for."""
    return None


def write_run(into: Path, fakefax: "FakeFax", test: str, point: str, flaw: "Flaw") -> str | None:
    """Write the report of a run; its name."""
    return None


def replay(into: Path, name: str) -> list[str]:
    """The line that replays a report."""
    return []


def write_matrix(into: Path, test: str, found: "Exploration", again: "Callable[[Finding], str]") -> Path:
    """Write the page of all points and faults."""
    raise NotImplementedError
