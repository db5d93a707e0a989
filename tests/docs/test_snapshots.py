"""docs/how-to/snapshots.md: its tests pass as they stand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fakefax import FakeFax
from tests.callbacks.endpoints import send
from tests.documentation import blocks


@pytest.mark.parametrize("name", ["snapshots", "snapshot-marker", "snapshot-settings"])
def test_the_examples_pass(tmp_path: Path, name: str):
    """Each block is a file of tests; the second one has the file of a snapshot beside it, made as the page says."""
    (block,) = blocks(name)
    (tmp_path / "test_it.py").write_text(block, encoding="utf-8")
    with FakeFax(callback_url="http://127.0.0.1:9/faxto") as fakefax:
        send(fakefax)
        send(fakefax)
        fakefax.advance("1m")
        fakefax.snapshot(keys=False).save(tmp_path / "two-pending.json")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "fakefax.pytest_plugin",
        "-p",
        "no:cacheprovider",
        "test_it.py",
    ]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 passed" in run.stdout
