"""Waiting for an entry of the journal: found, impossible, or out of time; always with the reasons."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

import pytest

from fakefax.core import journal_search
from fakefax.core.clock import Clock, ClockClosed
from fakefax.core.journal import Entry, Journal, JournalEvicted, Kind
from fakefax.core.journal_search import MAX_WAITERS, JournalQuery, JournalWaiter, TooManyWaiters, WaitOutcome
from fakefax.core.real_time import breathe, real_pause
from tests.core.time_tools import DEADLINE, START, after, nothing, seconds

ACCEPTED = {"fax_number": "+44123", "pages": 3, "cost": "0.45", "rule": "faxes[0] 'a line': busy after 30s"}


def about(entry: Entry) -> Mapping[str, object]:
    return {"fax_number": "+44123"} if entry.fax_job_id == 200 else {}


class Rig:
    """A clock and a journal with somebody on the lookout; `ended` has the fax jobs of which nothing more comes."""

    def __init__(self, rate: float = 0) -> None:
        self.clock = Clock(START, rate)
        self.journal = Journal(100)
        self.ended: dict[int, str] = {}
        self.journal_waiter = JournalWaiter(self.clock, self.journal, about, self.ended.get)

    def record(self, kind: Kind, fax_job_id: int | None = 200, **detail: object) -> Entry:
        return self.journal.record(self.clock.now, kind, detail, "key", fax_job_id)


@pytest.mark.parametrize(
    ("values", "fits"),
    [
        ({"kind": "fax.accepted"}, True),
        ({"kind": "fax"}, True),
        ({"kind": "fax.finished"}, False),
        ({"fax_job_id": 200, "api_key": "key"}, True),
        ({"fax_job_id": 201}, False),
        ({"pages": 3}, True),
        ({"pages": "3", "cost": 0.45}, True),
        ({"fax_number": "+44*"}, True),
        ({"fax_number": "+4*5"}, False),
        ({"rule": "*a line*"}, True),
        ({"nothing": None}, False),
    ],
)
async def test_an_entry_fits_by_its_fields_and_details(values: dict[str, object], fits: bool):
    """Values are compared as JSON has them; a kind may be a group, and a star stands for any characters."""
    rig = Rig()
    entry = rig.journal.record(START, Kind.FAX_ACCEPTED, ACCEPTED, "key", 200)
    assert JournalQuery(values).fits(entry, about) is fits
    assert (JournalQuery(values).differences(entry, about) == []) is fits


async def test_true_and_false_are_written_as_in_json():
    """A detail that is true fits `true`, as a value of JSON and as text, and a miss names both."""
    entry = Rig().record(Kind.REQUEST, malformed=True)
    assert JournalQuery({"malformed": True}).fits(entry, about)
    assert JournalQuery({"malformed": "true"}).fits(entry, about)
    assert JournalQuery({"malformed": False}).differences(entry, about) == ["malformed is true, not false"]


async def test_an_entry_that_is_there_is_found_immediately():
    """Entries of before count, from `after` on, and as many as are wanted are answered, oldest first."""
    rig = Rig()
    for number in range(5):
        rig.record(Kind.REQUEST, number=number)
    outcome = await rig.journal_waiter.wait(JournalQuery({"kind": "request"}, count=2, after=1), 5)
    assert ([entry.seq for entry in outcome.found], outcome.message) == ([2, 3], None)


async def test_an_entry_is_found_when_it_comes():
    """A wait ends with the entry that completes it, and nobody listens after that."""
    rig = Rig()
    rig.record(Kind.REQUEST)
    waiting = asyncio.ensure_future(rig.journal_waiter.wait(JournalQuery({"kind": "request"}, count=2), 30))
    await breathe()
    rig.record(Kind.FAX_ACCEPTED)
    last = rig.record(Kind.REQUEST)
    async with asyncio.timeout(DEADLINE):
        outcome = await waiting
    assert (outcome.found[-1], outcome.message, len(rig.journal_waiter)) == (last, None, 0)


async def test_out_of_time_it_tells_what_came_close():
    """The account has the entries that differ least, with the field and both values."""
    rig = Rig(rate=1)
    rig.record(Kind.FAX_ACCEPTED, 201, fax_number="+1", pages=3)
    rig.record(Kind.RECEIPT_ATTEMPT, status_code=503, attempt=1)
    rig.record(Kind.REQUEST, None, status=200)
    wanted = JournalQuery({"kind": "receipt.attempt", "fax_job_id": 200, "status_code": 200})
    outcome = await rig.journal_waiter.wait(wanted, 0.001)
    assert outcome.message == "it did not come within 0.001 real seconds"
    assert [(miss.entry.seq, miss.differs) for miss in outcome.near] == [(2, ["status_code is 503, not 200"])]


@pytest.mark.parametrize("kind", ["fax.accepted", "fax", None])
async def test_unrelated_entries_are_not_near_misses(kind: str | None):
    """Of other groups only an entry that came in its place is reported, never a refused request of the test."""
    rig = Rig()
    rig.record(Kind.SANDBOX_STARTED, None, scenario="a story")
    rig.record(Kind.CONTROL_REFUSED, None, path="/_fakefax/wait")
    rig.record(Kind.CLOCK_ADVANCED, None, advanced="1m")
    refused = rig.record(Kind.REQUEST_REFUSED, None, operation="send_fax")
    wanted = {"fax_number": "+44123"} if kind is None else {"kind": kind}
    outcome = await rig.journal_waiter.wait(JournalQuery(wanted), 0)
    near = [miss.entry for miss in outcome.near]
    if kind is None:
        assert Kind.CONTROL_REFUSED not in [entry.kind for entry in near]
    else:
        assert near == [refused]


async def test_a_misspelt_field_is_reported_with_those_there_are():
    """A detail that no entry has is named beside the details that the nearest entry has."""
    rig = Rig()
    rig.record(Kind.FAX_FINISHED, fax_number="+44123", msg_code="busy")
    outcome = await rig.journal_waiter.wait(JournalQuery({"kind": "fax.finished", "msgcode": "busy"}), 5)
    assert outcome.near[0].differs == ["it has no msgcode; it has: fax_number, msg_code"]


async def test_the_number_of_a_fax_is_known_for_its_receipts():
    """An entry about a receipt has no number of its own; that of its fax counts."""
    rig = Rig()
    rig.record(Kind.RECEIPT_ACKNOWLEDGED, attempt=1)
    outcome = await rig.journal_waiter.wait(JournalQuery({"kind": "receipt", "fax_number": "+44*"}), 5)
    assert len(outcome.found) == 1


PAUSED = "the clock is paused and nothing waits for it, so nothing of this kind can come by itself"
ADVANCE = "the clock is paused; next is 'fax 200 ends', at 2026-01-05T09:00:30Z: advance the clock, then ask again"


async def test_a_paused_clock_with_nothing_to_come_is_said_at_once():
    """A wait for a receipt that cannot come ends at once, with the reason and with what comes next."""
    rig = Rig()
    for message in (PAUSED, ADVANCE):
        outcome = await rig.journal_waiter.wait(JournalQuery({"kind": "receipt.acknowledged"}), 60)
        assert (outcome.found, outcome.message) == ([], message)
        rig.clock.call_at(after(30), "fax 200 ends", nothing)
    rig.record(Kind.RECEIPT_ACKNOWLEDGED)
    outcome = await rig.journal_waiter.wait(JournalQuery({"kind": "receipt.acknowledged"}, count=2), 60)
    assert (len(outcome.found), outcome.message) == (1, f"1 of 2 are there; {ADVANCE}")


@pytest.mark.parametrize(
    "values", [{"kind": "fax.accepted"}, {"kind": "request"}, {"kind": "received.arrived"}, {"fax_job_id": 200}]
)
async def test_entries_from_outside_are_waited_for(values: dict[str, object]):
    """A program may send a fax at any moment, whatever the clock does."""
    outcome = await Rig().journal_waiter.wait(JournalQuery(values), 0.001)
    assert outcome.message == "it did not come within 0.001 real seconds"


async def test_a_fax_that_has_ended_for_good_is_not_waited_for():
    """Even while time flows: the receipt that was not sent will not be acknowledged."""
    rig = Rig(rate=60)
    rig.ended[200] = "fax job 200 has ended and its receipt is not_sent, so nothing more comes of it by itself"
    outcome = await rig.journal_waiter.wait(JournalQuery({"kind": "receipt.acknowledged", "fax_job_id": 200}), 60)
    assert outcome.message == rig.ended[200]


async def test_hope_that_ends_while_waiting_ends_the_wait():
    """When an attempt is in flight there is hope; when it failed and nothing more is due, there is none."""
    rig = Rig()
    hold = rig.clock.hold("receipt 200, attempt 1")
    waiting = asyncio.ensure_future(rig.journal_waiter.wait(JournalQuery({"kind": "receipt.acknowledged"}), 60))
    await breathe()
    rig.record(Kind.RECEIPT_ATTEMPT, attempt=1)
    await breathe()
    assert not waiting.done()
    rig.record(Kind.RECEIPT_EXPIRED, attempts=1)
    hold.release()
    async with asyncio.timeout(DEADLINE):
        outcome = await waiting
    assert outcome.message == PAUSED
    assert outcome.near[0].differs == ["kind is receipt.expired, not receipt.acknowledged"]


async def test_hope_lasts_as_long_as_an_advance_is_under_way():
    """A receipt that fails and is acknowledged later, all in one advance, is waited for to the end."""
    rig, loop = Rig(), asyncio.get_running_loop()
    waits: list[asyncio.Task[WaitOutcome]] = []

    def attempt(_: datetime) -> None:
        hold = rig.clock.hold("receipt 200, attempt 1")
        wanted = JournalQuery({"kind": "receipt.acknowledged"})
        waits.append(loop.create_task(rig.journal_waiter.wait(wanted, 60)))

        def fail() -> None:
            with hold:
                rig.record(Kind.RECEIPT_ATTEMPT, status_code=503)

        loop.call_soon(fail)

    rig.clock.call_at(after(10), "attempt 1", attempt)

    def succeed(_: datetime) -> None:
        rig.record(Kind.RECEIPT_ACKNOWLEDGED)

    rig.clock.call_at(after(20), "attempt 2", succeed)
    async with asyncio.timeout(DEADLINE):
        await rig.clock.advance(seconds(30))
        (outcome,) = await asyncio.gather(*waits)
    assert (outcome.message, [entry.at for entry in outcome.found]) == (None, [after(20)])


async def test_a_sandbox_that_ends_lets_nobody_wait():
    """A wait ends at once with the reason when the sandbox is reset or closed."""
    rig = Rig()
    waits = [
        asyncio.ensure_future(rig.journal_waiter.wait(JournalQuery({"kind": "request"}), 60)) for _ in range(3)
    ]
    await breathe()
    rig.journal_waiter.close()
    async with asyncio.timeout(DEADLINE):
        for ended in await asyncio.gather(*waits, return_exceptions=True):
            assert isinstance(ended, ClockClosed)
    assert len(rig.journal_waiter) == 0


async def test_the_number_of_waits_is_bounded():
    """One more than a sandbox has room for is refused; a wait that ends makes room."""
    rig = Rig()
    waits = [
        asyncio.ensure_future(rig.journal_waiter.wait(JournalQuery({"kind": "fax"}), 60))
        for _ in range(MAX_WAITERS)
    ]
    await breathe()
    with pytest.raises(TooManyWaiters, match=r"^100 waits are under way in this sandbox"):
        await rig.journal_waiter.wait(JournalQuery({"kind": "fax"}), 60)
    rig.record(Kind.FAX_ACCEPTED)
    await asyncio.gather(*waits)
    assert (await rig.journal_waiter.wait(JournalQuery({"kind": "fax"}), 60)).message is None


async def test_evicted_entries_cannot_be_waited_for():
    """A wait from before what the journal keeps is an error: what was wanted may have been there."""
    rig = Rig()
    for _ in range(150):
        rig.record(Kind.REQUEST)
    with pytest.raises(JournalEvicted):
        await rig.journal_waiter.wait(JournalQuery({"kind": "request"}, after=49), 1)
    assert len((await rig.journal_waiter.wait(JournalQuery({"kind": "request"}, after=50), 1)).found) == 1


async def test_a_failed_wait_says_what_the_journal_has_dropped():
    """A wait for evicted entries says that they may have existed."""
    rig = Rig()
    rig.record(Kind.FAX_ACCEPTED, 199)
    for _ in range(100):
        rig.record(Kind.FAX_ACCEPTED)
    outcome = await rig.journal_waiter.wait(JournalQuery({"kind": "fax.accepted", "fax_job_id": 199}), 0)
    assert outcome.message is not None
    assert outcome.message.endswith("; not looked at: entries up to 1, which the journal has dropped")
    later = await rig.journal_waiter.wait(JournalQuery({"kind": "fax.accepted", "fax_job_id": 199}, after=50), 0)
    assert later.message == "it did not come within 0 real seconds"


async def test_details_that_nobody_asks_for_are_not_told():
    """Looking for an entry does not make the sentences of all others, such as why rules missed."""
    rig = Rig()
    made = []
    reported = {"fax_number": "+1", "misses": lambda: made.append(1)}
    rig.journal.record(rig.clock.now, Kind.FAX_ACCEPTED, reported, "key", 200)
    outcome = await rig.journal_waiter.wait(JournalQuery({"kind": "fax.accepted", "fax_number": "+1"}), 0)
    assert outcome.message is None
    assert made == []


async def near(wanted: dict[str, object], rig: Rig, after: int = 0) -> list[int]:
    """The numbers of the near misses of a wait that is over at once."""
    outcome = await rig.journal_waiter.wait(JournalQuery(wanted, after=after), 0)
    assert outcome.message is not None
    return [miss.entry.seq for miss in outcome.near]


async def test_of_equal_near_misses_the_newest_three_are_reported():
    """The newest comes first, and what came before `after` is none of them."""
    rig = Rig()
    for number in range(6):
        rig.record(Kind.FAX_ACCEPTED, 200 + number, pages=3)
    wanted = {"kind": "fax.accepted", "fax_job_id": 300}
    assert await near(wanted, rig) == [6, 5, 4]
    assert await near(wanted, rig, after=4) == [6, 5]


async def test_near_misses_of_the_wanted_kind_come_first():
    """Before a newer entry that differs in as many fields, but also is of another kind."""
    rig = Rig()
    rig.record(Kind.FAX_ACCEPTED, 200, pages=3)
    rig.record(Kind.FAX_FINISHED, 201, pages=3)
    rig.record(Kind.FAX_FINISHED, 201, pages=1)
    assert await near({"kind": "fax.accepted", "fax_job_id": 201, "pages": 3}, rig) == [1, 2, 3]


async def test_an_entry_that_has_nothing_of_what_is_wanted_is_not_near():
    """One that differs in every field says nothing; with one field it says what the field is."""
    rig = Rig()
    rig.record(Kind.FAX_FINISHED, 200, pages=3)
    assert await near({"kind": "fax.accepted", "fax_job_id": 201}, rig) == []
    assert await near({"kind": "fax.accepted", "fax_job_id": 200}, rig) == [1]
    assert await near({"fax_job_id": 201}, rig) == [1]


@pytest.mark.parametrize("kind", [Kind.REQUEST_REFUSED, Kind.REQUEST_FAILED, Kind.REQUEST_FAULT])
async def test_what_came_in_place_of_a_fax_is_near(kind: Kind):
    """A send that was refused, that failed, or that a rule struck explains why no fax was accepted."""
    rig = Rig()
    rig.record(kind, None, operation="send_fax")
    assert await near({"kind": "fax.accepted"}, rig) == [1]


async def test_near_misses_are_looked_for_among_the_newest_entries(monkeypatch: pytest.MonkeyPatch):
    """In a long journal it is what happened last that explains a miss."""
    monkeypatch.setattr(journal_search, "LOOKED_AT", 2)
    rig = Rig()
    for number in range(5):
        rig.record(Kind.FAX_ACCEPTED, 200 + number)
    assert await near({"kind": "fax.accepted", "fax_job_id": 300}, rig) == [5, 4]


async def test_an_entry_that_comes_just_as_the_time_is_up_is_found():
    """The last wanted entry counts although the timeout ends before the wait has gone on."""
    rig, loop = Rig(), asyncio.get_running_loop()
    loop.call_later(0.001, rig.record, Kind.REQUEST)
    waiting = asyncio.ensure_future(rig.journal_waiter.wait(JournalQuery({"kind": "request"}), 0.005))
    await breathe()
    real_pause(0.02)  # so that the event loop finds both due at once
    outcome = await waiting
    assert (outcome.message, len(outcome.found)) == (None, 1)
