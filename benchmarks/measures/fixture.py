"""What a test pays for a sandbox of its own: tests that use the fixture beside tests that do nothing, in turn."""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.context import Context
from benchmarks.results import Reach, Result, Samples, Skipped

TESTS = 300
WARM_UP = 20
WANTED_MS = 2.0

TURNS = """
import pytest

@pytest.mark.parametrize("n", range({number}))
class TestInTurn:
    def test_nothing(self, n): pass
    def test_fixture(self, n, fakefax): pass
"""

TIMED = """
import json, time
from pathlib import Path
import pytest

spent = {"test_nothing": [], "test_fixture": []}

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item):
    begin = time.perf_counter()
    yield
    spent[item.originalname].append(time.perf_counter() - begin)
    return True

def pytest_sessionfinish():
    Path("spent.json").write_text(json.dumps(spent))
"""


def run(context: Context) -> Result:
    if importlib.util.find_spec("fakefax.pytest_plugin") is None:
        raise Skipped("there is no pytest plugin yet")
    samples: Samples = {"an empty test": [], "more with a sandbox of its own": []}
    for _ in range(context.rounds):
        nothing, fixture = _one_run(WARM_UP + context.some(TESTS))
        samples["an empty test"].append(nothing)
        samples["more with a sandbox of its own"].append(fixture - nothing)
    found = Result("Fixture, over an empty test", "ms", samples, against=None)
    middle = found.median("more with a sandbox of its own")
    found.reaches = [Reach(f"under {WANTED_MS:g} ms", f"{middle:.2f} ms", middle < WANTED_MS)]
    return found


def _one_run(number: int) -> tuple[float, float]:
    """The median milliseconds of an empty test and of one with the fixture: set up, called, torn down."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        (Path(folder) / "test_cost.py").write_text(TURNS.format(number=number))
        (Path(folder) / "conftest.py").write_text(TIMED)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "fakefax.pytest_plugin"]
        only_ours = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        subprocess.run(command, cwd=folder, env=only_ours, check=True, capture_output=True)
        spent = json.loads((Path(folder) / "spent.json").read_text())
    nothing, fixture = (median(seconds[WARM_UP:]) * 1000 for seconds in spent.values())
    return nothing, fixture
