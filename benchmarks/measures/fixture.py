"""The cost for a pytest run: whole runs, in turn, without the plugin, with it unused, and with the fixture.

It is processor time, of all runs' the least: what else the machine does is not the plugin's.
"""

import importlib.util
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from benchmarks.context import Context
from benchmarks.results import Reach, Result, Samples, Skipped
from benchmarks.running import environment

TESTS = 300
UNUSED_MS, FIRST_MS, FURTHER_MS = 10.0, 350.0, 1.2

TEST = """
import pytest

@pytest.mark.parametrize("number", range({number}))
def test_it({fixture}, number): pass
"""
UNUSED, FIRST, FURTHER = "unused", "first test", "each further test"


class _Kind(NamedTuple):
    """A run of pytest, with one test or many of them."""

    fixture: str
    many: bool = False
    plugin: bool = True


RUNS = {
    "without the plugin": _Kind("request", plugin=False),
    "empty": _Kind("request"),
    "fixture": _Kind("fakefax"),
    "empties": _Kind("request", many=True),
    "fixtures": _Kind("fakefax", many=True),
}


def run(context: Context) -> Result:
    if importlib.util.find_spec("fakefax.pytest_plugin") is None:
        raise Skipped("there is no pytest plugin yet")
    number = 1 + context.some(TESTS)
    runs: dict[str, list[float]] = {name: [] for name in RUNS}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        _run(folder, 1, "fakefax")  # writes what Python and pytest have compiled
        for _ in range(context.rounds):
            for name, what in RUNS.items():
                runs[name].append(_run(folder, number if what.many else 1, what.fixture, plugin=what.plugin))
    least = {name: min(spent) for name, spent in runs.items()}
    samples: Samples = {
        UNUSED: [least["empty"] - least["without the plugin"]],
        FIRST: [least["fixture"] - least["empty"]],
        FURTHER: [((least["fixtures"] - least["fixture"]) - (least["empties"] - least["empty"])) / (number - 1)],
    }
    notes = [
        f"Over an empty run, which takes {least['empty']:.0f} ms; the least of {context.rounds} runs of each kind."
    ]
    found = Result("Fixture, processor time of whole runs", "ms", samples, notes=notes, against=None)
    for name, most in ((UNUSED, UNUSED_MS), (FIRST, FIRST_MS), (FURTHER, FURTHER_MS)):
        middle = found.median(name)
        found.reaches.append(Reach(f"{name} at most {most:g} ms", f"{middle:.2f} ms", middle <= most))
    return found


def _run(folder: str, number: int, fixture: str, *, plugin: bool = True) -> float:
    """Milliseconds of the processor that one run of pytest takes."""
    (Path(folder) / "test_cost.py").write_text(TEST.format(number=number, fixture=fixture))
    ours = ["-p", "fakefax.pytest_plugin"] if plugin else []
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *ours]
    only_ours = {**environment(), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    used = _processor()
    subprocess.run(command, cwd=folder, env=only_ours, check=True, capture_output=True)
    return (_processor() - used) * 1000


def _processor() -> float:
    """Processor seconds of all child processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
