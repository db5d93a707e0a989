"""Those who wait: answers that a fault holds back, in simulated or in real time. The end of a world ends them."""

import asyncio
from datetime import datetime, timedelta

from fakefax.core.clock import Clock, ClockClosed
from fakefax.core.holds import Hold


class Waits:
    """The waits of one sandbox. They hold no clock: the time that they wait for passes by itself or by advances."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: set[asyncio.Future[None]] = set()

    async def simulated(self, span: timedelta, name: str) -> Hold:
        """Return when simulated time has gone by, with a hold: the advance waits until what follows is released.

        Raises ClockClosed when the world ends first.
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
        """Return when real time has gone by. Raises ClockClosed when the world ends first."""
        future = self._future()
        await asyncio.wait([future], timeout=span.total_seconds())
        if future.done():
            future.result()
        else:
            future.cancel()

    def close(self) -> None:
        """End all waits: those who wait hear that their world is gone."""
        for future in list(self._waiting):
            if not future.done():
                future.set_exception(ClockClosed("this sandbox was reset or closed while the answer was held back"))

    def _future(self) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        future.add_done_callback(self._waiting.discard)
        return future
