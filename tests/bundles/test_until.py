"""A replay stops right before an entry of the journal, and goes on by hand with a real endpoint."""

import pytest

from fakefax.bundles.replay import CannotReplay, Replay
from tests.api.wire import NOT_NOW, OK, Receiver
from tests.bundles.conftest import recording


@pytest.fixture
async def bundle():
    """Two sends, three attempts in one advance, a third send."""
    asked = []

    async def answer(_: bytes) -> bytes:
        asked.append(1)
        return OK if len(asked) == 6 else NOT_NOW

    async with Receiver(answer).listening() as receiver, recording(callback_url=receiver.url) as fakefax:
        await fakefax.send()
        await fakefax.send("+15005550002")
        await fakefax.advance("40m")
        await fakefax.send("+4420123456")
        await fakefax.advance("1h")
        return await fakefax.bundle()


async def test_it_stops_before_every_entry(bundle):
    """The journal then has the entries before this one, as they were, but for those of advances."""
    entries = [entry for entry in bundle["outcome"]["journal"] if not entry["kind"].startswith("clock.")]
    for before, entry in enumerate(entries[1:], 1):
        async with Replay(bundle) as replay:
            await replay.run_until(entry["seq"])
            clock = replay.sandbox.clock
            reached = replay.sandbox.journal.newest(100)
            messages = [each.message for each in reached if not each.kind.startswith("clock.")]
            assert messages == [each["message"] for each in entries][: len(messages)]
            assert 1 <= len(messages) <= before
            assert (clock.rate, clock.walking) == (0, False)
            assert clock.now.isoformat() <= entry["at"].replace("Z", "+00:00")


async def test_it_goes_on_with_the_real_endpoint(bundle):
    """Before the second attempts: the next step posts to the endpoint that is named."""
    second = [entry["seq"] for entry in bundle["outcome"]["journal"] if entry["kind"] == "receipt.attempt"][2]

    async def answer(_: bytes) -> bytes:
        return OK

    async with Receiver(answer).listening() as receiver, Replay(bundle, receiver.url, by_hand=True) as replay:
        await replay.run_until(second)
        assert receiver.arrived.empty()
        await replay.sandbox.clock.run_until_idle()
        assert receiver.arrived.qsize() == 2
        states = {str(job.receipt.state) for job in replay.sandbox.store if job.receipt}
    assert states == {"acknowledged"}


async def test_an_entry_that_is_not_there_is_refused(bundle):
    """The message names the entries that there are."""
    async with Replay(bundle) as replay:
        with pytest.raises(CannotReplay, match="the bundle has no entry 999; its entries are 1 to"):
            await replay.run_until(999)


async def test_entries_after_a_reset():
    """A reset begins the journal anew: an entry is one of the last journal."""
    async with recording() as fakefax:
        for _ in range(6):
            await fakefax.send()
        await fakefax.control("POST", "/reset")
        await fakefax.send()
        await fakefax.send()
        bundle = await fakefax.bundle()
    second = next(entry["seq"] for entry in bundle["outcome"]["journal"] if entry["fax_job_id"] == 207)
    async with Replay(bundle) as replay:
        await replay.run_until(second)
        assert [job.fax_job_id for job in replay.sandbox.store] == [206]
