"""Scenarios that a web client may name: the shipped ones, and those of a folder that `serve` was given.

A name is looked up among the files that are there. It is never made into a path, so that no client reads any other
file of the machine.
"""

from pathlib import Path

from fakefax.scenario.loader import (
    ScenarioUnreadable,
    check_scenario,
    is_shipped,
    load_scenario,
    parse_scenario,
    shipped_scenarios,
)
from fakefax.scenario.schema import Scenario

GIVEN = "scenario"
"""The name of a scenario that came in a request, in its problems."""


class Library:
    """Finds scenarios by name, and reads each file once for as long as it stays the same."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._read: dict[Path, tuple[int, Scenario]] = {}

    def files(self) -> dict[str, Path]:
        """Name and file of each scenario; one of the folder beats a shipped one of its name."""
        own = sorted(self._folder.glob("*.y*ml")) if self._folder else []
        return {**shipped_scenarios(), **{path.stem: path for path in own}}

    def named(self, name: str) -> Scenario:
        """A scenario by its name. Raises ScenarioUnreadable for an unknown one, ScenarioError for a wrong file."""
        files = self.files()
        path = files.get(name)
        if path is None:
            raise ScenarioUnreadable([_unknown(name, files)])
        shipped = is_shipped(path)
        changed = 0 if shipped else path.stat().st_mtime_ns
        kept = self._read.get(path)
        if kept is None or kept[0] != changed:
            kept = self._read[path] = (changed, load_scenario(name if shipped else str(path)))
        return kept[1]

    def size(self, scenario: object, sent: int) -> int:
        """The bytes that `given` has to check: `sent` of a request, or those of a file that was not read yet."""
        if not isinstance(scenario, str) or _is_text(scenario):
            return sent
        path = self.files().get(scenario)
        return 0 if path is None or path in self._read or is_shipped(path) else path.stat().st_size

    def given(self, scenario: object) -> Scenario:
        """The scenario of a request: by name, as YAML text, or as data. Raises ScenarioError."""
        if not isinstance(scenario, str):
            return check_scenario(scenario, GIVEN)
        if _is_text(scenario):
            return parse_scenario(scenario, GIVEN)
        return self.named(scenario)


def _is_text(scenario: str) -> bool:
    """Whether this is a scenario itself, and not the name of one."""
    return any(mark in scenario for mark in ":\n{")


def _unknown(name: str, files: dict[str, Path]) -> str:
    from fakefax.scenario.validation.problems import shown, suggestion  # noqa: PLC0415 (only for the message)

    cure = ""
    if "/" in name or "\\" in name or Path(name).suffix in (".yaml", ".yml"):
        cure = "; a path is not taken here: send the scenario itself, or start with --scenarios-dir"
    return f"{shown(name)} is not a scenario that this server knows{cure}{suggestion(name, files)}"
