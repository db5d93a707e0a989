"""What a check finds in a scenario's raw data, and how a check looks at data that may be of a wrong type."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from fakefax.scenario.place import Path
from fakefax.values.money import parse_amount


class Finding(NamedTuple):
    """What is wrong with the value at a path. `of_form` when the schema may have said so in other words."""

    path: Path
    message: str
    of_form: bool = False


def mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def text_finding(path: Path, value: object, parse: Callable[[str], object]) -> Iterator[Finding]:
    """What `parse` says of a text."""
    if isinstance(value, str):
        yield from _form(path, value, parse)


def amount_finding(path: Path, value: object) -> Iterator[Finding]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield from _form(path, value, parse_amount)


def _form(path: Path, value: Any, parse: Callable[[Any], object]) -> Iterator[Finding]:
    try:
        parse(value)
    except ValueError as error:
        yield Finding(path, str(error), of_form=True)
