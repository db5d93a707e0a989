"""Real time: the one module that reads it or waits for it. Simulated time is the clock's."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime


def wall_clock() -> datetime:
    """The real time of day, where simulated time begins unless told otherwise."""
    return datetime.now(UTC)


def real_seconds(read: Callable[[], float] = time.monotonic) -> float:
    """Real seconds since some moment.

    The function is bound as a default when this module loads: freezegun replaces what modules hold by name.
    """
    return read()


async def real_sleep(seconds: float) -> None:
    """Let real time pass, for a story told to a person; simulated time never needs it."""
    await asyncio.sleep(seconds)


async def breathe() -> None:
    """Let the event loop do what else is waiting."""
    await asyncio.sleep(0)
