"""Real time: the one module that reads it or waits for it. Simulated time is the clock's."""

import asyncio
import time
from datetime import UTC, datetime
from functools import partial


def wall_clock() -> datetime:
    """The current time, where simulated time begins by default. Frozen if a test has frozen it."""
    return unpatched(datetime.now(UTC))


def unpatched_datetime() -> type[datetime]:
    """The class as Python has it, which JSON can carry, whatever freezegun has put in its place."""
    return next(kind for kind in datetime.__mro__ if kind.__module__ == "datetime" and issubclass(kind, datetime))


def unpatched(moment: datetime) -> datetime:
    """The same moment as an instance of that class."""
    return unpatched_datetime().fromisoformat(moment.isoformat())


real_seconds = partial(time.monotonic)
"""Real seconds since some moment.

The function is bound when this module loads: freezegun replaces what modules hold by name, but not this.
"""


async def real_sleep(seconds: float) -> None:
    """Wait in real time, for a demonstration. Simulated time never needs it."""
    await asyncio.sleep(seconds)


async def breathe() -> None:
    """Let the event loop do what else is waiting."""
    await asyncio.sleep(0)


def real_pause(seconds: float) -> None:
    """Let real time pass in a command that waits for a server to come back."""
    time.sleep(seconds)
