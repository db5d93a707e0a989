"""The stream of events: complete, resumable, bounded, and nobody else's trouble."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import aiohttp
import pytest

from fakefax.control import events
from fakefax.core.real_time import breathe, real_sleep
from tests.api.wire import DEADLINE, Wire, open_wire


class Event(NamedTuple):
    name: str
    data: Any
    event_id: int | None = None


class Stream:
    """A client that reads one stream."""

    def __init__(self, content: aiohttp.StreamReader) -> None:
        self._content = content

    async def next(self) -> Event:
        """The next event; comments are passed over."""
        async with asyncio.timeout(DEADLINE):
            while True:
                text = await self._content.readuntil(b"\n\n")
                if not text:
                    raise EOFError
                lines = text.decode().splitlines()
                fields = dict(line.split(": ", 1) for line in lines if line and not line.startswith(":"))
                if "event" in fields:
                    number = fields.get("id")
                    return Event(
                        fields["event"], json.loads(fields["data"]), None if number is None else int(number)
                    )

    async def seqs(self, last: int) -> list[int]:
        """The numbers of the entries that come, up to this one."""
        found: list[int] = []
        while not found or found[-1] < last:
            event = await self.next()
            assert event.name == "entries", event
            found += [entry["seq"] for entry in event.data["entries"]]
            assert event.event_id == found[-1]
        return found


@asynccontextmanager
async def following(wire: Wire, query: str = "", **headers: str) -> AsyncIterator[Stream]:
    async with (
        aiohttp.ClientSession(read_bufsize=2**22) as session,
        session.get(f"{wire.url}/_fakefax/events?{query}", headers=headers) as answer,
    ):
        assert (answer.status, answer.content_type) == (200, "text/event-stream"), await answer.text()
        yield Stream(answer.content)


async def test_a_stream_says_hello_and_then_all_that_is_new(wire):
    """Entries come as the journal has them, with the clock; earlier ones are not sent unless asked for."""
    await wire.send()
    async with following(wire) as stream:
        hello = await stream.next()
        assert hello.name == "hello"
        assert (hello.data["first_seq"], hello.data["last_seq"], hello.data["sandbox"]) == (1, 3, 1)
        assert hello.data["clock"]["next"]["name"] == "fax 200 ends"
        await wire.send()
        assert await stream.seqs(5) == [4, 5]
        await wire.post("clock/advance", {"by": "1m"})
        event = await stream.next()
        journal = await wire.get("journal?after=5")
        assert event.data["entries"] == journal["entries"]
        assert (event.event_id, event.data["clock"]["now"]) == (journal["last_seq"], "2026-01-05T09:01:00Z")


@pytest.mark.parametrize("how", ["after", "header"])
async def test_a_stream_is_resumed_without_a_gap(wire, how):
    """A client that comes back with the id of its last event gets exactly what it missed.

    A browser comes back to the same URL, with its first `after`, and names the last event in a header.
    """
    for _ in range(300):
        await wire.send()
    async with following(wire, "after=0") as stream:
        assert (await stream.next()).name == "hello"
        first = await stream.next()
    after = first.event_id if how == "after" else 0
    headers = {} if how == "after" else {"Last-Event-ID": str(first.event_id)}
    async with following(wire, f"after={after}", **headers) as stream:
        assert (await stream.next()).name == "hello"
        rest = await stream.seqs(601)
    assert [entry["seq"] for entry in first.data["entries"]] + rest == list(range(1, 602))
    assert len(first.data["entries"]) <= events.MAX_ENTRIES_PER_FRAME


async def test_a_reader_that_comes_too_late_gets_an_error():
    """Entries that the bounded journal has dropped are `lost`, with the reason; then the stream goes on."""
    async with open_wire(journal_limit=100) as wire:
        for _ in range(60):
            await wire.send()
        for query, reason in (
            ("after=3", "has dropped entry 4"),
            ("after=5000", "entry 5000 is not in the journal"),
        ):
            async with following(wire, query) as stream:
                hello, evicted = await stream.next(), (await wire.get("journal"))["evicted"]
                assert (hello.name, hello.data["first_seq"]) == ("hello", evicted + 1)
                lost = await stream.next()
                last_seq = (await wire.get("journal"))["last_seq"]
                assert (lost.name, lost.event_id, lost.data["last_seq"]) == ("lost", last_seq, last_seq)
                assert reason in lost.data["reason"]
                await wire.send()
                assert await stream.seqs(last_seq + 2) == [last_seq + 1, last_seq + 2]


async def test_a_reset_is_followed_and_another_journal_is_reported(wire):
    """After a reset the same connection follows the new journal; a client that returns gets the reset."""
    async with following(wire) as stream:
        old = (await stream.next()).data["journal"]
        await wire.post("reset")
        reset = await stream.next()
        assert (reset.name, reset.data["last_seq"]) == ("reset", 1)
        assert reset.data["journal"] != old
        assert await stream.seqs(1) == [1]
        await wire.send()
        assert await stream.seqs(3) == [2, 3]
    async with following(wire, f"after=1&journal={old}") as stream:
        assert [(await stream.next()).name for _ in range(2)] == ["hello", "lost"]


async def test_a_deleted_sandbox_ends_its_streams(wire):
    """Its stream says so and ends; a new connection is a 404, after which browsers do not try again."""
    await wire.call("POST", "/_fakefax/sandboxes", json={})
    async with following(wire, "sandbox=2") as stream:
        await stream.next()
        await wire.call("DELETE", "/_fakefax/sandboxes?sandbox=2")
        assert (await stream.next()).name == "gone"
        with pytest.raises(EOFError):
            await stream.next()
    assert (await wire.call("GET", "/_fakefax/events?sandbox=2")).status == 404


async def test_a_stream_outlives_the_timeout_of_clients_and_keeps_its_sandbox():
    """Neither --client-timeout nor --sandbox-idle ends what somebody looks at; both are over many times here."""
    async with open_wire(client_timeout=0.1, sandbox_idle=0.1) as wire:
        await wire.call("POST", "/_fakefax/sandboxes", json={})
        async with following(wire, "sandbox=2") as stream, following(wire) as own:
            await stream.next()
            await own.next()
            await real_sleep(1.0)
            assert (await wire.get("sandboxes"))["total"] == 2
            await wire.call("POST", "/_fakefax/rules/faxes?sandbox=2", json={"then": {"msg_code": "busy"}})
            assert (await stream.next()).data["entries"][-1]["kind"] == "rules.changed"
            await wire.send()
            assert (await own.next()).name == "entries"


async def test_a_reader_that_does_not_read_costs_nobody_anything(wire):
    """Its stream stands still within its connection's buffers, others go on, and later it learns what it lost."""
    loop = asyncio.get_running_loop()
    reader, writer = await asyncio.open_connection("127.0.0.1", int(wire.url.rpartition(":")[2]), limit=1024)
    writer.write(b"GET /_fakefax/events?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await reader.readuntil(b"hello")
    journal = wire.server.sandbox.journal
    for at in range(30_000):
        wire.server.sandbox.change_rate(0)
        if at % 1000 == 0:
            await breathe()
    assert len(wire.server.sandbox.watchers) == 1
    started = loop.time()
    await wire.send()
    assert loop.time() - started < DEADLINE
    text = b""
    async with asyncio.timeout(DEADLINE):
        while b"event: lost" not in text:
            text += await reader.read(2**20)
    assert journal.evicted > 9000
    writer.close()
    await writer.wait_closed()


async def test_there_may_be_so_many_streams_and_each_gives_its_place_back(wire, monkeypatch):
    """One more than the limit is a 409 with the cure; a reader that has gone makes room."""
    monkeypatch.setattr(events, "MAX_STREAMS", 1)
    async with following(wire) as stream:
        await stream.next()
        answer = await wire.call("GET", "/_fakefax/events")
        assert (answer.status, answer.json["message"]) == (
            409,
            "1 streams of this sandbox are open; close one of them",
        )
    async with asyncio.timeout(DEADLINE):
        while wire.server.sandbox.watchers:
            await wire.send()
            await real_sleep(0.01)


async def test_silence_is_broken_by_comments(wire, monkeypatch):
    """A comment now and then keeps proxies from ending the connection."""
    monkeypatch.setattr(events, "COMMENT_AFTER", 0.01)
    async with (
        asyncio.timeout(DEADLINE),
        aiohttp.ClientSession() as session,
        session.get(f"{wire.url}/_fakefax/events") as answer,
    ):
        assert await answer.content.readuntil(b": still here\n\n")
