"""Simulated time: rate, pause, advance.

A clock belongs to one sandbox and to the event loop that the sandbox runs on; it is not thread-safe.
Simulated time is an aware datetime of whole microseconds. The event loop, its sockets and its timeouts stay
on real time.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from fakefax.core.real_time import breathe, real_seconds
from fakefax.core.timers import Hold, Holds, Timer, TimerCallback, Timers
from fakefax.values.durations import format_duration

log = logging.getLogger(__name__)

MAX_RATE = 100_000.0
"""Simulated seconds per real second; at this rate simulated time reaches its end after a month."""

END_OF_TIME = datetime(9000, 1, 1, tzinfo=UTC)
"""The end of simulated time, with room for the timers that are set just before."""

_MICROSECOND = timedelta(microseconds=1)

BATCH = 250
"""Timers fired before other tasks get a turn."""

BETWEEN_ALARMS = 0.001
"""Real seconds from one alarm to the next: so short a time later, several timers of a busy sandbox are due."""

FIRED_LIMIT = 10_000
"""Timers that an Advance lists; it counts them all."""


class Fired(Struct, frozen=True):
    """A timer that is listed: when it is or was due, and its name."""

    at: datetime
    name: str


class Advance(Struct, frozen=True):
    """The result of an advance. `settled` is False when it gave up; `message` then says why."""

    now: datetime
    advanced: timedelta
    fired: list[Fired]
    fired_count: int
    pending: int
    next_due: datetime | None
    holds: list[str]
    settled: bool
    message: str | None = None


class Walk(Struct):
    """The book-keeping of one advance; `deadline` is in real seconds."""

    start: datetime
    deadline: float
    fired: list[Fired] = []
    count: int = 0

    def note(self, timer: Timer) -> None:
        self.count += 1
        if len(self.fired) < FIRED_LIMIT:
            self.fired.append(Fired(timer.due, timer.name))


class ClockError(Exception):
    """Time was asked for something it cannot do; the message says what, and what to do instead."""


class ClockBusy(ClockError):
    """An advance was asked for while another one is under way."""


class ClockClosed(ClockError):
    """The sandbox of this clock was reset or closed."""


class Clock:
    """The simulated time of one sandbox.

    `rate` is simulated seconds per real second; at 0 time stands still and moves only by `advance`. A clock
    with a rate needs a running event loop. `monotonic` is the real clock that the rate scales.
    """

    def __init__(self, start: datetime, rate: float = 0, monotonic: Callable[[], float] = real_seconds) -> None:
        if start.tzinfo is None:
            raise ClockError(f"simulated time cannot start at {start}: it has no time zone; use an aware time")
        if start > END_OF_TIME:
            raise ClockError(f"simulated time cannot start at {start}: it ends at {END_OF_TIME}")
        self._monotonic = monotonic
        self._at = start.astimezone(UTC)
        self._flows_since: float | None = None
        self._left = 0
        self._rate = 0.0
        self._timers = Timers()
        self._holds = Holds()
        self._walking = False
        self._closed = False
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_due = END_OF_TIME
        self.rate = rate

    @property
    def now(self) -> datetime:
        """Simulated time: aware, UTC, whole microseconds, never backwards."""
        if self._flows_since is None:
            return self._at
        elapsed = int((self._monotonic() - self._flows_since) * self._rate * 1_000_000)
        return self._at + timedelta(0, 0, min(self._left, elapsed))

    @property
    def rate(self) -> float:
        """Simulated seconds per real second, from 0 (paused) to 100,000. Raises ClockError outside of that."""
        return self._rate

    @rate.setter
    def rate(self, rate: float) -> None:
        if not 0 <= rate <= MAX_RATE:
            raise ClockError(f"rate {rate:g} is not between 0 (paused) and {MAX_RATE:,.0f}")
        self._freeze()
        self._rate = float(rate)
        self._flow()

    @property
    def pending(self) -> int:
        """How many timers are waiting."""
        return len(self._timers)

    @property
    def next_due(self) -> datetime | None:
        """When the next timer is due, or None when nothing is waiting."""
        timer = self._timers.peek()
        return timer.due if timer else None

    @property
    def walking(self) -> bool:
        """Whether an advance is under way."""
        return self._walking

    @property
    def closed(self) -> bool:
        """Whether its sandbox was reset or closed."""
        return self._closed

    @property
    def holds(self) -> list[str]:
        """The names of the real work that time waits for."""
        return self._holds.names

    def timers(self, limit: int = 100) -> list[Fired]:
        """The next timers in the order in which they will fire."""
        return [Fired(timer.due, timer.name) for timer in self._timers.first(limit)]

    def call_at(self, due: datetime, what: object, callback: TimerCallback) -> Timer:
        """Have `callback(due)` called when simulated time reaches `due`, or soon if that is past.

        The text of `what` is how the timer is listed. Timers due together fire in the order of the calls.
        Raises ClockClosed if the sandbox is closed.
        """
        if self._closed:
            raise ClockClosed(f"timer '{what}' cannot be set: its sandbox was reset or closed")
        timer = self._timers.add(due, what, callback)
        if due < self._alarm_due:
            self._set_alarm()
        return timer

    def cancel(self, timer: Timer) -> None:
        """Take away a timer that has not fired yet."""
        self._timers.cancel(timer)

    @property
    def next_order(self) -> int:
        """The order of the next timer among all that were ever set."""
        return self._timers.next_order

    def stop_at(self, now: datetime, next_order: int) -> None:
        """Stand still at a time of another run, whose timers can then be put back. Set `rate` afterwards."""
        self._freeze()
        self._rate = 0.0
        self._at = now
        self._timers.next_order = next_order

    def put_back(self, due: datetime, order: int, what: object, callback: TimerCallback) -> Timer:
        """Set a timer of another run again. Timers due together fire in their old order."""
        timer = Timer(due, order, what, callback)
        self._timers.put_back(timer)
        return timer

    def hold(self, what: object) -> Hold:
        """Make advances wait until the hold is released. Take it before the task that does the work exists.

        `what` says in words what the work is, as with a timer.
        """
        return self._holds.take(what)

    async def advance(self, span: timedelta, *, budget: float = 30.0) -> Advance:
        """Walk `span` of simulated time through every timer due, waiting for the real work each one starts.

        `budget` is in real seconds: after it the walk stops where it is, and the answer names what is still open.
        Where simulated time ends the walk stops too. Raises ClockBusy inside another advance,
        ClockError for a span below zero.
        """
        if span < timedelta():
            raise ClockError(f"time cannot go back by {format_duration(-span)}")
        with self._walk(budget) as walk:
            beyond = span > END_OF_TIME - walk.start
            return await self._walk_to(END_OF_TIME if beyond else walk.start + span, walk, budget, beyond=beyond)

    async def advance_to(self, target: datetime, *, budget: float = 30.0) -> Advance:
        """Like `advance`, to an aware point of simulated time; a timer due exactly then is fired."""
        if target.tzinfo is None:
            raise ClockError(f"time cannot go to {target}: it has no time zone; use an aware time")
        with self._walk(budget) as walk:
            if target < walk.start:
                raise ClockError(
                    f"time cannot go back: it is {walk.start.isoformat()} and {target.isoformat()} is before"
                )
            beyond = target > END_OF_TIME
            reached = (END_OF_TIME if beyond else target).astimezone(UTC)
            return await self._walk_to(reached, walk, budget, beyond=beyond)

    async def run_until_idle(self, *, within: timedelta = timedelta(days=7), budget: float = 30.0) -> Advance:
        """Advance until no timer waits, at most `within` of simulated time.

        When a timer is left after that, the answer is not settled and its message names it.
        """
        with self._walk(budget) as walk:
            if not await self._fire_until(walk.start + min(within, END_OF_TIME - walk.start), walk):
                return self._report(walk, self._held_up(budget))
            following = self._timers.peek()
            if following is None:
                return self._report(walk)
            return self._report(
                walk,
                f"not idle within {format_duration(within)}: "
                f"'{following.name}' is next, at {following.due.isoformat()}",
            )

    def close(self) -> None:
        """Close the clock: no timer fires any more, and advances end."""
        self._freeze()
        self._closed = True
        self._timers.clear()
        self._holds.clear()

    # Time flowing at a rate: one alarm on the event loop, for the next timer.

    def _freeze(self) -> None:
        self._at = self.now
        self._flows_since = None
        self._drop_alarm()

    def _flow(self) -> None:
        if self._rate and not self._walking and not self._closed:
            self._flows_since = self._monotonic()
            self._left = (END_OF_TIME - self._at) // _MICROSECOND
            self._set_alarm()

    def _drop_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = None
        self._alarm_due = END_OF_TIME

    def _set_alarm(self, soonest: float = 0.0) -> None:
        """Wake up when the next timer is due, in `soonest` real seconds at the earliest."""
        self._drop_alarm()
        timer = self._timers.peek()
        if self._flows_since is None or timer is None:
            return
        delay = max(soonest, (timer.due - self.now).total_seconds() / self._rate)
        self._alarm_due = timer.due
        self._alarm = asyncio.get_running_loop().call_later(delay, self._fire_due)

    def _fire_due(self) -> None:
        now = self.now
        for _ in range(BATCH):
            timer = self._timers.pop_due(now)
            if timer is None:
                self._set_alarm(BETWEEN_ALARMS)
                return
            self._fire(timer)
        self._set_alarm()

    # Time walking: one timer after the other, each to the end of what it started.

    @contextmanager
    def _walk(self, budget: float) -> Iterator[Walk]:
        if self._closed:
            raise ClockClosed("this sandbox was reset or closed")
        if self._walking:
            raise ClockBusy(
                "an advance is already under way in this sandbox; it waits for each callback to be answered, "
                "so the program that answers must not ask for another advance"
            )
        self._freeze()
        self._walking = True
        try:
            yield Walk(start=self._at, deadline=self._monotonic() + budget)
        finally:
            self._walking = False
            self._flow()

    async def _walk_to(self, target: datetime, walk: Walk, budget: float, *, beyond: bool) -> Advance:
        if not await self._fire_until(target, walk):
            return self._report(walk, self._held_up(budget))
        self._at = max(self._at, target)
        return self._report(walk, f"simulated time ends at {END_OF_TIME.isoformat()}" if beyond else None)

    async def _fire_until(self, target: datetime, walk: Walk) -> bool:
        """Fire what is due up to `target`; False when the budget ran out before that."""
        settled = await self._settle(walk)
        while settled and (timer := self._timers.pop_due(target)) is not None:
            self._at = max(self._at, timer.due)
            walk.note(timer)
            self._fire(timer)
            settled = await self._settle(walk)
        return settled

    async def _settle(self, walk: Walk) -> bool:
        if walk.count % BATCH == 0:
            await breathe()
            if walk.count and self._monotonic() > walk.deadline:
                return False
        while self._holds and (remaining := walk.deadline - self._monotonic()) > 0:
            await self._holds.wait(remaining)
        if self._closed:
            raise ClockClosed("this sandbox was reset or closed while it was being advanced")
        return not self._holds

    def _held_up(self, budget: float) -> str:
        if self.holds:
            return f"gave up after {budget:g} real seconds, still waiting for: {'; '.join(self.holds)}"
        return f"gave up after {budget:g} real seconds, with {self.pending:,} timers still to come; advance again"

    def _report(self, walk: Walk, message: str | None = None) -> Advance:
        return Advance(
            now=self._at,
            advanced=self._at - walk.start,
            fired=walk.fired,
            fired_count=walk.count,
            pending=self.pending,
            next_due=self.next_due,
            holds=self.holds,
            settled=message is None,
            message=message,
        )

    def _fire(self, timer: Timer) -> None:
        try:
            timer.callback(timer.due)
        except Exception:
            log.exception("timer '%s', due %s, failed", timer.name, timer.due.isoformat())
