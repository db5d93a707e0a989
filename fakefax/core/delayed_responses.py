"""Responses that are delayed: by a fault, in simulated or real time, or until a receipt has been attempted."""

import asyncio
from asyncio import wait
from datetime import datetime, timedelta

from fakefax.core.callbacks.callback import Callback
from fakefax.core.clock import Clock, ClockClosed
from fakefax.core.timers import Hold


class DelayedResponses:
    """The delays of one sandbox. A delay does not hold the clock: time passes by itself or by advances."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: set[asyncio.Future[None]] = set()

    async def simulated(self, span: timedelta, name: str) -> Hold:
        """Wait for simulated time, then return a hold: an advance waits until it is released.

        Raises ClockClosed if the sandbox is closed first.
        """
        future = self._future()
        holds: list[Hold] = []

        def over(_: datetime) -> None:
            if not future.done():
                holds.append(self._clock.hold(name))
                future.set_result(None)

        timer = self._clock.call_at(self._clock.now + span, name, over)
        try:
            await future
        except BaseException:
            if not holds:
                self._clock.cancel(timer)
            for hold in holds:
                hold.release()
            raise
        return holds[0]

    async def real(self, span: timedelta) -> None:
        """Wait for real time. Raises ClockClosed if the sandbox is closed first."""
        future = self._future()
        await wait([future], timeout=span.total_seconds())
        if future.done():
            future.result()
        else:
            future.cancel()

    def close(self) -> None:
        """End all waits with ClockClosed."""
        for future in list(self._waiting):
            if not future.done():
                future.set_exception(ClockClosed("this sandbox was reset or closed while the answer was held back"))

    def _future(self) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        future.add_done_callback(self._waiting.discard)
        return future


class ReplyGate:
    """Answers that wait for a receipt to be attempted. That is real work, so they wait in real time."""

    def __init__(self) -> None:
        self._waiting: dict[int, asyncio.Future[None]] = {}

    async def wait(self, callback: Callback, seconds: float) -> None:
        """Wait until the callback has no attempt in flight, at most `seconds` of real time."""
        if not callback.in_flight:
            return
        over = self._waiting.setdefault(id(callback), asyncio.get_running_loop().create_future())
        await wait([over], timeout=seconds)
        self._waiting.pop(id(callback), None)

    def release(self, callback: Callback) -> None:
        """Release the answer that waits for this callback."""
        over = self._waiting.pop(id(callback), None) if self._waiting else None
        if over is not None and not over.done():
            over.set_result(None)

    def close(self) -> None:
        """Release all answers, because no more attempts will be made."""
        for over in self._waiting.values():
            if not over.done():
                over.set_result(None)
        self._waiting.clear()
