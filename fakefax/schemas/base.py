"""What every shape has in common.

Times are aware datetimes of simulated time, amounts exact Decimals, which JSON has as numbers.
"""

from typing import TYPE_CHECKING

from msgspec import Struct

from fakefax.core.real_time import unpatched_datetime

if TYPE_CHECKING:
    from datetime import datetime
else:
    datetime = unpatched_datetime()  # this package may be imported while a test has frozen time

__all__ = ["AsOf", "View", "datetime"]


class View(Struct, frozen=True):
    """Something that is shown; the order of its fields is the order in the JSON."""


class AsOf(View, frozen=True):
    """The moment of the past that is shown: right after this entry of the journal, at this simulated time."""

    seq: int
    at: datetime
