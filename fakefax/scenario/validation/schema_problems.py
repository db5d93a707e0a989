"""All schema violations of a scenario file, in words. It is imported only when a file is wrong."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from fakefax.scenario.fields import EXPECTED
from fakefax.scenario.schema import json_schema
from fakefax.scenario.validation.problems import Path, Problem, Problems, dotted, shown, suggestion
from fakefax.scenario.validation.source import Source
from fakefax.scenario.validation.violations import Violation, violations

Message = Callable[[], str]
"""Makes the message of a problem that is listed."""

_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}
_SPOKEN = {"yes": "true", "on": "true", "no": "false", "off": "false"}
_NUMBER = re.compile(r"-?[0-9]+([.][0-9]+)?")


def find_schema_problems(source: Source, problems: Problems) -> None:
    """Add every problem that the schema finds."""
    for violation in violations(json_schema(), source.data):
        for path, key, message in _told(violation):
            problems.add(path, partial(_problem, source, path, key, message))


def _problem(source: Source, path: Path, key: bool, message: Message) -> Problem:
    return Problem(source.place(path, key=key), dotted(path), message())


def _told(found: Violation) -> Iterator[tuple[Path, bool, Message]]:
    """Where each problem is, whether with a key rather than its value, and what makes its sentence."""
    if found.keyword == "anyOf":
        yield from _of_the_branch_meant(found)
    elif found.keyword == "additionalProperties":
        known = found.schema.get("properties", {})
        yield [*found.steps, found.value], True, partial(_unknown_key, found.value, known)
    elif found.keyword == "required":
        yield found.steps, False, partial(str, f"{found.limit} is missing")
    elif found.of_key:
        yield [*found.steps, found.value], True, partial(_message, found)
    else:
        yield found.steps, False, partial(_message, found)


def _unknown_key(name: str, known: dict[str, Any]) -> str:
    return f"unknown key{suggestion(name, known)}"


def _of_the_branch_meant(found: Violation) -> Iterator[tuple[Path, bool, Message]]:
    """A value may be one of several things: report on those of the value's own type."""
    for branch in found.branches:
        if not any(inner.keyword == "type" and inner.steps == found.steps for inner in branch):
            for inner in branch:
                yield from _told(inner)
            return
    yield found.steps, False, partial(_of_other_type, found, str(found.schema.get(EXPECTED)))


def _of_other_type(found: Violation, expected: str) -> str:
    if found.value is not None:
        return f"{shown(found.value)} is not {expected}{_cure(found)}"
    can_go = found.steps and found.steps[-1] not in _required_keys()
    return f"value is missing: expected {expected}{' (or remove the key)' if can_go else ''}"


def _required_keys() -> set[str]:
    return {key for section in json_schema()["$defs"].values() for key in section.get("required", ())}


def _message(found: Violation) -> str:
    value, limit = found.value, found.limit
    match found.keyword:
        case "type":
            return _of_other_type(found, found.schema.get(EXPECTED) or _KINDS[limit])
        case "enum" if value is None:
            return f"value is missing{suggestion('', limit)}"
        case "enum":
            return f"{shown(value)} is not a {found.steps[-1]}{suggestion(str(value), limit)}"
        case "minimum":
            return f"{shown(value)} is below {limit:,.0f}"
        case "maximum":
            return f"{shown(value)} is above {limit:,.0f}"
        case "minItems":
            return f"{shown(value)} is empty; give at least one"
        case "minLength":
            return f"{shown(value)} is empty; write at least one character"
        case _:
            return f"{shown(value)} is not {found.schema.get(EXPECTED)}"


def _cure(found: Violation) -> str:
    """The value in the right notation, when only its notation is wrong."""
    match found.limit, found.value:
        case "string", bool() | int() | float() as value:
            written = shown(value)
            return f'; write "{written}"' if re.search(found.schema.get("pattern", ""), written) else ""
        case "integer" | "number", str() as value if _NUMBER.fullmatch(value):
            plain = re.sub(r"^(-?)0+(?=[0-9])", r"\1", value)
            return (
                f"; write {plain} without quotes" if plain == value else f"; write {plain}, without a zero in front"
            )
        case "boolean", str() as value if value.lower() in _SPOKEN:
            return f"; write {_SPOKEN[value.lower()]}"
        case "array", int() as value:
            return f"; write [{shown(value)}]"
        case "array", dict():
            return "; begin each item with '- '"
        case _:
            return ""
