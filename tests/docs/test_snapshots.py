"""docs/how-to/snapshots.md: its tests pass as they stand."""

import pytest

from fakefax import FakeFax
from tests.callbacks.endpoints import send
from tests.documentation import blocks
from tests.inner_pytest import InnerPytest


@pytest.mark.parametrize("name", ["snapshots", "snapshot-marker", "snapshot-settings"])
def test_the_examples_pass(inner_pytest: InnerPytest, name: str):
    """Each block is a file of tests; the second one has the file of a snapshot beside it, made as the page says."""
    (block,) = blocks(name)
    (inner_pytest.path / "test_it.py").write_text(block, encoding="utf-8")
    with FakeFax(callback_url="http://127.0.0.1:9/faxto") as fakefax:
        send(fakefax)
        send(fakefax)
        fakefax.advance("1m")
        fakefax.snapshot(keys=False).save(inner_pytest.path / "two-pending.json")
    inner_pytest("test_it.py").assert_outcomes(passed=1)
