"""Values of `when`: patterns of numbers, conditions on counts, and explanations of misses."""

import operator
import re
from collections.abc import Callable
from functools import partial
from typing import Any, Generic, TypeVar

from msgspec import UNSET, Struct, UnsetType

from fakefax.values.patterns import TextTest, wildcard

S = TypeVar("S")

NumberTest = Callable[[int], bool]

_OPERATORS: dict[str, Callable[[int, int], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "": operator.eq,
}
MAX_SHOWN = 200
"""Characters of a value in the explanation of a miss."""

_COMPARISON = r"(>=|<=|>|<|)([0-9]{1,9})"
_RANGE = r"([0-9]{1,9})\.\.([0-9]{1,9})"


def number_test(condition: int | str) -> NumberTest:
    """20, ">20", "<=3" or "1..5" (both ends included). Raises ValueError for anything else."""
    if isinstance(condition, int):
        return condition.__eq__
    if ends := re.fullmatch(_RANGE, condition):
        return _between(int(ends[1]), int(ends[2]))
    comparison = re.fullmatch(_COMPARISON, condition)
    if comparison is None:
        raise ValueError(f'{condition!r} is not a number or a condition such as ">20", "<=3" or "1..5"')
    compare, bound = _OPERATORS[comparison[1]], int(comparison[2])
    return lambda number: compare(number, bound)


def _between(lowest: int, highest: int) -> NumberTest:
    if lowest > highest:
        raise ValueError(f"'{lowest}..{highest}' starts with its larger end; write {highest}..{lowest}")
    return lambda number: lowest <= number <= highest


def pattern_test(pattern: str) -> TextTest:
    """A number with `*` for any digits, or another text with `*` for any characters."""
    return wildcard(pattern)


def shortened(text: str) -> str:
    """A value as a sentence has it; a long one is cut."""
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def shown(value: object) -> str:
    """The value of a field as a sentence has it."""
    return "nothing" if value is None else shortened(str(value))


def exact_or_beginning(pattern: str) -> tuple[str | None, str]:
    """The one text that fits a pattern, or None; and how every text that fits begins."""
    beginning, wildcard_sign, _ = pattern.partition("*")
    return (None, beginning) if wildcard_sign else (pattern, "")


class Condition(Struct, Generic[S], frozen=True):
    """One field of `when` as data, so that a miss can be explained.

    `look` finds the value of the field in a subject, and `test` says whether that value fits. `exact` says that
    only one value fits. A value that a subject does not have (None) never fits.
    """

    field: str
    look: Callable[[S], object]
    test: Callable[[Any], bool]
    wanted: str
    exact: bool = False

    def fits(self, subject: S) -> bool:
        """Whether the subject has a value that fits."""
        value = self.look(subject)
        return value is not None and self.test(value)

    def miss(self, subject: S) -> str:
        """The reason why it does not fit: "pages: 3 is not >20"."""
        before, after = self.around_miss()
        return f"{before}{shown(self.look(subject))}{after}"

    def around_miss(self) -> tuple[str, str]:
        """The text before and after the value of a subject that does not fit."""
        return f"{self.field}: ", f" is not {shortened(self.wanted)}"


class Conditions(Generic[S]):
    """The conditions of one `when`, made from those of its fields that are given."""

    def __init__(self) -> None:
        self.listed: list[Condition[S]] = []

    def value(self, name: str, wanted: object, look: Callable[[S], object]) -> None:
        """The field must be this one value."""
        if wanted is not UNSET:
            self.listed.append(Condition(name, look, partial(operator.eq, wanted), str(wanted), True))

    def number(self, name: str, wanted: int | str | UnsetType, look: Callable[[S], object]) -> None:
        """The field must fit a condition on numbers."""
        if wanted is not UNSET:
            self.listed.append(Condition(name, look, number_test(wanted), str(wanted)))

    def pattern(self, name: str, wanted: str | UnsetType, look: Callable[[S], object]) -> None:
        """The field must fit a text with `*` in it."""
        if wanted is not UNSET:
            self.listed.append(Condition(name, look, pattern_test(wanted), wanted, "*" not in wanted))
