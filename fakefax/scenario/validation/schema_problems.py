"""All schema violations of a scenario file, in words.

Loads the JSON Schema validator, so import it only when a file is wrong.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from fakefax.scenario.fields import EXPECTED
from fakefax.scenario.schema import json_schema
from fakefax.scenario.validation.problems import Path, Problem, Problems, dotted, shown, suggestion
from fakefax.scenario.validation.source import Source

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


def _is_whole(_: object, value: object) -> bool:
    """1.0 is an integer to JSON Schema, and not to the Scenario."""
    return isinstance(value, int) and not isinstance(value, bool)


_Validator = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_whole)
)


def find_schema_problems(source: Source, problems: Problems) -> None:
    """Add every problem that the schema finds."""
    for error in _Validator(json_schema()).iter_errors(source.data):
        for path, key, message in _told(error):
            problems.add(path, partial(_problem, source, path, key, message))


def _problem(source: Source, path: Path, key: bool, message: Message) -> Problem:
    return Problem(source.place(path, key=key), dotted(path), message())


def _told(error: ValidationError) -> Iterator[tuple[Path, bool, Message]]:
    """Where each problem is, whether with a key rather than its value, and what makes its sentence."""
    path = list(error.absolute_path)
    if error.validator == "anyOf":
        yield from _of_the_branch_meant(error)
    elif error.validator == "additionalProperties":
        known = _schema(error).get("properties", {})
        for name in _instance(error):
            if name not in known and not _allowed(name, error):
                yield [*path, name], True, partial(_unknown_key, name, known)
    elif error.validator == "required":
        for name in _schema(error)["required"]:
            if name not in _instance(error):
                yield path, False, partial(str, f"{name} is missing")
    elif "propertyNames" in error.absolute_schema_path:
        yield [*path, _instance(error)], True, partial(_message, error)
    else:
        yield path, False, partial(_message, error)


def _unknown_key(name: str, known: dict[str, Any]) -> str:
    return f"unknown key{suggestion(name, known)}"


def _allowed(name: str, error: ValidationError) -> bool:
    return any(re.search(pattern, name) for pattern in _schema(error).get("patternProperties", {}))


def _instance(error: ValidationError) -> Any:
    return error.instance


def _limit(error: ValidationError) -> Any:
    return error.validator_value


def _schema(error: ValidationError) -> dict[str, Any]:
    return error.schema if isinstance(error.schema, dict) else {}


def _of_the_branch_meant(error: ValidationError) -> Iterator[tuple[Path, bool, Message]]:
    """A value may be one of several things: report on those of the value's own type."""
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    mistaken = [inner for branch in branches.values() for inner in branch if _is_other_type(inner, error)]
    meant = [branch for branch in branches.values() if not any(inner in mistaken for inner in branch)]
    if meant:
        for inner in meant[0]:
            yield from _told(inner)
    else:
        yield list(error.absolute_path), False, partial(_of_other_type, error, str(_expected(error)))


def _is_other_type(inner: ValidationError, outer: ValidationError) -> bool:
    return inner.validator == "type" and inner.instance is outer.instance


def _expected(error: ValidationError) -> str | None:
    return _schema(error).get(EXPECTED)


def _of_other_type(error: ValidationError, expected: str) -> str:
    if error.instance is not None:
        return f"{shown(error.instance)} is not {expected}{_cure(error)}"
    can_go = error.absolute_path and error.absolute_path[-1] not in _required_keys()
    return f"value is missing: expected {expected}{' (or remove the key)' if can_go else ''}"


def _required_keys() -> set[str]:
    return {key for section in json_schema()["$defs"].values() for key in section.get("required", ())}


def _message(error: ValidationError) -> str:
    value, limit = _instance(error), _limit(error)
    match error.validator:
        case "type":
            return _of_other_type(error, _expected(error) or _KINDS[limit])
        case "enum":
            name = error.absolute_path[-1]
            if value is None:
                return f"value is missing{suggestion('', limit)}"
            return f"{shown(value)} is not a {name}{suggestion(str(value), limit)}"
        case "pattern":
            return f"{shown(value)} is not {_expected(error)}"
        case "minimum":
            return f"{shown(value)} is below {limit:,.0f}"
        case "maximum":
            return f"{shown(value)} is above {limit:,.0f}"
        case "minItems":
            return f"{shown(value)} is empty; give at least one"
        case "minLength":
            return f"{shown(value)} is empty; write at least one character"
        case _:
            return error.message


def _cure(error: ValidationError) -> str:
    """The value in the right notation, when only its notation is wrong."""
    match _limit(error), _instance(error):
        case "string", bool() | int() | float() as value:
            written = shown(value)
            return f'; write "{written}"' if re.search(_schema(error).get("pattern", ""), written) else ""
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
