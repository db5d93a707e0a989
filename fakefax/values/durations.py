"""Spans of simulated time as people write them ("45s", "15m", "1h30m", "48h"), and times as text."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

MAX_SECONDS = 100 * 365 * 86400
MAX_TEXT_LENGTH = 1000
EXPECTED = "a duration such as 45s, 15m, 1h30m or 48h"
_FORM = r"(0|([0-9]+(\.[0-9]+)?(ms|s|m|h|d))+)"
PATTERN = rf"^{_FORM}$"
RANGE_PATTERN = rf"^{_FORM}(\.\.{_FORM})?$"

_WHOLE = re.compile(_FORM)
_SECONDS_ALONE = r"[0-9]{1,9}(\.[0-9]{0,9})?|\.[0-9]{1,9}"
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)")
_SECONDS = {
    "ms": Decimal("0.001"),
    "s": Decimal(1),
    "m": Decimal(60),
    "h": Decimal(3600),
    "d": Decimal(86400),
}
_MICROSECOND = timedelta(microseconds=1)


def parse_duration(text: object) -> timedelta:
    """Turn "1h30m" into a timedelta of whole microseconds; "0" is the only number that needs no unit.

    Raises ValueError naming the text if it is not a duration or is longer than 100 years.
    """
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is not {EXPECTED}")
    if len(text) > MAX_TEXT_LENGTH:
        raise ValueError(f"{text[:20]!r} and {len(text) - 20} more characters are not {EXPECTED}")
    return _parsed(text)


@lru_cache(maxsize=1024)
def _parsed(text: str) -> timedelta:
    """Kept, since every sandbox has the same few."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{text!r} is not {EXPECTED}")
    seconds = sum((Decimal(number) * _SECONDS[unit] for number, unit in _PART.findall(text)), Decimal(0))
    if seconds > MAX_SECONDS:
        raise ValueError(f"{text!r} is longer than the longest duration, {MAX_SECONDS // 3600}h")
    return timedelta(microseconds=int(seconds * 1_000_000))


def parse_timeout(limit: object) -> float:
    """A real-time limit in seconds, from "1ms" to "1h"; a number is seconds, also as text. Raises ValueError."""
    is_number = isinstance(limit, int | float) and not isinstance(limit, bool)
    if is_number or (isinstance(limit, str) and re.fullmatch(_SECONDS_ALONE, limit)):
        seconds = float(limit)  # type: ignore[arg-type]
    else:
        seconds = parse_duration(limit).total_seconds()
    if not 0.001 <= seconds <= 3600:
        raise ValueError(f"{limit!r} is not between 1ms and 1h")
    return seconds


def parse_range(text: str) -> tuple[timedelta, timedelta]:
    """Turn "20s..2m" into its two ends; a single duration is a range of one.

    Raises ValueError if an end is not a duration or the first is the longer one.
    """
    low, dots, high = text.partition("..")
    shortest = parse_duration(low)
    longest = parse_duration(high) if dots else shortest
    if longest < shortest:
        raise ValueError(f"{text!r} starts with its longer end; write {high}..{low}")
    return shortest, longest


def format_duration(span: timedelta) -> str:
    """Write a span the way parse_duration reads it: hours are the largest unit, so 2 days are "48h"."""
    microseconds = abs(span) // _MICROSECOND
    if microseconds == 0:
        return "0s"
    seconds, microseconds = divmod(microseconds, 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours}h" if hours else "", f"{minutes}m" if minutes else ""]
    if microseconds:
        parts.append(f"{seconds}.{microseconds:06}".rstrip("0") + "s")
    elif seconds:
        parts.append(f"{seconds}s")
    return ("-" if span < timedelta() else "") + "".join(parts)


# Times, without `strftime`: it calls `time.strftime`, which a test beside the server may have patched.


def to_the_second(moment: datetime) -> str:
    """A time such as `2026-01-05 09:00:00`."""
    return moment.isoformat(" ", "seconds")[:19]


def to_the_day(moment: datetime) -> str:
    """A date such as `2026-01-05`."""
    return moment.isoformat()[:10]
