"""A test's own snapshots: there and back, to a file, from a file."""

from pathlib import Path

import pytest

from fakefax import FakeFax
from fakefax.client import WrongValue
from tests.callbacks.endpoints import send


def test_there_and_back(fax: FakeFax):
    """Everything after the snapshot is undone, and ids are not given twice."""
    fax.receiver.answers(503, 200)
    send(fax)
    fax.advance("1m")
    saved = fax.snapshot()
    fax.advance("15m")
    fax.assert_acknowledged()
    send(fax)
    fax.restore(saved)
    (only,) = fax.faxes
    assert (only.fax_job_id, only.receipt, len(only.attempts)) == (200, "pending", 1)
    assert fax.receiver.receipts == []
    fax.advance("15m")
    fax.assert_acknowledged()
    assert [attempt.status_code for attempt in fax.faxes[0].attempts] == [503, 200]
    send(fax)
    assert fax.faxes[-1].fax_job_id == 202


def test_again_and_again_it_is_the_same(fax: FakeFax):
    """A snapshot that is restored twice is the same snapshot; so is that of another sandbox with its text."""
    send(fax)
    fax.advance("10s")
    saved = fax.snapshot()
    for _ in range(2):
        fax.restore(saved)
        assert fax.snapshot() == saved
    assert fax.api_key in saved.text
    assert saved.data["faxes"][0]["fax_job_id"] == 200


def test_to_a_file_and_from_it(fax: FakeFax, tmp_path: Path):
    """A file without keys is put under the key of whoever loads it; its own rate stays."""
    fax.rate = 0
    send(fax)
    path = fax.snapshot(keys=False).save(tmp_path / "deep" / "one-sent.json")
    assert fax.api_key not in path.read_text(encoding="utf-8")
    with FakeFax(scenario="busy") as other:
        other.restore(path)
        assert [each.fax_job_id for each in other.faxes] == [200]
        assert other.api_key == fax.api_key
        other.restore(str(path))
        send(other)
        assert other.faxes[-1].fax_job_id == 201


def test_a_sandbox_of_a_server_begins_with_one(fax: FakeFax, tmp_path: Path):
    """Settings that a snapshot does not settle still count, and time stands still unless it is said otherwise."""
    fax.rate = 60
    send(fax)
    path = fax.snapshot(keys=False).save(tmp_path / "one.json")
    with FakeFax() as server, FakeFax.connect(server.url, snapshot=path, balance="7") as sandbox:
        assert (sandbox.rate, str(sandbox.balance)) == (0, "7")
        assert len(sandbox.faxes) == 1
        assert sandbox.api_key != server.api_key
    with FakeFax() as server, pytest.raises(WrongValue, match="snapshot and seed cannot both be given"):
        FakeFax.connect(server.url, snapshot=path, seed=3)


@pytest.mark.parametrize(
    ("saved", "message"),
    [
        (3, "^3 is not a snapshot; give what fakefax.snapshot"),
        ("missing.json", "^the snapshot missing.json cannot be read: No such file or directory$"),
    ],
)
def test_a_file_that_is_not_a_snapshot_is_refused(fax: FakeFax, saved: object, message: str):
    """The value is named, and what would be right."""
    with pytest.raises(WrongValue, match=message):
        fax.restore(saved)  # type: ignore[arg-type]


def test_a_wrong_file_is_told_with_every_problem(fax: FakeFax, tmp_path: Path):
    """Each problem begins with the file and has its path; nothing has changed."""
    send(fax)
    path = fax.snapshot().save(tmp_path / "wrong.json")
    text = (
        path.read_text(encoding="utf-8")
        .replace('"cost":"0.15"', '"cost":"much"')
        .replace('"rate":0.0', '"rate":-1')
    )
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WrongValue, match=r"wrong\.json: faxes\[0\]\.cost: 'much' is not valid"):
        fax.restore(path)
    assert len(fax.faxes) == 1


async def test_in_async_code():
    """Both can be awaited."""
    async with FakeFax() as fax:
        saved = await fax.aio.snapshot()
        await fax.aio.restore(saved)
        assert await fax.aio.snapshot() == saved
