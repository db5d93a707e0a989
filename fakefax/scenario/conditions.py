"""What the values of `when` mean: patterns of numbers and conditions on counts."""

import operator
import re
from collections.abc import Callable

NumberTest = Callable[[int], bool]
TextTest = Callable[[str], bool]

_OPERATORS: dict[str, Callable[[int, int], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "": operator.eq,
}
_COMPARISON = re.compile(r"(>=|<=|>|<|)([0-9]{1,9})")
_RANGE = re.compile(r"([0-9]{1,9})\.\.([0-9]{1,9})")


def number_test(condition: int | str) -> NumberTest:
    """20, ">20", "<=3" or "1..5" (both ends included). Raises ValueError for what is none of these."""
    if isinstance(condition, int):
        return condition.__eq__
    if ends := _RANGE.fullmatch(condition):
        return _between(int(ends[1]), int(ends[2]))
    comparison = _COMPARISON.fullmatch(condition)
    if comparison is None:
        raise ValueError(f'{condition!r} is not a number or a condition such as ">20", "<=3" or "1..5"')
    compare, bound = _OPERATORS[comparison[1]], int(comparison[2])
    return lambda number: compare(number, bound)


def _between(lowest: int, highest: int) -> NumberTest:
    if lowest > highest:
        raise ValueError(f"'{lowest}..{highest}' starts with its larger end; write {highest}..{lowest}")
    return lambda number: lowest <= number <= highest


def pattern_test(pattern: str) -> TextTest:
    """A number with `*` for any digits."""
    if "*" not in pattern:
        return pattern.__eq__
    if pattern.count("*") == 1 and pattern.endswith("*"):
        prefix = pattern[:-1]
        return lambda number: number.startswith(prefix)
    expression = re.compile(".*".join(re.escape(part) for part in pattern.split("*")))
    return lambda number: expression.fullmatch(number) is not None
