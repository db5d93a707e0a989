"""What a set of rules decided, and how to tell why."""

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

A = TypeVar("A")


class Decision(NamedTuple, Generic[A]):
    """An action, the rule that chose it, and why each rule before that one did not.

    `misses` makes its sentences when it is asked, since hardly anybody asks: "faxes[1] 'the accountant's line'
    missed on pages: 3 is not >20".
    """

    action: A
    rule: str
    misses: Callable[[], list[str]]
