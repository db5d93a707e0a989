"""The figures of a run, and how they are kept in results.json."""

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

Samples = dict[str, list[float]]
"""Rounds by what was measured; round n of one was made beside round n of the others."""


@dataclass
class Reach:
    """A target as a sentence, and what was measured."""

    wanted: str
    found: str
    met: bool


@dataclass
class Result:
    """The figures of one measure. `samples` are in `unit`; `curves` are for plots: (x, y) by name."""

    title: str
    unit: str
    samples: Samples
    reaches: list[Reach] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    against: str | None = "fakefax"
    curves: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    def median(self, name: str) -> float:
        return median(self.samples[name])


class Skipped(Exception):
    """A measure cannot be made here; the message says why."""


def ratio(samples: Samples, of: str, to: str) -> float:
    """The median of the ratios of rounds that were made side by side."""
    return median(mine / other for mine, other in zip(samples[of], samples[to], strict=True))


def at_least(samples: Samples, to: str, wanted: float, of: str = "fakefax") -> list[Reach]:
    """Compare fakefax, or one of its extras, with a peer: its median ratio is to be at least `wanted`."""
    if to not in samples or of not in samples:
        return []
    found = ratio(samples, of, to)
    extra = "" if of == "fakefax" else f", as {of}"
    return [Reach(f"at least {wanted:g} × {to}{extra}", f"{found:.2f} ×", found >= wanted)]


def at_most(samples: Samples, to: str, wanted: float) -> list[Reach]:
    """Compare fakefax with a peer: its median ratio is to be at most `wanted`."""
    if to not in samples:
        return []
    found = ratio(samples, "fakefax", to)
    return [Reach(f"at most {wanted:g} × {to}", f"{found:.2f} ×", found <= wanted)]


def machine() -> str:
    """A short description of the machine, without its name."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}"


class Book:
    """results.json: the latest figures of each measure, with the run that they are from."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.measures: dict[str, dict[str, Any]] = json.loads(path.read_text()) if path.exists() else {}

    def enter(self, name: str, result: Result, run: str) -> None:
        """Put the figures of a measure in place of earlier ones."""
        self.measures[name] = {"run": run, **asdict(result)}
        self._path.write_text(json.dumps(self.measures, indent=1) + "\n")

    def results(self) -> dict[str, tuple[Result, str]]:
        """All of it, each with the run that it is from."""
        found = {}
        for name, kept in self.measures.items():
            values = {key: value for key, value in kept.items() if key != "run"}
            values["reaches"] = [Reach(**reach) for reach in values["reaches"]]
            found[name] = Result(**values), kept["run"]
        return found
