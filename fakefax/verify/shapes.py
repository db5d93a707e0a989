"""The shape of a JSON answer: keys, their order, types. Values that change from day to day are only types."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple


class Text(NamedTuple):
    """A text that matches a regular expression as a whole."""

    pattern: str
    meaning: str


class OneOf(NamedTuple):
    """A value of any of these shapes."""

    shapes: tuple[object, ...]


MONEY = "money"
INTEGER = "integer"
TEXT = "text"
NULL = "null"
DATE = Text(r"\d{4}-\d\d-\d\d", "a date such as 2017-07-30")
TIME = Text(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "a time such as 2017-08-03 12:31:38")
PHP_TIME = {
    "date": Text(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.000000", "a time with .000000"),
    "timezone_type": 3,
    "timezone": "=UTC",
}

KINDS = {MONEY: (int, Decimal), INTEGER: (int,), TEXT: (str,), NULL: (type(None),)}


def differences(shape: object, value: object, place: str = "answer") -> Iterator[str]:
    """The differences of a value from its shape, a sentence each.

    A mapping is an object with exactly these keys in this order; a key that ends in `?` may be left out. A list of
    one shape is a list of such values. `=text` is that text, a number that number; other texts name a kind.
    """
    if isinstance(shape, Mapping):
        yield from _of_object(shape, value, place)
    elif isinstance(shape, list):
        yield from _of_list(shape[0], value, place)
    else:
        wrong = _of_value(shape, value)
        if wrong:
            yield f"{place} {wrong}"


def _of_list(shape: object, value: object, place: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{place} is {kind_of(value)}, not a list"
        return
    for row in value:  # by reference: the same difference of many rows is one
        yield from differences(shape, row, f"{place}[]")


def _of_value(shape: object, value: object) -> str | None:
    """The reason why a value that is neither object nor list is not of this shape; None if it is."""
    if isinstance(shape, OneOf):
        fits = any(not list(differences(one, value)) for one in shape.shapes)
        return None if fits else f"is {kind_of(value)}, none of what it may be"
    if isinstance(shape, Text):
        fits = isinstance(value, str) and re.fullmatch(shape.pattern, value) is not None
        return None if fits else f"is not {shape.meaning}"
    if isinstance(shape, str) and not shape.startswith("="):
        fits = isinstance(value, KINDS[shape]) and not isinstance(value, bool)
        return None if fits else f"is {kind_of(value)}, not {shape}"
    exact = shape[1:] if isinstance(shape, str) else shape
    return None if value == exact and not isinstance(value, bool) else f"is not {exact!r}"


def _of_object(shape: Mapping[str, object], value: object, place: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place} is {kind_of(value)}, not an object"
        return
    known = {name.removesuffix("?"): name for name in shape}
    for name, written in known.items():
        if name in value:
            yield from differences(shape[written], value[name], f"{place}.{name}")
        elif not written.endswith("?"):
            yield f"{place}.{name} is missing"
    for name in value.keys() - known.keys():
        yield f"{place}.{name} is an extra key"
    both = [name for name in value if name in known]
    if both != [name for name in known if name in value]:
        yield f"{place} has the keys in the order {', '.join(both)}"


def kind_of(value: object) -> str:
    """The JSON type of a value, in words."""
    if isinstance(value, bool):
        return "a boolean"
    kinds = {str: "text", int: "an integer", Decimal: "a number", list: "a list", dict: "an object"}
    return kinds.get(type(value), "null")
