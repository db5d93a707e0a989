"""What is wrong with a value of a body, in words: its name, the value, and what would be right."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect

from fakefax.scenario.validation.problems import shown

_AT_A_FIELD = re.compile(r" - at `\$\.([a-z_]+)`$")


def told(error: msgspec.ValidationError, body: bytes, shape: type[Any]) -> str | None:
    """The sentence about the value that a field of `shape` cannot have; None when it is about something else."""
    at = _AT_A_FIELD.search(str(error))
    if at is None:
        return None
    name = at[1]
    try:
        value = msgspec.json.decode(body)[name]
    except (
        msgspec.DecodeError,
        UnicodeDecodeError,
        RecursionError,
    ):  # what follows the value is not JSON either
        return None
    of = next(field.type for field in _fields(shape) if field.encode_name == name)
    return f"{name}: {shown(value)} is not {' or '.join(_expected(of))}"


def _fields(shape: type[Any]) -> tuple[inspect.Field, ...]:
    of = inspect.type_info(shape)
    return of.fields if isinstance(of, inspect.StructType) else ()


def _expected(of: inspect.Type) -> Iterator[str]:
    """What a value may be, a piece for each of its types."""
    match of:
        case inspect.UnionType():
            for branch in of.types:
                yield from _expected(branch)
        case inspect.Metadata():
            yield from _expected(of.type)
        case inspect.IntType() | inspect.FloatType():
            yield f"a {'whole ' if isinstance(of, inspect.IntType) else ''}number{_range(of.ge, of.le)}"
        case inspect.StrType():
            yield f"text{_length(of.min_length, of.max_length)}"
        case inspect.LiteralType():
            yield from (shown(value) for value in of.values)
        case inspect.EnumType():
            yield from (shown(value.value) for value in of.cls)
        case inspect.DictType():
            yield f"a mapping{' with a field at least' if of.min_length else ''}"
        case _:
            word = _WORDS.get(type(of))
            if word is not None:
                yield word


_WORDS: dict[type[inspect.Type], str] = {
    inspect.BoolType: "true or false",
    inspect.BytesType: "a file in base64",
    inspect.DateTimeType: "a time such as 2026-01-05T09:00:00Z",
    inspect.ListType: "a list",
    inspect.NoneType: "null",
}


def _range(least: float | None, most: float | None) -> str:
    if least is None:
        return ""
    return f" of at least {least:,.0f}" if most is None else f" from {least:,.0f} to {most:,.0f}"


def _length(least: int | None, most: int | None) -> str:
    if least is None:
        return ""
    return " of at least one character" if most is None else f" of {least} to {most} characters"
