"""The parts of every fault: a description, a kind of value, and ready-made examples."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar, get_type_hints

from msgspec import Struct


class FaultGroup(StrEnum):
    """The groups of faults, by subject."""

    ENDS = "ends"
    REQUEST = "request"
    CALLBACK = "callback"

    @property
    def section(self) -> str:
        """The section of a scenario that has the rules about it."""
        return {FaultGroup.ENDS: "faxes", FaultGroup.REQUEST: "requests", FaultGroup.CALLBACK: "callbacks"}[self]


class Value(StrEnum):
    """The kinds of values that a fault can have, in words; fakefax/scenario/rule_schema.py has their schemas."""

    FLAG = "true"
    CHOICE = "a choice"
    DURATION = "a duration"
    DURATION_RANGE = "a duration, or a range to draw from"
    FIELDS = "a mapping of form fields to values"
    STATUS = "an HTTP status"
    WEIGHTS = "weights of HTTP statuses"
    BODY = "text, or JSON"
    CONTENT_TYPE = "a content type"
    RATE_LIMIT = "a count, and the span it is counted in"
    CALLBACK_WEIGHTS = "weights of faults"


class Row(Struct, frozen=True, kw_only=True):
    """One ready-made use of a fault: it has a name, and can be dialled in the default scenario.

    `then` is the effect as a rule has it; left out, it is the fault with its example. `when` narrows the rule down.
    A rule that is put in force at run time is used once if `once`. `old_name` is the outcome's name in Python tests
    and their ids, where it differs: tests name outcomes by it. `happened` says in the past tense what befell a
    {point}, such as "the second send", and its {work}, such as "the charge".
    """

    name: str
    old_name: str = ""
    number: str
    what: str
    happened: str
    then: Any = None
    when: Mapping[str, Any] = {}
    once: bool = True


class Fault(Struct, frozen=True, kw_only=True):
    """One fault. `parameter_of` names the fault that this is a parameter of; a parameter does nothing by itself.

    `default` is the value that a parameter has when it is left out.
    """

    description: str
    value: Value
    example: Any = True
    rows: tuple[Row, ...] = ()
    parameter_of: str | None = None
    default: str = ""


F = TypeVar("F", bound=Fault)


def faults_of(fields: type, kind: type[F]) -> dict[str, F]:
    """The faults of a TypedDict by their names, in its order."""
    hints = get_type_hints(fields, include_extras=True)
    return {
        name: fault
        for name, hint in hints.items()
        for fault in getattr(hint, "__metadata__", ())
        if isinstance(fault, kind)
    }
