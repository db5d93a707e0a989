"""Carrying a ledger forward: the entries of faxes that are let go are proved, and kept as their sum."""

from collections.abc import Sequence
from decimal import Decimal

from fakefax.core.billing.audit import movements_due, wrong_movements
from fakefax.core.billing.ledger import CarriedForward, EntryReason, Ledger, LedgerEntry
from fakefax.core.models import Billing, FaxJob
from fakefax.values.money import as_text

MAX_PROBLEMS = 20
"""What was wrong with entries that are no longer there; more of it would tell nothing new."""

OF_A_FAX = (EntryReason.CHARGE, EntryReason.REFUND)
TAKES = (EntryReason.CHARGE, EntryReason.NUMBER)


def compact(ledger: Ledger, jobs: Sequence[FaxJob], billing: Billing) -> None:
    """Replace the entries of these jobs, all of which have ended, by their sum; and so all money between them.

    Each is proved first, as the audit would. Entries of other jobs stay as they are. It takes as long as the ledger
    is up to the last of these entries.
    """
    moved: dict[int, list[LedgerEntry]] = {job.fax_job_id: [] for job in jobs}
    due = {job.fax_job_id: movements_due(job, billing) for job in jobs}
    missing = sum(map(len, due.values()))
    front = _Front(ledger)
    looked_at = 0
    for entry in ledger.entries:
        if not missing and entry.reason is not EntryReason.CARRIED_FORWARD:
            break
        told = ledger.told[looked_at + 1] if looked_at + 1 < len(ledger.told) else None
        looked_at += 1
        of_job = None if entry.fax_job_id is None else moved.get(entry.fax_job_id)
        if of_job is not None:
            of_job.append(entry)
            missing -= 1
            front.carry(entry, told)
        elif entry.fax_job_id is None and entry.reason not in OF_A_FAX:
            front.carry(entry, told)
        else:
            front.keep(entry, told)
    front.end_run()
    ledger.entries[:looked_at] = front.entries
    ledger.told[:1] = ledger.told[:1] or [None]
    ledger.told[1 : looked_at + 1] = front.told
    for job in jobs:
        ledger.carried.fax_jobs += 1
        found = [(entry.reason, entry.amount) for entry in moved[job.fax_job_id]]
        if found != due[job.fax_job_id]:
            front.problems.extend(wrong_movements(job, due[job.fax_job_id], found))
    room = MAX_PROBLEMS - len(ledger.carried.problems)
    ledger.carried.problems.extend(front.problems[:room])


class _Front:
    """The front of a ledger as it becomes: entries that stay, and one for each run of those that go."""

    def __init__(self, ledger: Ledger) -> None:
        self.entries: list[LedgerEntry] = []
        self.told: list[Decimal | None] = []
        self.problems: list[str] = []
        self._carried: CarriedForward = ledger.carried
        self._before = ledger.opening
        self._run: tuple[LedgerEntry, Decimal | None] | None = None
        self._amount = Decimal(0)

    def keep(self, entry: LedgerEntry, told: Decimal | None) -> None:
        self.end_run()
        self.entries.append(entry)
        self.told.append(told)
        self._before = entry.balance

    def carry(self, entry: LedgerEntry, told: Decimal | None) -> None:
        """Add an entry to the run; one that was not carried forward before is proved."""
        if self._run is not None and self._run[1] is not None:
            self._carried.balances_told += 1
        if entry.reason is not EntryReason.CARRIED_FORWARD:
            self._prove(entry, told)
            carried = self._carried
            carried.entries += 1
            carried.numbers += entry.reason is EntryReason.NUMBER
            carried.amounts[entry.reason] = carried.amounts.get(entry.reason, Decimal(0)) + entry.amount
        self._run = entry, told
        self._amount += entry.amount
        self._before = entry.balance

    def _prove(self, entry: LedgerEntry, told: Decimal | None) -> None:
        if entry.balance != self._before + entry.amount:
            change = f"an entry of {as_text(entry.amount)} after {as_text(self._before)}"
            self.problems.append(f"{change} says balance {as_text(entry.balance)}")
        if entry.balance < 0 and entry.reason in TAKES:
            self.problems.append(
                f"an entry of {as_text(entry.amount)} overdraws the balance to {as_text(entry.balance)}"
            )
        if told is not None and told != entry.balance:
            self.problems.append(f"the program was told {as_text(told)}; it was {as_text(entry.balance)}")

    def end_run(self) -> None:
        """What goes is one entry from now on, at the time of the last of them."""
        if self._run is None:
            return
        last, told = self._run
        reason = EntryReason.CARRIED_FORWARD
        self.entries.append(LedgerEntry(last.at, reason, None, self._amount, last.balance, last.seq))
        self.told.append(told)
        self._run, self._amount = None, Decimal(0)
