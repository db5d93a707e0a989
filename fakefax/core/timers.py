"""Timers, which are due at a simulated time, and holds: real work in progress that the clock waits for."""

import asyncio
import heapq
from asyncio import wait
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import NamedTuple

TimerCallback = Callable[[datetime], None]
"""Called with the time the timer was due. Schedule what follows from there, not from `now`, which drifts."""


class Timer(NamedTuple):
    """A callback waiting for its time. `order` breaks ties: the timer set first fires first.

    `str(what)` says in words what happens then. Few timers are ever listed, so it may be an object that makes its
    text only when it is asked for it.
    """

    due: datetime
    order: int
    what: object
    callback: TimerCallback

    @property
    def name(self) -> str:
        """What happens when it fires, as it is listed."""
        return str(self.what)


class Timers:
    """A heap of timers. Cancelled ones stay in it until they come up, and count for nothing."""

    def __init__(self) -> None:
        self._heap: list[Timer] = []
        self.next_order = 0
        self._cancelled: set[int] = set()

    def __len__(self) -> int:
        return len(self._heap) - len(self._cancelled)

    def add(self, due: datetime, what: object, callback: TimerCallback) -> Timer:
        timer = Timer(due, self.next_order, what, callback)
        self.next_order += 1
        heapq.heappush(self._heap, timer)
        return timer

    def put_back(self, timer: Timer) -> None:
        """Add a timer with the order that it had in another run."""
        self.next_order = max(self.next_order, timer.order + 1)
        heapq.heappush(self._heap, timer)

    def cancel(self, timer: Timer) -> None:
        """Take away a timer that has not fired yet."""
        self._cancelled.add(timer.order)

    def peek(self) -> Timer | None:
        """The next timer, left where it is."""
        while self._heap and self._heap[0].order in self._cancelled:
            self._cancelled.discard(heapq.heappop(self._heap).order)
        return self._heap[0] if self._heap else None

    def pop_due(self, until: datetime) -> Timer | None:
        """Take out the next timer if it is due at `until` or before; exactly then counts as due."""
        timer = self.peek()
        if timer is None or timer.due > until:
            return None
        return heapq.heappop(self._heap)

    def first(self, count: int) -> list[Timer]:
        """The next `count` timers in the order in which they will fire."""
        return heapq.nsmallest(count, (timer for timer in self._heap if timer.order not in self._cancelled))

    def clear(self) -> None:
        self._heap.clear()
        self._cancelled.clear()


class Hold:
    """One piece of real work in progress; release it when the work is done, however it ended."""

    __slots__ = ("_holds", "_what")

    def __init__(self, holds: "Holds", what: object) -> None:
        self._holds = holds
        self._what = what

    @property
    def name(self) -> str:
        """What is in progress, in words, as it is listed."""
        return str(self._what)

    def release(self) -> None:
        """Let time go on. Releasing twice does nothing."""
        self._holds.release(self)

    def __enter__(self) -> "Hold":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


class Holds:
    """The holds that are open on one clock, oldest first."""

    def __init__(self) -> None:
        self._open: dict[Hold, None] = {}
        self._all_released: asyncio.Future[None] | None = None

    def __bool__(self) -> bool:
        return bool(self._open)

    @property
    def names(self) -> list[str]:
        return [hold.name for hold in self._open]

    def take(self, what: object) -> Hold:
        hold = Hold(self, what)
        self._open[hold] = None
        return hold

    def release(self, hold: Hold) -> None:
        self._open.pop(hold, None)
        if not self._open:
            self._wake()

    def clear(self) -> None:
        self._open.clear()
        self._wake()

    async def wait(self, seconds: float) -> None:
        """Return when the last one is released, or after so many real seconds, whichever comes first."""
        self._all_released = asyncio.get_running_loop().create_future()
        await wait([self._all_released], timeout=seconds)

    def _wake(self) -> None:
        if self._all_released is not None and not self._all_released.done():
            self._all_released.set_result(None)
