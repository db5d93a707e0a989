"""Holds one answer against what is known of it; and a recording against the probes as they are now."""

from collections.abc import Iterator, Mapping
from typing import Any

from fakefax.verify.exchange import Answer
from fakefax.verify.plan import Outcome, rows_without_probe
from fakefax.verify.probes import PROBES
from fakefax.verify.shapes import differences
from fakefax.verify.step import CannotTell, Probe, Step


def judge(step: Step, answer: Answer, saved: Mapping[str, Any]) -> tuple[str, ...]:
    """In what an answer differs from what is known. Raises CannotTell."""
    found = [] if step.status in (None, answer.status) else [f"status {answer.status}, not {step.status}"]
    if not answer.content_type.startswith(step.content_type):
        found.append(f"content type {answer.content_type}, not {step.content_type}")
    if not found and step.shape is not None:
        found += differences(step.shape, answer.body)
    if not found and step.check is not None:
        try:
            wrong = step.check(answer.body, saved)
        except (KeyError, TypeError, IndexError, ValueError, AttributeError):
            wrong = "the answer has not got what is compared"
        found += [wrong] if wrong else []
    return tuple(dict.fromkeys(found))


def replay(recording: Mapping[str, Any]) -> Iterator[Outcome]:
    """The outcomes of a recording by the probes as they are now, without a network."""
    by_probe: dict[str, list[Mapping[str, Any]]] = {}
    for exchange in recording["exchanges"]:
        by_probe.setdefault(exchange["probe"], []).append(exchange)
    for probe in PROBES:
        yield _replayed(probe, by_probe.get(probe.name, []))
    yield from rows_without_probe()


def _replayed(probe: Probe, exchanges: list[Mapping[str, Any]]) -> Outcome:
    details: list[str] = []
    if len(exchanges) < len(probe.steps):
        return Outcome(probe.name, probe.row, "not tried", ("not all of its requests were recorded",))
    for one in exchanges:
        answer = Answer(one["status"], one["content_type"], one["body"])
        try:
            details += judge(probe.steps[one["step"]], answer, one["saved"])
        except CannotTell as why:
            return Outcome(probe.name, probe.row, "not tried", (str(why),))
    return Outcome(probe.name, probe.row, "differs" if details else "same", tuple(details))
