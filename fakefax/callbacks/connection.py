"""One connection to an endpoint: a request and its answer, and where that is promised another.

aiohttp's client can do far more, and took three times as long as all of this for one attempt.
"""

import asyncio
import os
from collections.abc import MutableSet
from typing import cast

from fakefax.callbacks.errors import NoAnswer
from fakefax.callbacks.response_parser import CLOSED, AnswerReader
from fakefax.core.real_time import breathe

LARGE_BODY = 512 * 1024
"""Bytes above which a body is written in pieces, so that a large fax does not hold up the event loop."""

PIECE = 64 * 1024

Outcome = int | NoAnswer | TimeoutError
"""A status, or why there is none; asyncio would tell of an error that nobody waits for any more."""


def cause_of(error: Exception) -> str:
    """What the system says of an error, in its own words."""
    number = getattr(error, "errno", None)
    return os.strerror(number) if number and number > 0 else str(error) or "the connection was closed"


class Connection(asyncio.Protocol):
    """An HTTP/1.1 connection; it is in the set `opened` as long as it is open."""

    def __init__(self, opened: MutableSet["Connection"]) -> None:
        self.idle_since = 0.0
        self._opened = opened
        self._reader: AnswerReader  # from when the connection is made
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[Outcome] | None = None
        self._unasked = b""
        self._writable: asyncio.Future[None] | None = None
        self._deadline = 0.0
        self._alarm: asyncio.TimerHandle | None = None

    @property
    def promise(self) -> bool | None:
        """Whether the last answer said that the connection is kept; None where it said that it is closed."""
        return self._reader.promise

    @property
    def is_free(self) -> bool:
        """Whether another request may follow: all has been written and read, and nothing else has come."""
        transport, reader = self._transport, self._reader
        return (
            reader.whole
            and not reader.spoilt
            and not self._unasked
            and transport is not None
            and not transport.is_closing()
            and not transport.get_write_buffer_size()
        )

    async def exchange(self, head: bytes, content: bytes, deadline: float) -> int:
        """Write a request, and read the answer to its end, since half an answer is none: its status.

        Raises NoAnswer, or TimeoutError at the deadline, a time of the event loop.
        """
        transport = self._transport
        if transport is None or transport.is_closing():
            raise NoAnswer(CLOSED)
        self._reader.begin()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Outcome] = loop.create_future()
        self._answer, self._deadline = answer, deadline
        if self._alarm is None:
            self._alarm = loop.call_at(deadline, self._look_at_time)
        try:
            is_large = len(content) > LARGE_BODY
            transport.write(head if is_large else head + content)
            if self._unasked:  # who greets a client, as a mail server does, speaks no HTTP
                self._take(answer, self._unasked)
            if is_large:
                await self._write(transport, memoryview(content), answer)
            outcome = await answer
        finally:
            self._answer = None
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def _write(
        self, transport: asyncio.Transport, content: memoryview, answer: asyncio.Future[Outcome]
    ) -> None:
        """Write as the endpoint reads, until it has answered."""
        for begin in range(0, len(content), PIECE):
            if self._writable is not None:
                await asyncio.wait((self._writable, answer), return_when=asyncio.FIRST_COMPLETED)
            if answer.done() or transport.is_closing():
                self._reader.spoilt = True
                return
            transport.write(content[begin : begin + PIECE])
            await breathe()

    def _look_at_time(self) -> None:
        """One alarm does for many exchanges: to set one for each would be a tenth of what an exchange costs."""
        loop = asyncio.get_running_loop()
        answer, self._alarm = self._answer, None
        if answer is None or answer.done():
            return
        if loop.time() < self._deadline:
            self._alarm = loop.call_at(self._deadline, self._look_at_time)
        else:
            answer.set_result(TimeoutError())

    def end(self) -> None:
        """End it at once, whatever is under way."""
        if self._transport is not None:
            self._transport.abort()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._reader = AnswerReader()
        self._opened.add(self)

    def data_received(self, data: bytes) -> None:
        answer = self._answer
        if answer is not None and not answer.done():
            self._take(answer, data)
        elif self._reader.whole:
            self.end()
        else:
            self._unasked += data

    def _take(self, answer: asyncio.Future[Outcome], data: bytes) -> None:
        try:
            self._reader.read(data)
        except NoAnswer as why:
            answer.set_result(why)
        else:
            if self._reader.whole:
                answer.set_result(self._reader.status)

    def eof_received(self) -> None:
        """The endpoint says no more, so the connection is of no more use."""
        self._ended(None)
        self.end()

    def connection_lost(self, error: Exception | None) -> None:
        self._ended(error)
        self._reader.let_go()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._transport = None
        self._opened.discard(self)

    def pause_writing(self) -> None:
        self._writable = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        if self._writable is not None:
            self._writable.set_result(None)
            self._writable = None

    def _ended(self, error: Exception | None) -> None:
        answer = self._answer
        if answer is None or answer.done():
            return
        try:
            self._reader.read_end("" if error is None else cause_of(error))
        except NoAnswer as why:
            answer.set_result(why)
        else:
            answer.set_result(self._reader.status)
