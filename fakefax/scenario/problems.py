"""Every problem of a wrong scenario file, each as one line with its place, its value and its cure."""

import difflib
import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from fakefax.scenario.schema import EXPECTED, json_schema
from fakefax.scenario.source import Path, Place, Source

if TYPE_CHECKING:
    from jsonschema import ValidationError

LONGEST_VALUE = 60


class Problem(NamedTuple):
    """What is wrong at one place of a file."""

    place: Place
    path: str
    message: str

    def line(self, file: str) -> str:
        """The problem as compilers print theirs: file:line:column: path: message."""
        where = f"{self.path}: " if self.path else ""
        return f"{file}:{self.place.line}:{self.place.column}: {where}{self.message}"


def dotted(path: Path) -> str:
    """faxes[2].then.msg_code"""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def shown(value: object) -> str:
    """A value as the file's author would recognise it."""
    text = repr(value) if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """ "; did you mean 'busy'? (ok, busy, …)", or only the list when nothing is close."""
    known = list(known)
    close = difflib.get_close_matches(wrong, known, n=1, cutoff=0.6)
    question = f"; did you mean '{close[0]}'?" if close else ";"
    return f"{question} ({', '.join(known)})"


def schema_problems(source: Source) -> list[Problem]:
    """What the schema finds wrong. Loads the JSON Schema validator, so ask only when a file is wrong."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 (only a wrong file needs it)

    errors = Draft202012Validator(json_schema()).iter_errors(source.data)
    return [problem for error in errors for problem in _told(error, source)]


def _told(error: "ValidationError", source: Source) -> Iterator[Problem]:
    path = list(error.absolute_path)
    if error.validator == "anyOf":
        yield from _of_the_branch_meant(error, source)
    elif error.validator == "additionalProperties":
        known = _schema(error).get("properties", {})
        for name in _names(error.instance):
            if name not in known:
                where = [*path, name]
                message = f"unknown key{suggestion(name, known)}"
                yield Problem(source.place(where, key=True), dotted(where), message)
    elif error.validator == "required":
        missing = [name for name in _schema(error)["required"] if name not in _names(error.instance)]
        yield Problem(source.place(path), dotted(path), f"{' and '.join(missing)} is missing")
    else:
        yield Problem(source.place(path), dotted(path), _message(error))


def _names(mapping: Any) -> list[str]:
    return [str(name) for name in mapping]


def _schema(error: "ValidationError") -> dict[str, Any]:
    return error.schema if isinstance(error.schema, dict) else {}


def _of_the_branch_meant(error: "ValidationError", source: Source) -> Iterator[Problem]:
    """A value may be one of several things: report on those of the value's own type."""
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    meant = [
        inner
        for branch in branches.values()
        if not any(inner.validator == "type" and inner.instance is error.instance for inner in branch)
        for inner in branch
    ]
    if meant and not _expected(error):
        for inner in meant:
            yield from _told(inner, source)
    else:
        path = list(error.absolute_path)
        kinds = [
            _KINDS[str(inner.validator_value)]
            for branch in branches.values()
            for inner in branch
            if inner.validator == "type" and inner.instance is error.instance
        ]
        message = f"{shown(error.instance)} is not {_expected(error) or ' or '.join(kinds)}"
        yield Problem(source.place(path), dotted(path), message)


_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


def _expected(error: "ValidationError") -> str | None:
    return _schema(error).get(EXPECTED)


def _message(error: "ValidationError") -> str:
    value, limit = shown(error.instance), error.validator_value
    match error.validator:
        case "type":
            cure = "; write it in quotes" if limit == "string" and isinstance(error.instance, int) else ""
            return f"{value} is not {_expected(error) or _KINDS[str(limit)]}{cure}"
        case "enum":
            name = error.absolute_path[-1] if error.absolute_path else "value"
            return f"{value} is not a {name}{suggestion(str(error.instance), _schema(error)['enum'])}"
        case "pattern":
            return f"{value} is not {_expected(error) or f'of the form {limit}'}"
        case "minimum":
            return f"{value} is below {limit}"
        case "maximum":
            return f"{value} is above {limit}"
        case "minItems" | "minLength":
            return f"{value} is empty; give at least one, or leave the key out"
        case _:
            return error.message
