"""GET events: the journal of a sandbox as it grows, as server-sent events.

A stream keeps no entries: it has its place in the journal, and takes from there what is new, at most one frame
every 50 ms and never while its reader has not read the last one. A reader that is too slow therefore costs its
place only. If the journal has dropped the next entries, the stream says so and goes on. With --state an entry is
sent once it is in the file.
"""

import asyncio
from asyncio import timeout
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from aiohttp import web

from fakefax import __version__
from fakefax.api.reply import encode_json
from fakefax.api.sending import begin
from fakefax.control.call import BadInput, ControlCall
from fakefax.control.schemas import clock_summary, journal_view
from fakefax.core.journal import Entry, Journal
from fakefax.core.journal_search import TooManyWaiters
from fakefax.core.real_time import real_sleep
from fakefax.sandbox.keeping import NotKept
from fakefax.sandbox.registry import Sandboxes
from fakefax.sandbox.sandbox import Sandbox
from fakefax.schemas import StreamEntries, StreamGone, StreamHello, StreamLost, View
from fakefax.values.numbers import whole_number

EVENT_STREAM = "text/event-stream"

FRAME_EVERY = 0.05
"""Real seconds from one frame to the next."""

MAX_ENTRIES_PER_FRAME = 500
"""Entries in one frame; the next one follows with those that are left."""

COMMENT_AFTER = 15.0
"""Real seconds of silence after which a comment shows that the stream is alive."""

MAX_STREAMS = 100
"""Streams at once of one sandbox."""

QUERY = {
    "after": "Begin after this `seq`; a `Last-Event-ID` in the header comes before it. Left out: from now on.",
    "journal": "Which journal `after` is about, as `hello` named it; for another one `lost` is said.",
}

V = TypeVar("V", bound=View)


async def stream(call: ControlCall, request: web.BaseRequest) -> web.StreamResponse:
    """GET events?after=&journal="""
    after = _begins_after(call, request.headers.get("Last-Event-ID"))
    follower = Follower(call.sandboxes, call.sandbox, after, call.query.get("journal"))
    async with follower.watching():
        response = web.StreamResponse(
            headers={
                "Content-Type": EVENT_STREAM,
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
                "X-Content-Type-Options": "nosniff",
                "Cross-Origin-Resource-Policy": "same-origin",
            }
        )
        response.enable_chunked_encoding()
        try:
            await begin(request, response)
            async for frame in follower.frames():
                if frame:
                    await response.write(frame)
        except ConnectionError:
            pass  # the reader has gone
    return response


def _begins_after(call: ControlCall, last_event_id: str | None) -> int | None:
    """The entry after which a reader wants to begin, None for from now on. Raises BadInput."""
    if last_event_id is None:
        return call.number("after")
    seq = whole_number(last_event_id)
    if seq is None:
        raise BadInput(f"Last-Event-ID {last_event_id!r} is not the seq of an entry")
    return seq


class Follower:
    """One reader of a sandbox's journal: its position, and what to send next."""

    def __init__(self, sandboxes: Sandboxes, sandbox: Sandbox, after: int | None, journal_id: str | None) -> None:
        self._sandboxes = sandboxes
        self._sandbox = sandbox
        self._after = after
        self._foreign = journal_id not in (None, sandbox.journal.identity)
        self._news = asyncio.Event()
        self._place = 0

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Listen for new entries while in this context. Raises TooManyWaiters."""
        if len(self._sandbox.watchers) >= MAX_STREAMS:
            raise TooManyWaiters(f"{MAX_STREAMS} streams of this sandbox are open; close one of them")
        self._watch(self._sandbox)
        try:
            yield
        finally:
            self._unwatch()

    async def frames(self) -> AsyncIterator[bytes]:
        """The frames for the reader, until the sandbox is deleted."""
        journal = self._sandbox.journal
        self._place = journal.last_seq if self._after is None else self._after
        yield b"retry: 1000\n" + _event("hello", self._hello())
        if self._foreign:
            yield self._lost("this is another journal: the server was restarted, or the sandbox was reset")
        while True:
            if self._sandboxes.closed:
                return
            if self._sandbox.closed:
                if not self._move_on():
                    yield _event("gone", StreamGone("the sandbox was deleted, or freed after it was long unused"))
                    return
                yield _event("reset", self._hello())
            journal = self._sandbox.journal
            self._news.clear()
            if self._place > journal.last_seq:
                yield self._lost(f"entry {self._place} is not in the journal; it was begun anew meanwhile")
            elif self._place < journal.evicted:
                dropped = f"has dropped entry {self._place + 1}"
                yield self._lost(f"the journal keeps its last {journal.capacity:,} entries and {dropped}")
            elif self._place < journal.last_seq:
                yield await self._entries(journal)
                await real_sleep(FRAME_EVERY)
            elif not await self._wait():
                yield b": still here\n\n"

    async def _entries(self, journal: Journal) -> bytes:
        """The next entries, once they are kept; nothing if they were taken back, as they could not be written."""
        entries = journal.following(self._place, MAX_ENTRIES_PER_FRAME)
        self._place = entries[-1].seq
        shown = [journal_view(entry) for entry in entries]
        frame = StreamEntries(shown, journal.last_seq, clock_summary(self._sandbox.clock))
        event = _event("entries", frame, self._place)
        return event if await self._is_kept() else b""

    async def _is_kept(self) -> bool:
        """Return once all that the journal has is kept; False if its sandbox was brought back to what was."""
        keeping, sandbox = self._sandboxes.keeping, self._sandbox
        if keeping is None or not sandbox.kept:
            return True
        try:
            await keeping.saved()
        except NotKept:
            return self._sandboxes.find_number(sandbox.number) is sandbox
        return True

    def _lost(self, reason: str) -> bytes:
        journal = self._sandbox.journal
        self._place = journal.last_seq
        return _event("lost", StreamLost(reason, journal.evicted + 1, journal.last_seq), self._place)

    def _hello(self) -> StreamHello:
        sandbox, journal = self._sandbox, self._sandbox.journal
        return StreamHello(
            journal=journal.identity,
            first_seq=journal.evicted + 1,
            last_seq=journal.last_seq,
            sandbox=sandbox.number,
            api_keys=list(sandbox.accounts),
            version=__version__,
            clock=clock_summary(sandbox.clock),
        )

    async def _wait(self) -> bool:
        """Whether there was news before a comment is due."""
        try:
            async with timeout(COMMENT_AFTER):
                await self._news.wait()
        except TimeoutError:
            return False
        return True

    def _move_on(self) -> bool:
        """Follow the sandbox that took this one's place at a reset; False when there is none."""
        fresh = self._sandboxes.find_number(self._sandbox.number)
        if fresh is None or fresh.closed:
            return False
        self._unwatch()
        fresh.journal.unlisten(self._heard)  # a reset hands listeners on
        self._watch(fresh)
        self._place = 0
        return True

    def _watch(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        sandbox.watchers.add(self._news.set)
        sandbox.journal.listen(self._heard)

    def _unwatch(self) -> None:
        self._sandbox.watchers.discard(self._news.set)
        self._sandbox.journal.unlisten(self._heard)

    def _heard(self, _: Entry) -> None:
        self._news.set()


def _event(name: str, data: View, event_id: int | None = None) -> bytes:
    """One event; JSON has no line breaks of its own."""
    head = f"event: {name}\n" if event_id is None else f"id: {event_id}\nevent: {name}\n"
    return head.encode() + b"data: " + encode_json(data) + b"\n\n"
