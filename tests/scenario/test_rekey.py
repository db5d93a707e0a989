"""A scenario with other api_keys."""

from typing import Any

import msgspec

from fakefax.scenario.loader import parse_scenario
from fakefax.scenario.overrides import new_keys, rekeyed
from fakefax.scenario.schema import Scenario

ALL_KEYS = """
accounts: [{api_key: one, balance: 5}, {api_key: two}]
faxes: [{when: {api_key: one, pages: 2}, then: {msg_code: busy}}, {then: {}}]
requests: [{when: {api_key: two}, then: {status: 500}}]
callbacks: [{when: {api_key: one}, then: {drop: true}}, {when: {api_key: stranger}, then: {}}]
"""


def test_every_key_of_a_scenario_is_changed():
    """Wherever a scenario may name an account, its new key stands there, and all else is as it was."""
    written = msgspec.to_builtins(parse_scenario(ALL_KEYS, "test"))
    expected = parse_scenario(ALL_KEYS.replace("one", "1st").replace("two", "2nd"), "test")
    assert rekeyed(parse_scenario(ALL_KEYS, "test"), {"one": "1st", "two": "2nd"}) == expected
    places = {place for place in _places(written) if place[-1] == "api_key"}
    assert places == {place for place in _places_in_schema() if place[-1] == "api_key"}


def test_rules_without_a_key_are_shared():
    """Rules that name no account are not copied for each sandbox."""
    scenario = parse_scenario("faxes: [{when: {pages: 2}, then: {msg_code: busy}}]", "test")
    assert rekeyed(scenario, {"f@x2r0ckkz": "other"}).faxes is scenario.faxes


def _places(data: Any, place: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """The paths of all values, without their positions in lists."""
    if isinstance(data, dict):
        return {path for name, value in data.items() for path in _places(value, (*place, name))}
    if isinstance(data, list | tuple):
        return {path for value in data for path in _places(value, place)}
    return {place}


def _places_in_schema() -> set[tuple[str, ...]]:
    """The paths of all values that a scenario can have."""
    (schema,), parts = msgspec.json.schema_components([Scenario])
    return _schema_places(schema, parts, ())


def _schema_places(schema: Any, parts: dict[str, Any], place: tuple[str, ...]) -> set[tuple[str, ...]]:
    name = schema.get("$ref", "").rpartition("/")[2]
    inner = parts[name] if name else schema
    branches = [*inner.get("anyOf", ()), *([inner["items"]] if isinstance(inner.get("items"), dict) else ())]
    named = inner.get("properties", {}).items()
    found = {path for branch in branches for path in _schema_places(branch, parts, place)}
    found |= {path for key, value in named for path in _schema_places(value, parts, (*place, key))}
    return found or {place}


def test_a_scenario_with_fewer_accounts_takes_the_first_keys():
    """Known keys are used in their order; then come fresh ones. A smaller scenario leaves some unused."""
    one, two = parse_scenario("accounts: [{api_key: a}]", "one"), parse_scenario(ALL_KEYS, "two")
    assert new_keys(one, ["x", "y", "z"], fresh=iter(()).__next__) == {"a": "x"}
    assert new_keys(two, ["x"], fresh=iter(["fresh"]).__next__) == {"one": "x", "two": "fresh"}
