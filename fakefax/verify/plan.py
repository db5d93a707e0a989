"""The permissions of a run, the outcome of each row, and the comparison of an answer with what is known."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from fakefax.verify.exchange import ServerAnswer
from fakefax.verify.probes import NOT_TRIED, PROBES
from fakefax.verify.shapes import differences
from fakefax.verify.step import CannotTell, Probe, Step, Tier

RETRY_AFTER = 900.0
"""Real seconds between two attempts at a receipt, as documented."""


class RowOutcome(NamedTuple):
    """The outcome of one row: `same`, `differs` with the differences, or `not tried` with the reason.

    `probe` is empty for a row that no probe settles.
    """

    probe: str
    row: str
    result: str
    details: tuple[str, ...] = ()


class RunPlan(NamedTuple):
    """The permissions of a run. `number` is the user's own fax number; nothing is sent without it and `max_cost`.

    `retry_after` is how many real seconds lie between two attempts at a receipt.
    """

    files: bool = False
    number: str | None = None
    max_cost: Decimal = Decimal(0)
    receipts: bool = False
    retry_after: float = RETRY_AFTER

    def tries(self, tier: Tier) -> bool:
        """Whether probes of this tier are carried out. A send needs an uploaded page."""
        sends = self.number is not None
        wanted = {
            Tier.READ: True,
            Tier.FILES: self.files or sends,
            Tier.SEND: sends,
            Tier.RECEIPTS: sends and self.receipts,
        }
        return wanted[tier]

    def lines(self) -> Iterator[str]:
        """The plan, for people: each request, and what it may cost."""
        for probe in PROBES:
            for step in probe.steps if self.tries(probe.tier) else ():
                yield _in_words(step)
        if self.number is None:
            yield "sends no fax, and costs nothing"
        else:
            yield f"sends one page to {self.number}, for at most {self.max_cost}"

    def summary(self) -> str:
        """The tier and what it may cost, in a sentence."""
        does = "reads, uploads one page and deletes it again" if self.tries(Tier.FILES) else "reads only"
        if self.number is None:
            return f"{does}; this costs nothing"
        waits = f"; waits for its receipts for {3.2 * self.retry_after / 60:.0f} minutes" if self.receipts else ""
        return f"{does}, sends that page to {self.number}{waits}; this may cost {self.max_cost}"


def _in_words(step: Step) -> str:
    words = {"OPEN": "open the URL of", "RECEIPT": "answer a receipt with", "SILENCE": "wait that no receipt comes"}
    return f"{words.get(step.method, step.method)} {step.path}"


def rows_without_probe() -> Iterator[RowOutcome]:
    """The other rows of the fidelity table, each with the reason."""
    for row, reason in NOT_TRIED.items():
        yield RowOutcome("", row, "not tried", (reason,))


def judge(step: Step, answer: ServerAnswer, saved: Mapping[str, Any]) -> tuple[str, ...]:
    """The differences of an answer from what is known. Raises CannotTell."""
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


def replay(recording: Mapping[str, Any]) -> Iterator[RowOutcome]:
    """The outcomes of a recording by the probes as they are now, without a network."""
    by_probe: dict[str, list[Mapping[str, Any]]] = {}
    for exchange in recording["exchanges"]:
        by_probe.setdefault(exchange["probe"], []).append(exchange)
    for probe in PROBES:
        yield _replayed(probe, by_probe.get(probe.name, []))
    yield from rows_without_probe()


def _replayed(probe: Probe, exchanges: list[Mapping[str, Any]]) -> RowOutcome:
    details: list[str] = []
    if len(exchanges) < len(probe.steps):
        return RowOutcome(probe.name, probe.row, "not tried", ("not all of its requests were recorded",))
    for one in exchanges:
        answer = ServerAnswer(one["status"], one["content_type"], one["body"])
        try:
            details += judge(probe.steps[one["step"]], answer, one["saved"])
        except CannotTell as why:
            return RowOutcome(probe.name, probe.row, "not tried", (str(why),))
    return RowOutcome(probe.name, probe.row, "differs" if details else "same", tuple(details))
