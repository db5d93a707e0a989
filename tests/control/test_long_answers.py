"""Long answers do not hold up others: made in slices, in turns, and not for a reader that has gone."""

import asyncio
import gc
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from fakefax.control import long_answers
from fakefax.control.fax_views import fax_detail
from fakefax.control.long_answers import LongAnswer
from fakefax.control.schemas import journal_view
from fakefax.core.journal import Kind
from fakefax.core.real_time import breathe
from fakefax.schemas import JournalView
from tests.api.wire import DEADLINE, Wire, open_wire

ENTRIES = 15_000
DROPPED = """
clock: {rate: 0}
accounts: [{api_key: f@x2r0ckkz, callback_url: "http://localhost:9/faxto"}]
callbacks: [{when: {attempt: ">=1"}, then: {drop: true}}]
"""


def fill(wire: Wire, entries: int = ENTRIES) -> None:
    """A journal of some 10 MB."""
    for _ in range(entries):
        wire.server.sandbox.record(Kind.RULES_CHANGED, {"change": "x" * 250})


async def read_beside_sends(wire: Wire, path: str, readers: int) -> list[Any]:
    """The answers to several readers of a long one; two sends are answered before any of them has all of it."""
    reads = [asyncio.create_task(wire.get(path)) for _ in range(readers)]
    await wire.get("clock")
    for _ in range(2):
        await wire.send()
    assert not any(read.done() for read in reads)
    async with asyncio.timeout(DEADLINE * 3):
        return await asyncio.gather(*reads)


async def test_long_answers_take_turns(monkeypatch):
    """At most one slice of work at a time, and others get their turn after each, however many answers are made."""
    now = 0.0
    monkeypatch.setattr(long_answers, "real_seconds", lambda: now)
    made = []

    async def one(name: str) -> bytes:
        def items() -> Iterator[int]:
            nonlocal now
            for count in range(20):
                now += long_answers.SLICE / 4
                made.append(name)
                yield count

        answer = LongAnswer(JournalView([], 7, 0), entries=items())
        return b"".join([piece async for piece in answer.pieces(turn)])

    async def other() -> None:
        while True:
            made.append("other")
            await breathe()

    turn, task = asyncio.Lock(), asyncio.create_task(other())
    answers = await asyncio.gather(one("a"), one("b"))
    task.cancel()
    assert [json.loads(answer) for answer in answers] == 2 * [
        {"entries": [*range(20)], "last_seq": 7, "evicted": 0}
    ]
    work = "".join(made).split("other")
    assert max(map(len, work)) <= 4
    assert any("a" in part for part in work[: len(work) // 2]), "and they are made side by side"
    assert any("b" in part for part in work[: len(work) // 2])


@pytest.mark.parametrize(
    ("path", "slices"),
    [
        ("ledger", 600),
        ("audit", 9),
        ("verdict", 15),
        ("faxes?fields=fax_job_id,twice", 600),
        ("faxes?q=is:twice", 9),
        ("rules/faxes", 100),
        ("rules", 100),
    ],
)
async def test_every_answer_that_may_be_long_is_made_in_slices(monkeypatch, path, slices):
    """The books, the verdict and the rules, too: others get their turn after each slice."""
    monkeypatch.setattr(long_answers, "SLICE", 0)
    rules = "".join(f"  - {{when: {{fax_number: '+4930{number}'}}, then: {{}}}}\n" for number in range(100))
    async with open_wire(f"accounts: [{{api_key: f@x2r0ckkz}}]\nfaxes:\n{rules}") as wire:
        sandbox = wire.server.sandbox
        for number in range(600):
            sandbox.send(sandbox.first_account, f"+49301{number:06d}", 10)
        turns = 0

        async def others() -> None:
            nonlocal turns
            while True:
                turns += 1
                await breathe()

        task = asyncio.create_task(others())
        await breathe()
        before = turns
        await wire.get(path)
        task.cancel()
        assert turns - before > slices


async def test_sends_are_answered_while_journals_are_read(wire):
    """Three readers of a long journal: each gets all of it, and a send does not wait for them."""
    fill(wire, 5000)
    for journal in await read_beside_sends(wire, "journal", readers=3):
        assert len(journal["entries"]) >= 5000
        assert journal["entries"][-1]["seq"] == journal["last_seq"]


async def test_a_client_that_disconnects_leaves_nothing_behind(monkeypatch):
    """Twenty readers that hang up after a kilobyte: their answers are not made, and no memory is held for them."""
    views = 0
    view = journal_view

    def counted(entry):
        nonlocal views
        views += 1
        return view(entry)

    monkeypatch.setattr("fakefax.control.journal.journal_view", counted)
    async with open_wire() as wire:
        fill(wire)
        await hang_up(wire)
        before = resident()
        gc.disable()
        try:
            for _ in range(20):
                await hang_up(wire)
            await wire.get("clock")
        finally:
            gc.enable()
        assert resident() - before < 60_000_000
    assert views < 21 * ENTRIES / 4


async def hang_up(wire: Wire, path: str = "journal") -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", URL(wire.url).port, limit=1024)
    writer.write(f"GET /_fakefax/{path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    async with asyncio.timeout(DEADLINE):
        await reader.readexactly(1024)
    writer.transport.abort()


def resident() -> int:
    """Bytes of memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


async def test_an_old_client_gets_a_long_answer(wire):
    """HTTP/1.0 knows no chunks: the end of the connection ends the answer."""
    fill(wire, 3000)
    reader, writer = await asyncio.open_connection("127.0.0.1", URL(wire.url).port)
    writer.write(b"GET /_fakefax/journal?limit=3000 HTTP/1.0\r\n\r\n")
    async with asyncio.timeout(DEADLINE):
        head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
    writer.close()
    assert b"chunked" not in head
    assert len(json.loads(body)["entries"]) == 3000


ATTEMPTS = 193
"""Of a receipt that expired after 48 hours."""


async def expired(wire: Wire, count: int) -> None:
    """Have faxes whose receipts were all attempted as often as can be."""
    for number in range(count):
        await wire.send(fax_number=f"+1{number:010d}")
    walked = await wire.post("clock/advance", {"by": "49h", "budget": "60s"})
    assert walked["settled"], walked


async def test_details_of_expired_receipts_are_made_in_turns(monkeypatch):
    """Two readers of every attempt get all of them while sends are answered; for one that goes, work stops."""
    details = 0

    def counted(job):
        nonlocal details
        details += 1
        return fax_detail(job)

    monkeypatch.setattr("fakefax.control.faxes.fax_detail", counted)
    many = 50
    async with open_wire(DROPPED) as wire:
        await expired(wire, many)
        for listed in await read_beside_sends(wire, "faxes?detail=true", readers=2):
            assert [len(fax["attempts"]) for fax in listed["faxes"][:many]] == [ATTEMPTS] * many
        assert details >= 2 * many
        details = 0
        before = resident()
        for _ in range(8):
            await hang_up(wire, "faxes?detail=true")
        await wire.get("clock")
        assert details < 8 * many / 2
        assert resident() - before < 10_000_000
