"""The base of every shape.

Times are aware datetimes of simulated time, amounts exact Decimals, which JSON has as numbers.
"""

from typing import TYPE_CHECKING, Annotated

from msgspec import Struct

from fakefax.core.real_time import unpatched_datetime

if TYPE_CHECKING:
    from datetime import datetime

    Moment = datetime
else:
    # Annotated, so that freezegun does not see the class: it puts its own in the place of each that a module has by
    # name, where Python 3.14 would find it, which resolves annotations when they are first asked for.
    Moment = Annotated[unpatched_datetime(), "of simulated time"]

__all__ = ["AsOf", "Moment", "View"]


class View(Struct, frozen=True):
    """Something that is shown; the order of its fields is the order in the JSON."""


class AsOf(View, frozen=True):
    """The moment of the past that is shown: right after this entry of the journal, at this simulated time."""

    seq: int
    at: Moment
