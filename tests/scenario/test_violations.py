"""Violations of a scenario's schema are those that the jsonschema package finds."""

import json
from collections.abc import Iterator
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from fakefax.scenario.default import _data as default_data
from fakefax.scenario.schema import json_schema
from fakefax.scenario.validation.violations import KEYWORDS, Violation, violations
from tests.thorough import examples

SCHEMA = json_schema()
NAMES = sorted({name for each in SCHEMA["$defs"].values() for name in each.get("properties", ())})

Library = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    ),
)


def keywords(schema: object, *, names: bool = False) -> Iterator[str]:
    """Every keyword of a schema."""
    if isinstance(schema, dict):
        for name, inner in schema.items():
            if not names:
                yield name
            if name not in ("default", "enum", "required") or names:
                yield from keywords(inner, names=not names and name in ("properties", "$defs", "patternProperties"))
    elif isinstance(schema, list):
        for inner in schema:
            yield from keywords(inner)


def test_every_keyword_of_the_schema_is_known():
    """A new kind of value in the scenario's classes cannot bring a keyword that is not looked at."""
    assert set(keywords(SCHEMA)) <= KEYWORDS


def of_library(error: ValidationError) -> set[str]:
    """Keyword and place of an error, one for each key that is missing or unknown."""
    place, value, limit = list(error.absolute_path), cast("dict[str, Any]", error.instance), error.validator_value
    if error.validator == "additionalProperties":
        schema = cast("dict[str, Any]", error.schema)
        allowed = [name for name in value if name.startswith("x-") and "patternProperties" in schema]
        names = [name for name in value if name not in schema["properties"] and name not in allowed]
    elif error.validator == "required":
        names = [name for name in cast("list[str]", limit) if name not in value]
    else:
        return {json.dumps([error.validator, place, None])}
    return {json.dumps([error.validator, place, name]) for name in names}


def of_ours(found: Violation) -> str:
    name = {"additionalProperties": found.value, "required": found.limit}.get(found.keyword)
    return json.dumps([found.keyword, list(found.steps), name])


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 700)
    | st.floats(-2, 700)
    | st.sampled_from(["", "30s", "busy", "x", *NAMES]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["x-a", "200", *NAMES]), inner, max_size=4)
    ),
    max_leaves=12,
)


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in inner:
        yield from places(value, (*path, step))


@settings(deadline=None, max_examples=examples(30))
@given(st.data())
def test_the_same_is_found_as_by_the_library(data: st.DataObject):
    """A scenario with any values at any of its places: the same keywords at the same places."""
    written = json.loads(json.dumps(default_data()))
    for _ in range(data.draw(st.integers(0, 4))):
        *way, step = data.draw(st.sampled_from([path for path in places(written) if path]))
        target = written
        for each in way:
            target = target[each]
        target[step] = data.draw(values)
    expected = set().union(*map(of_library, Library(SCHEMA).iter_errors(written)))
    assert {of_ours(found) for found in violations(SCHEMA, written)} == expected
