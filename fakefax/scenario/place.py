"""Where something stands in a scenario: its path, and its place in the text."""

from collections.abc import Sequence
from typing import NamedTuple

Path = Sequence[str | int]


class Place(NamedTuple):
    """Line and column, counted from 1."""

    line: int
    column: int


NOWHERE = Place(0, 0)
"""Where a value stands that was in no text."""
