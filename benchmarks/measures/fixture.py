"""The cost for a pytest run: whole runs, in turn, without the plugin, with it unused, and with the fixture."""

import importlib.util
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.context import Context
from benchmarks.results import Reach, Result, Samples, Skipped

TESTS = 300
UNUSED_MS, FIRST_MS, FURTHER_MS = 10.0, 350.0, 1.2

TEST = """
import pytest

@pytest.mark.parametrize("number", range({number}))
def test_it({fixture}, number): pass
"""
UNUSED, FIRST, FURTHER = "unused, processor time", "first test", "each further test"


def run(context: Context) -> Result:
    if importlib.util.find_spec("fakefax.pytest_plugin") is None:
        raise Skipped("there is no pytest plugin yet")
    number = 1 + context.some(TESTS)
    samples: Samples = {UNUSED: [], FIRST: [], FURTHER: []}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        _run(folder, 1, "fakefax")  # writes what Python and pytest have compiled
        for _ in range(context.rounds):
            _, without = _run(folder, 1, "request", plugin=False)
            empty, unused = _run(folder, 1, "request")
            first, _ = _run(folder, 1, "fakefax")
            empties, _ = _run(folder, number, "request")
            many, _ = _run(folder, number, "fakefax")
            samples[UNUSED].append(unused - without)
            samples[FIRST].append(first - empty)
            samples[FURTHER].append(((many - first) - (empties - empty)) / (number - 1))
    found = Result("Fixture, whole runs of pytest over empty ones", "ms", samples, against=None)
    for name, most in ((UNUSED, UNUSED_MS), (FIRST, FIRST_MS), (FURTHER, FURTHER_MS)):
        middle = found.median(name)
        found.reaches.append(Reach(f"{name} at most {most:g} ms", f"{middle:.2f} ms", middle <= most))
    return found


def _run(folder: str, number: int, fixture: str, *, plugin: bool = True) -> tuple[float, float]:
    """Milliseconds of one run of pytest: elapsed, and of the processor."""
    (Path(folder) / "test_cost.py").write_text(TEST.format(number=number, fixture=fixture))
    ours = ["-p", "fakefax.pytest_plugin"] if plugin else []
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *ours]
    only_ours = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    begin, used = time.perf_counter(), _processor()
    subprocess.run(command, cwd=folder, env=only_ours, check=True, capture_output=True)
    return (time.perf_counter() - begin) * 1000, (_processor() - used) * 1000


def _processor() -> float:
    """Processor seconds of all child processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
