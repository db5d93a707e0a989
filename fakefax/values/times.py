"""Times as text, without `strftime`: it calls `time.strftime`, which a test beside the server may have patched."""

from datetime import datetime


def to_the_second(moment: datetime) -> str:
    """A time such as `2026-01-05 09:00:00`."""
    return moment.isoformat(" ", "seconds")[:19]


def to_the_day(moment: datetime) -> str:
    """A date such as `2026-01-05`."""
    return moment.isoformat()[:10]
