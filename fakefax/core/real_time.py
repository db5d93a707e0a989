"""Real time: the one module that reads it or waits for it. Simulated time is the clock's."""

import asyncio
import time
from datetime import UTC, datetime
from functools import lru_cache, partial


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


_sleep = partial(asyncio.sleep)
_epoch_seconds = partial(time.time)
_calendar = partial(time.gmtime)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def http_date() -> str:
    """The header Date of a response. A test that patches `time.time` does not reach it, and is not asked by it."""
    return _http_date(int(_epoch_seconds()))


@lru_cache(maxsize=1)
def _http_date(second: int) -> str:
    at = _calendar(second)
    day, month = _DAYS[at.tm_wday], _MONTHS[at.tm_mon - 1]
    return f"{day}, {at.tm_mday:02} {month} {at.tm_year} {at.tm_hour:02}:{at.tm_min:02}:{at.tm_sec:02} GMT"


async def real_sleep(seconds: float) -> None:
    """Wait in real time, for a demonstration. Simulated time never needs it."""
    await _sleep(seconds)


async def breathe() -> None:
    """Let the event loop do what else is waiting."""
    await _sleep(0)


def real_pause(seconds: float) -> None:
    """Let real time pass in a command that waits for a server to come back."""
    time.sleep(seconds)
