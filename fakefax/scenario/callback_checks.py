"""What a schema cannot say about the rules of `callbacks` that are asked as a fax is accepted."""

from collections.abc import Iterator
from typing import Any

from fakefax.scenario.conditions import number_test
from fakefax.scenario.findings import Finding, listed, mapping
from fakefax.scenario.source import Path

OF_SEND = ("before_reply", "poll")
"""The faults that show in the send or in the status answer, before there is a receipt."""


def of_send(rule: object) -> bool:
    """Whether a rule is asked as a fax is accepted, and not when an attempt is due."""
    then = mapping(rule).get("then")
    steps = listed(then) if isinstance(then, list) else [then]
    return any(mapping(step).get(name) for step in steps for name in OF_SEND)


def callback_rule_findings(path: Path, rule: dict[str, Any]) -> Iterator[Finding]:
    """Conditions that no fax can fit when it is accepted."""
    if not of_send(rule):
        return
    when = mapping(rule.get("when"))
    why = "is never asked: `before_reply` and `poll` are about the send of a fax"
    if when.get("kind") == "received_fax":
        yield Finding([*path, "when", "kind"], f"a rule for received faxes {why}")
    attempt = when.get("attempt")
    if isinstance(attempt, int | str) and not _takes_the_first(attempt):
        yield Finding([*path, "when", "attempt"], f"a rule for later attempts {why}, which is at attempt 1")


def _takes_the_first(condition: int | str) -> bool:
    try:
        return number_test(condition)(1)
    except ValueError:
        return True  # said elsewhere
