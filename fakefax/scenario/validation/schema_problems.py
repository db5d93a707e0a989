"""What the schema finds wrong with a scenario file, all of it, in words.

Loads the JSON Schema validator, so import it only when a file is wrong.
"""

import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from fakefax.scenario.fields import EXPECTED
from fakefax.scenario.schema import json_schema
from fakefax.scenario.validation.problems import Path, Problem, dotted, shown, suggestion
from fakefax.scenario.validation.source import Source

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


def schema_problems(source: Source) -> list[Problem]:
    """Every problem that the schema finds."""
    errors = _Validator(json_schema()).iter_errors(source.data)
    return [problem for error in errors for problem in _told(error, source)]


def _told(error: ValidationError, source: Source) -> Iterator[Problem]:
    path = list(error.absolute_path)
    if error.validator == "anyOf":
        yield from _of_the_branch_meant(error, source)
    elif error.validator == "additionalProperties":
        known = _schema(error).get("properties", {})
        for name in _instance(error):
            if name not in known:
                yield _at_key([*path, name], f"unknown key{suggestion(name, known)}", source)
    elif error.validator == "required":
        for name in _schema(error)["required"]:
            if name not in _instance(error):
                yield Problem(source.place(path), dotted(path), f"{name} is missing")
    elif "propertyNames" in error.absolute_schema_path:
        yield _at_key([*path, _instance(error)], _message(error), source)
    else:
        yield Problem(source.place(path), dotted(path), _message(error))


def _at_key(path: Path, message: str, source: Source) -> Problem:
    return Problem(source.place(path, key=True), dotted(path), message)


def _instance(error: ValidationError) -> Any:
    return error.instance


def _limit(error: ValidationError) -> Any:
    return error.validator_value


def _schema(error: ValidationError) -> dict[str, Any]:
    return error.schema if isinstance(error.schema, dict) else {}


def _of_the_branch_meant(error: ValidationError, source: Source) -> Iterator[Problem]:
    """A value may be one of several things: report on those of the value's own type."""
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    mistaken = [inner for branch in branches.values() for inner in branch if _is_other_type(inner, error)]
    meant = [branch for branch in branches.values() if not any(inner in mistaken for inner in branch)]
    if meant:
        for inner in meant[0]:
            yield from _told(inner, source)
    else:
        path = list(error.absolute_path)
        yield Problem(source.place(path), dotted(path), _of_other_type(error, str(_expected(error))))


def _is_other_type(inner: ValidationError, outer: ValidationError) -> bool:
    return inner.validator == "type" and inner.instance is outer.instance


def _expected(error: ValidationError) -> str | None:
    return _schema(error).get(EXPECTED)


def _of_other_type(error: ValidationError, expected: str) -> str:
    if error.instance is not None:
        return f"{shown(error.instance)} is not {expected}{_cure(error)}"
    can_go = error.absolute_path and error.absolute_path[-1] not in _required_keys()
    return f"nothing stands here; give {expected}{', or take it out' if can_go else ''}"


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
                return f"nothing stands here{suggestion('', limit)}"
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
    """What to write instead when the value is right and only its notation is not."""
    match _limit(error), _instance(error):
        case "string", bool() | int() | float() as value:
            written = shown(value)
            return f'; write "{written}"' if re.search(_schema(error).get("pattern", ""), written) else ""
        case "integer" | "number", str() as value if _NUMBER.fullmatch(value):
            return f"; write {value} without quotes"
        case "boolean", str() as value if value.lower() in _SPOKEN:
            return f"; write {_SPOKEN[value.lower()]}"
        case "array", int() as value:
            return f"; write [{shown(value)}]"
        case "array", dict():
            return "; begin each item with '- '"
        case _:
            return ""
