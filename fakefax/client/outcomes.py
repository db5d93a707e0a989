"""The outcomes that a fax can meet: those that the default scenario gives a number to dial; and which were met."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

from fakefax.client.errors import WrongValue, choice
from fakefax.client.rules import RuleMembers
from fakefax.client.sandboxes import SECTIONS, Section
from fakefax.client.time import TimeMembers
from fakefax.schemas import FaxDetailList, JournalView, RuleList, RuleView

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
    from fakefax.scenario.loader import load_scenario  # noqa: PLC0415 (only when it is asked for)

    return tuple(_outcomes(msgspec.to_builtins(load_scenario("default"))))


def _named(name: object) -> Outcome:
    """The outcome of this name. Raises WrongValue."""
    known = {outcome.name: outcome for outcome in all_outcomes()}
    if not isinstance(name, str) or name not in known:
        raise WrongValue(f"{name!r} is no outcome; {choice(name, known)}")
    return known[name]


def _outcomes(scenario: dict[str, Any]) -> Iterator[Outcome]:
    for section in SECTIONS:
        for rule in scenario.get(section, ()):
            when, name = dict(rule.get("when", {})), str(rule.get("name", ""))
            number = when.pop("fax_number", None)
            if number is not None and name.startswith(NAMED):
                own = {"name": name, "when": when, "then": rule["then"]}
                yield Outcome(_short(name), number, section, _key(section, rule), _uses(rule["then"]), own)


def _short(name: str) -> str:
    """A rule's name without its first word and its article."""
    short = name.removeprefix(NAMED)
    article, _, rest = short.partition(" ")
    return rest if article in ("a", "an", "the") else short


def _key(section: Section, rule: dict[str, Any]) -> str:
    """What a rule does, whatever it does it to; a callback lost once is not the same as one lost for good."""
    steps = rule["then"] if isinstance(rule["then"], list | tuple) else [rule["then"]]
    if section == "faxes":
        steps = [step.get("msg_code", "ok") for step in steps]
    once = "attempt" in rule.get("when", {}) if steps == [{"drop": True}] else None
    return json.dumps([section, steps, once], sort_keys=True)


def _uses(then: object) -> int:
    return len(then) if isinstance(then, list | tuple) else 1


class OutcomeMembers(RuleMembers, TimeMembers):
    """outcome, meet, outcomes_met."""

    outcome: Outcome | None = None
    """What every fax of this test meets, when its marker has outcomes="all"."""

    def meet(self, outcome: Outcome | str) -> None:
        """Let every fax meet this outcome, whatever its number. Raises WrongValue for a name that is none's.

        fakefax.meet("busy once, then ok")
        """
        if not isinstance(outcome, Outcome):
            outcome = _named(outcome)
        self.outcome = outcome
        self.put_rule(outcome.section, outcome.rule)
        if outcome.rate is not None:
            self.rate = outcome.rate

    def outcomes_met(self) -> set[str]:
        """The names of the outcomes that faxes of this world have met, whatever brought them about."""
        met = {key for section in SECTIONS for key in self._keys_used(section)}
        for fax in self._ask("GET", "/faxes", FaxDetailList, detail="true").faxes:
            if fax.msg_code is not None:
                met.add(_key("faxes", {"then": {"msg_code": fax.msg_code.value}}))
        for entry in self._ask("GET", "/journal", JournalView, kind="request.refused").entries:
            refused = REFUSED.get(str(entry.detail.get("message")))
            if refused is not None:
                met.add(_key("requests", {"then": {"refuse": refused}}))
        return {outcome.name for outcome in all_outcomes() if outcome.key in met}

    def _keys_used(self, section: Section) -> Iterator[str]:
        rules: list[RuleView] = self._ask("GET", f"/rules/{section}", RuleList).rules
        return (_key(section, rule.written) for rule in rules if rule.used >= _uses(rule.written["then"]))
