"""What a schema cannot say about the rules of `callbacks` that are asked as a fax is accepted."""

from collections.abc import Iterator
from typing import Any

from fakefax.scenario.conditions import number_test
from fakefax.scenario.findings import Finding, listed, mapping
from fakefax.scenario.place import Path

OF_SEND = ("before_reply", "poll")
"""The faults that show in the send or in the status answer, before there is a receipt."""

BESIDE_SEND = (*OF_SEND, "poll_by")

_BY_FAX = (
    "is about an attempt, and a list with `before_reply` or `poll` goes on with each fax that is sent, "
    "not with each attempt"
)


def of_send(rule: object) -> bool:
    """Whether a rule is asked as a fax is accepted, and not when an attempt is due."""
    then = mapping(rule).get("then")
    steps = listed(then) if isinstance(then, list) else [then]
    return any(mapping(step).get(name) for step in steps for name in OF_SEND)


def callback_rule_findings(path: Path, rule: dict[str, Any]) -> Iterator[Finding]:
    """Conditions that no fax can fit when it is accepted."""
    if not of_send(rule):
        return
    yield from _attempts_in_a_list([*path, "then"], rule.get("then"))
    when = mapping(rule.get("when"))
    why = "is never asked: `before_reply` and `poll` are about the send of a fax"
    if when.get("kind") == "received_fax":
        yield Finding([*path, "when", "kind"], f"a rule for received faxes {why}")
    attempt = when.get("attempt")
    if isinstance(attempt, int | str) and not _takes_the_first(attempt):
        yield Finding([*path, "when", "attempt"], f"a rule for later attempts {why}, which is at attempt 1")


def _attempts_in_a_list(path: Path, then: object) -> Iterator[Finding]:
    """A list with a step about the send steps on with each fax, so that none of it is for successive attempts."""
    for step, effect in enumerate(listed(then)):
        faults = mapping(effect)
        if any(faults.get(name) for name in OF_SEND):
            continue
        for name in faults:
            if name not in BESIDE_SEND and faults[name]:
                yield Finding([*path, step, name], f"{name} {_BY_FAX}; give it a rule of its own")


def _takes_the_first(condition: int | str) -> bool:
    try:
        return number_test(condition)(1)
    except ValueError:
        return True  # said elsewhere
