"""A scenario with other api_keys: in its accounts, and in every rule that names one."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from fakefax.scenario.schema import Scenario

FIELD = "api_key"
"""The one name of an api_key in a scenario, whatever section it stands in."""

IN_JSON = b'"api_key":'


def keys_of(scenario: Scenario) -> list[str]:
    """The api_keys of its accounts, in order."""
    return [account.api_key for account in scenario.accounts]


def new_keys(scenario: Scenario, known: Sequence[str], fresh: Callable[[], str]) -> dict[str, str]:
    """Which key stands for each of the scenario's: the known ones in their order, then fresh ones."""
    written = keys_of(scenario)
    others = [fresh() for _ in written[len(known) :]]
    return dict(zip(written, [*known, *others], strict=False))


def rekeyed(scenario: Scenario, keys: Mapping[str, str]) -> Scenario:
    """The scenario with each key that `keys` names changed. What stays the same is shared, not copied.

    A section without a key is found by its JSON, which is made a hundred times faster than the section is walked.
    """
    sections = {name: getattr(scenario, name) for name in scenario.__struct_fields__}
    with_keys = {name: part for name, part in sections.items() if IN_JSON in msgspec.json.encode(part)}
    return replace(scenario, **{name: _changed(part, keys) for name, part in with_keys.items()})


def _changed(value: Any, keys: Mapping[str, str]) -> Any:
    if isinstance(value, Struct):
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        new = {name: _new(name, part, keys) for name, part in fields.items()}
        changes = {name: part for name, part in new.items() if part is not fields[name]}
        return replace(value, **changes) if changes else value
    if isinstance(value, tuple):
        items = tuple(_changed(item, keys) for item in value)
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    return value


def _new(name: str, value: Any, keys: Mapping[str, str]) -> Any:
    if name == FIELD and isinstance(value, str):
        return keys.get(value, value)
    return _changed(value, keys)
