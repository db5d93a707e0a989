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
_CONDITION = re.compile(r"(>=|<=|>|<|)(\d+)")


def number_test(condition: int | str) -> NumberTest:
    """20, ">20", "<=3" or "1..5" (both ends included)."""
    low, dots, high = str(condition).partition("..")
    if dots:
        lowest, highest = int(low), int(high)
        return lambda number: lowest <= number <= highest
    found = _CONDITION.fullmatch(low)
    if found is None:
        raise ValueError(f'{condition!r} is not a number or a condition such as ">20", "<=3" or "1..5"')
    compare, bound = _OPERATORS[found[1]], int(found[2])
    return lambda number: compare(number, bound)


def pattern_test(pattern: str) -> TextTest:
    """A number with `*` for any digits."""
    if "*" not in pattern:
        return pattern.__eq__
    if pattern.count("*") == 1 and pattern.endswith("*"):
        prefix = pattern[:-1]
        return lambda number: number.startswith(prefix)
    expression = re.compile(".*".join(re.escape(part) for part in pattern.split("*")))
    return lambda number: expression.fullmatch(number) is not None
