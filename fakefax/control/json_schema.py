"""JSON Schemas of what the APIs take and answer, from the very types that read and write it."""

from collections.abc import Iterable
from types import UnionType
from typing import Any, get_args

import msgspec

REFERENCE = "#/components/schemas/{name}"


class Components:
    """The schemas of many types at once, so that two structs of the same name get different ones."""

    def __init__(self, types: Iterable[Any]) -> None:
        self._types = list(dict.fromkeys(branch for of in types for branch in _branches(of)))
        schemas, components = msgspec.json.schema_components(self._types, ref_template=REFERENCE)
        self._schemas = [_with_numbers(schema) for schema in schemas]
        self.schemas: dict[str, Any] = _with_numbers(components)
        """Every struct, by name."""

    def schema(self, of: Any) -> dict[str, Any]:
        """The schema of one of the types; a struct's is a reference to one of `schemas`."""
        branches = [self._schemas[self._types.index(branch)] for branch in _branches(of)]
        return dict(branches[0]) if len(branches) == 1 else {"anyOf": branches}


def _branches(of: Any) -> tuple[Any, ...]:
    """The types of a union of answers; msgspec describes only those that it can distinguish when reading."""
    if isinstance(of, UnionType):
        return get_args(of)
    return (Any,) if of is object else (of,)


def _with_numbers(schema: Any) -> Any:
    """Exact amounts are JSON numbers here, which msgspec would describe as text."""
    if isinstance(schema, list):
        return [_with_numbers(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "decimal":
        return {**{key: value for key, value in schema.items() if key != "format"}, "type": "number"}
    return {key: _with_numbers(value) for key, value in schema.items()}
