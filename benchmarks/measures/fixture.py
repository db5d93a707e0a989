"""What a test pays for a sandbox of its own: tests that use the fixture beside tests that do nothing."""

import importlib.util
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.context import Context
from benchmarks.results import Reach, Result, Samples, Skipped

TESTS = 300
WANTED_MS = 2.0
EMPTY = "import pytest\n@pytest.mark.parametrize('n', range({n}))\ndef test_nothing(n): pass\n"
WITH_FIXTURE = "import pytest\n@pytest.mark.parametrize('n', range({n}))\ndef test_fixture(n, fakefax): pass\n"


def run(context: Context) -> Result:
    if importlib.util.find_spec("fakefax.pytest_plugin") is None:
        raise Skipped("there is no pytest plugin yet")
    number = context.some(TESTS)
    samples: Samples = {"a test with its own sandbox": []}
    for _ in range(context.rounds):
        # Twice the tests less the tests: what the session costs once is in both and so in neither.
        empty = _seconds(EMPTY, 2 * number) - _seconds(EMPTY, number)
        used = _seconds(WITH_FIXTURE, 2 * number) - _seconds(WITH_FIXTURE, number)
        samples["a test with its own sandbox"].append((used - empty) / number * 1000)
    found = Result("Fixture, over an empty test", "ms", samples, against=None)
    middle = found.median("a test with its own sandbox")
    found.reaches = [Reach(f"under {WANTED_MS:g} ms", f"{middle:.2f} ms", middle < WANTED_MS)]
    return found


def _seconds(text: str, number: int) -> float:
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        (Path(folder) / "test_cost.py").write_text(text.format(n=number))
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_cost.py"]
        begin = time.perf_counter()
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        return time.perf_counter() - begin
