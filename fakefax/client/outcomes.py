"""The outcomes that a fax can meet: those that the default scenario gives a number to dial."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from fakefax.client.errors import WrongValue, choice
from fakefax.client.sandboxes import SECTIONS, Section

NAMED = "dialled "
"""How the names of the default scenario's rules begin that have a number."""

REFUSED = {
    "Insufficient balance": "not_enough_balance",
    "The fax_number is invalid": "invalid_number",
    "Document not found": "unknown_document",
}
"""Refusals that come about without a rule too, by their message."""

RUNNING = 600
"""The rate for an outcome that holds a reply back in simulated time: on a paused clock it would not come."""


@dataclass(frozen=True)
class Outcome:
    """One of them: its name, the number to dial for it, what it does (`key`), and in how many uses."""

    name: str
    fax_number: str
    section: Section
    key: str
    uses: int
    rule: dict[str, Any]

    @property
    def rate(self) -> float | None:
        """The rate that its sandbox needs."""
        return RUNNING if self.section == "requests" and "delay" in self.rule["then"] else None


@cache
def all_outcomes() -> tuple[Outcome, ...]:
    """Every outcome, in the order of the default scenario."""
    import msgspec  # noqa: PLC0415 (goes with the next)

    from fakefax.scenario.loader import load_scenario  # noqa: PLC0415 (only when it is asked for)

    return tuple(_outcomes(msgspec.to_builtins(load_scenario("default"))))


def named_outcome(name: object) -> Outcome:
    """The outcome of this name. Raises WrongValue."""
    known = {outcome.name: outcome for outcome in all_outcomes()}
    name = _test_names().get(name, name) if isinstance(name, str) else name
    if not isinstance(name, str) or name not in known:
        raise WrongValue(f"{name!r} is not an outcome; {choice(name, known)}")
    return known[name]


def rule_key(section: Section, rule: dict[str, Any]) -> str:
    """The effect of a rule without its conditions; but a callback lost once differs from one lost for good."""
    steps = rule["then"] if isinstance(rule["then"], list | tuple) else [rule["then"]]
    if section == "faxes":
        steps = [step.get("msg_code", "ok") for step in steps]
    once = "attempt" in rule.get("when", {}) if steps == [{"drop": True}] else None
    return json.dumps([section, steps, once], sort_keys=True)


def uses_of(then: object) -> int:
    """In how many uses a rule has done all its steps."""
    return len(then) if isinstance(then, list | tuple) else 1


def _test_names() -> dict[str, str]:
    """The names that tests have for rows of the table of faults."""
    from fakefax.scenario.default import outcome_names  # noqa: PLC0415 (only when it is asked for)

    return outcome_names()


def _outcomes(scenario: dict[str, Any]) -> Iterator[Outcome]:
    names = _test_names()
    for section in SECTIONS:
        for rule in scenario.get(section, ()):
            when, name = dict(rule.get("when", {})), str(rule.get("name", ""))
            number = when.pop("fax_number", None)
            if number is not None and name.startswith(NAMED):
                own = {"name": name, "when": when, "then": rule["then"]}
                key = name.removeprefix(NAMED)
                shown = names.get(key, key)
                yield Outcome(shown, number, section, rule_key(section, rule), uses_of(rule["then"]), own)
