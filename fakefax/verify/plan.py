"""What a run may do, and how each row fared."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from fakefax.verify.probes import NOT_TRIED, PROBES
from fakefax.verify.step import Step, Tier

RETRY_AFTER = 900.0
"""Real seconds between two attempts at a receipt, as documented."""


class Outcome(NamedTuple):
    """How one row fared: `same`, `differs` with the differences, or `not tried` with the reason.

    `probe` is empty for a row that no probe settles.
    """

    probe: str
    row: str
    result: str
    details: tuple[str, ...] = ()


class Plan(NamedTuple):
    """What may be done. `number` is the user's own fax number; nothing is sent without it and `max_cost`.

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
                yield _told(step)
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


def _told(step: Step) -> str:
    words = {"OPEN": "open the URL of", "RECEIPT": "answer a receipt with", "SILENCE": "wait that no receipt comes"}
    return f"{words.get(step.method, step.method)} {step.path}"


def rows_without_probe() -> Iterator[Outcome]:
    """The other rows of the fidelity table, each with the reason."""
    for row, reason in NOT_TRIED.items():
        yield Outcome("", row, "not tried", (reason,))
