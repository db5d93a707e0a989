"""The rules that were put in front at run time, as their records have them."""

from typing import Any

import msgspec

from fakefax.scenario.rule_schema import CallbackRule, FaxRule, RequestRule

SCHEMAS: dict[str, type[FaxRule | RequestRule | CallbackRule]] = {
    "faxes": FaxRule,
    "requests": RequestRule,
    "callbacks": CallbackRule,
}


def written_rule(section: str, written: dict[str, Any]) -> Any:
    """A rule as its section's schema has it."""
    return msgspec.convert(written, SCHEMAS[section])
