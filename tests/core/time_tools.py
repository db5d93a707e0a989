"""Shared by the tests of time: a moment to start from, a real clock that a test moves, real work to wait for."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from fakefax.core.clock import Advance, Clock

START = datetime(2026, 1, 5, 9, tzinfo=UTC)

DEADLINE = 10.0
"""Real seconds after which a test that waits has failed."""

WORK = 0.05
"""Real seconds that a piece of real work takes; longer than any idle threshold would wait."""


def after(seconds: float) -> datetime:
    """So many simulated seconds after the start."""
    return START + timedelta(seconds=seconds)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def names(result: Advance) -> list[str]:
    """The names of the timers that an advance fired, in order."""
    return [fired.name for fired in result.fired]


class HandTurned:
    """A monotonic clock that moves only when a test moves it."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def turn(self, seconds: float) -> None:
        self.seconds += seconds


def work(clock: Clock, name: str, finished: Callable[[], object]) -> None:
    """Real work: holds the clock for 50 ms of real time, then calls `finished` and lets go."""
    hold = clock.hold(name)

    def end() -> None:
        with hold:
            finished()

    asyncio.get_running_loop().call_later(WORK, end)


def nothing(due: datetime) -> None:
    """A timer's callback that does nothing."""
