"""The verdict on a test's world, and the account of it that a failed test shows."""

from collections.abc import Iterable
from itertools import takewhile

from fakefax.client.assertions import Assertions
from fakefax.client.matching import summary, timeline
from fakefax.client.rules import RuleMembers
from fakefax.client.time import TimeMembers
from fakefax.client.verdict_parts import DEFAULT_PARTS, VerdictParts, parts_of
from fakefax.core.journal import Kind
from fakefax.schemas import Finding, JournalEntry, LedgerEntry, VerdictView
from fakefax.values.money import as_text

ENTRIES_TOLD = 40
NOWHERE = (Kind.RECEIPT_NOT_SENT, Kind.RECEIVED_NOT_SENT)
FAXES_TOLD = 20


class VerdictMembers(Assertions, RuleMembers, TimeMembers):
    """verdict, findings, story."""

    _parts: VerdictParts | None = None

    @property
    def verdict(self) -> set[str]:
        """What is looked at when the test ends; take a part away where the test provokes it.

        fakefax.verdict.discard("unacknowledged")     # this endpoint is down on purpose
        fakefax.verdict.clear()                       # no verdict at all

        Raises WrongValue for a part that there is not.
        """
        if self._parts is None:
            self._parts = VerdictParts(DEFAULT_PARTS)
        return self._parts

    @verdict.setter
    def verdict(self, parts: Iterable[str]) -> None:
        self._parts = VerdictParts(parts_of(parts))

    def findings(self) -> list[Finding]:
        """What the program did and Fax.to would mind, as far as `verdict` looks at it.

        What the built-in receiver answered is the test's own doing, and no finding.
        """
        own = self._own_receiver_url()
        found = self._ask("GET", "/verdict", VerdictView).findings
        return [each for each in found if each.part in self.verdict and (own is None or each.url != own)]

    def story(self) -> str:
        """Everything there is to know of this world, to be read by a person: faxes, ledger, journal."""
        ledger = [f"  {_booked(entry)}" for entry in self.ledger[-ENTRIES_TOLD:]]
        entries = self.journal
        journal = [f"  {entry.at:%Y-%m-%d %H:%M:%S}  {entry.message}" for entry in entries[-ENTRIES_TOLD:]]
        if len(entries) > ENTRIES_TOLD:
            journal.insert(0, f"  … {len(entries) - ENTRIES_TOLD} earlier entries …")
        sent = self.faxes
        faxes = [line for fax in sent[-FAXES_TOLD:] for line in (summary(fax), *timeline(fax))]
        if len(sent) > FAXES_TOLD:
            faxes.insert(0, f"  … {len(sent) - FAXES_TOLD} earlier faxes …")
        faxes = faxes or [f"  {line}" for line in ("nothing was sent", *self._refused())]
        now = f"{self.now:%Y-%m-%d %H:%M:%S}, callback URL {self.callback_url or 'none'}"
        parts = {"faxes": faxes, "ledger": ledger, "journal": journal}
        told = [line for name, lines in parts.items() for line in (f"{name}:", *(lines or ["  nothing"]))]
        notes = [*_too_late(entries, self._own_receiver_url()), *map(str, self._open_givens)]
        return "\n".join([f"simulated time {now}", *notes, *told])

    def _own_receiver_url(self) -> str | None:
        """The URL of the built-in receiver, when it is in use."""
        return None


def _too_late(journal: list[JournalEntry], receiver_url: str | None) -> list[str]:
    """What the built-in receiver has missed because it was not in use yet."""
    if receiver_url is None:
        return []
    in_use = f"callback_url is now {receiver_url}"
    before = takewhile(lambda entry: entry.detail.get("change") != in_use, journal)
    missed = [entry.message.partition(" not sent")[0] for entry in before if entry.kind in NOWHERE]
    if not missed:
        return []
    told = f"{missed[0]} and {len(missed) - 1} more" if len(missed) > 1 else missed[0]
    return [f"fakefax.receiver was first used after {told} came due and went nowhere; use it before the send"]


def _booked(entry: LedgerEntry) -> str:
    moved = f"{entry.reason} {as_text(entry.amount)}, balance {as_text(entry.balance)}"
    fax = "" if entry.fax_job_id is None else f", fax {entry.fax_job_id}"
    return f"{entry.at:%Y-%m-%d %H:%M:%S}  {moved}{fax}"
