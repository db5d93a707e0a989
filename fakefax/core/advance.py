"""What an advance of the clock does, and what it reports."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from fakefax.core.timers import Timer

FIRED_LIMIT = 10_000
"""Timers that an Advance lists; it counts them all."""


class Fired(NamedTuple):
    """A timer that is listed: when it is or was due, and its name."""

    at: datetime
    name: str


class Advance(NamedTuple):
    """What an advance did. `settled` is False when it gave up; `message` then says why."""

    now: datetime
    advanced: timedelta
    fired: list[Fired]
    fired_count: int
    pending: int
    next_due: datetime | None
    holds: list[str]
    settled: bool
    message: str | None = None


@dataclass
class Walk:
    """The book-keeping of one advance; `deadline` is in real seconds."""

    start: datetime
    deadline: float
    fired: list[Fired] = field(default_factory=list)
    count: int = 0

    def note(self, timer: Timer) -> None:
        self.count += 1
        if len(self.fired) < FIRED_LIMIT:
            self.fired.append(Fired(timer.due, timer.name))
