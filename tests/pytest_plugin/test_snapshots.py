"""@pytest.mark.fakefax(snapshot=...): a test that begins where another run stood."""

from pathlib import Path

import pytest

from fakefax import FakeFax
from tests.callbacks.endpoints import send
from tests.pytest_plugin.conftest import Run

TEST = """
import pytest

@pytest.fixture
def fakefax_settings():
    return {"scenario": "busy", "balance": "5", "callback_url": "http://127.0.0.1:9/faxto"}

@pytest.mark.fakefax(snapshot="data/two-pending.json", verdict=False)
@pytest.mark.parametrize("time", [1, 2])
def test_it(fakefax, send, time):
    assert [fax.receipt for fax in fakefax.faxes] == ["pending", "pending"]
    assert (str(fakefax.balance), fakefax.rate) == ("5", 0)
    fakefax.receiver.answers(200)
    fakefax.advance("15m")
    fakefax.assert_acknowledged()
    send()

@pytest.mark.fakefax(snapshot="data/two-pending.json", seed=4)
def test_both(fakefax):
    pass

@pytest.mark.fakefax(snapshot="missing.json")
def test_missing(fakefax):
    pass
"""


def test_a_test_begins_with_a_snapshot(run: Run, pytester: pytest.Pytester):
    """The file is beside the test's; two tests have it each for itself; an error says why in one line."""
    with FakeFax() as fax:
        fax.callback_url = "http://127.0.0.1:9/faxto"
        send(fax)
        send(fax)
        fax.advance("1m")
        fax.rate = 60
        fax.snapshot(keys=False).save(pytester.path / "inner" / "data" / "two-pending.json")
    inner: Path = pytester.path / "inner" / "test_them.py"
    inner.write_text(TEST, encoding="utf-8")
    result = run("", "inner/test_them.py")
    result.assert_outcomes(passed=2, errors=2)
    result.stdout.fnmatch_lines(
        [
            "*wrong settings of this test's sandbox: snapshot and seed cannot both be given*",
            "snapshot 'missing.json' is not a file; looked for: *",
        ]
    )
