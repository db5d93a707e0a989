"""Every place where data violates a JSON Schema, with the keywords that the schema of a scenario has.

The jsonschema package would bring three others into the environments of those who test with fakefax. This is tested
against it.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

Schema = dict[str, Any]
Steps = tuple[str | int, ...]


class Violation(NamedTuple):
    """A keyword that a value does not keep to. `schema` is where the keyword stands, with its `limit`.

    `branches` are those of `anyOf`, with the violations of each. With `of_key` it is about a key of a mapping:
    `steps` lead to the mapping, and `value` is the key.
    """

    keyword: str
    limit: Any
    value: Any
    steps: Steps
    schema: Schema
    branches: tuple[tuple["Violation", ...], ...] = ()
    of_key: bool = False


def violations(schema: Schema, data: object) -> Iterator[Violation]:
    """All violations, in the order of the schema's keywords."""
    yield from _Walk(schema).violations(schema, data, ())


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: dict[str, Callable[[object], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}
"""1.0 is an integer to JSON Schema, and not to the Scenario."""

_LIMITS: dict[str, Callable[[Any, Any], bool]] = {
    "type": lambda value, kind: _TYPES[kind](value),
    "enum": lambda value, known: any(
        value == each and isinstance(value, bool) is isinstance(each, bool) for each in known
    ),
    "minimum": lambda value, least: not _is_number(value) or value >= least,
    "maximum": lambda value, most: not _is_number(value) or value <= most,
    "minLength": lambda value, least: not isinstance(value, str) or len(value) >= least,
    "minItems": lambda value, least: not isinstance(value, list) or len(value) >= least,
    "pattern": lambda value, pattern: not isinstance(value, str) or re.search(pattern, value) is not None,
}
"""Keywords that are about one value: whether it keeps to the limit."""

_STRUCTURE = ("$ref", "anyOf", "items", "properties", "required", "additionalProperties", "propertyNames")
ANNOTATIONS = {"$defs", "title", "description", "default", "x-expected", "patternProperties"}
"""Keywords that say nothing of a value by themselves."""

KEYWORDS = ANNOTATIONS.union(_LIMITS, _STRUCTURE)


class _Walk:
    def __init__(self, root: Schema) -> None:
        self._definitions: dict[str, Schema] = root.get("$defs", {})

    def violations(self, schema: Schema, value: Any, steps: Steps) -> Iterator[Violation]:
        for keyword, limit in schema.items():
            keeps_to = _LIMITS.get(keyword)
            if keeps_to is not None:
                if not keeps_to(value, limit):
                    yield Violation(keyword, limit, value, steps, schema)
            elif keyword == "$ref":
                yield from self.violations(self._definitions[limit.rpartition("/")[2]], value, steps)
            elif keyword == "anyOf":
                yield from self._any_of(limit, value, steps, schema)
            elif keyword == "items" and isinstance(value, list):
                for index, item in enumerate(value):
                    yield from self.violations(limit, item, (*steps, index))
            elif isinstance(value, dict) and keyword not in ANNOTATIONS:
                yield from self._of_mapping(keyword, limit, value, steps, schema)

    def _any_of(self, branches: list[Schema], value: Any, steps: Steps, schema: Schema) -> Iterator[Violation]:
        found = []
        for branch in branches:
            found.append(tuple(self.violations(branch, value, steps)))
            if not found[-1]:
                return
        yield Violation("anyOf", branches, value, steps, schema, tuple(found))

    def _of_mapping(
        self, keyword: str, limit: Any, value: dict[str, Any], steps: Steps, schema: Schema
    ) -> Iterator[Violation]:
        match keyword:
            case "properties":
                known = [(name, inner) for name, inner in limit.items() if name in value]
                for name, inner in known:
                    yield from self.violations(inner, value[name], (*steps, name))
            case "required":
                yield from (Violation(keyword, name, value, steps, schema) for name in limit if name not in value)
            case "additionalProperties" if limit is False:
                for name in _additional(value, schema):
                    yield Violation(keyword, limit, name, steps, schema, of_key=True)
            case "additionalProperties":
                for name in _additional(value, schema):
                    yield from self.violations(limit, value[name], (*steps, name))
            case "propertyNames":
                of_names = (found for name in value for found in self.violations(limit, name, steps))
                yield from (found._replace(of_key=True) for found in of_names)


def _additional(value: dict[str, Any], schema: Schema) -> Iterator[str]:
    """The keys that neither `properties` nor `patternProperties` have."""
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for name in value:
        if name not in known and not any(re.search(pattern, name) for pattern in patterns):
            yield name
