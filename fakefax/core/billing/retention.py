"""Retention of finished faxes, and the compaction of their ledger entries.

Faxes settled first are evicted when there are more than the limit; their entries are checked and become a sum.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from fakefax.core.billing.audit import movements_due, wrong_movements
from fakefax.core.billing.ledger import CarriedForward, EntryReason, Ledger, LedgerEntry
from fakefax.core.clock import Clock
from fakefax.core.models import Account, Billing, FaxJob
from fakefax.core.store import MemoryStore
from fakefax.values.money import as_text

MAX_PROBLEMS = 20
"""Problems of evicted entries that are kept; more would not help."""

OF_A_FAX = (EntryReason.CHARGE, EntryReason.REFUND)
TAKES = (EntryReason.CHARGE, EntryReason.NUMBER)


def compact(ledger: Ledger, jobs: Sequence[FaxJob], billing: Billing) -> None:
    """Replace the entries of these jobs, all of which have ended, by their sum; and so all money between them.

    Each is proved first, as the audit would. Entries of other jobs stay as they are. It takes as long as the ledger
    is up to the last of these entries.
    """
    moved: dict[int, list[LedgerEntry]] = {job.fax_job_id: [] for job in jobs}
    due = {job.fax_job_id: movements_due(job, billing, job.status) for job in jobs}
    missing = sum(map(len, due.values()))
    front = _Front(ledger)
    looked_at = 0
    for entry in ledger.entries:
        if not missing and entry.reason is not EntryReason.CARRIED_FORWARD:
            break
        reported = ledger.reported[looked_at + 1] if looked_at + 1 < len(ledger.reported) else None
        looked_at += 1
        of_job = None if entry.fax_job_id is None else moved.get(entry.fax_job_id)
        if of_job is not None:
            of_job.append(entry)
            missing -= 1
            front.carry(entry, reported)
        elif entry.fax_job_id is None and entry.reason not in OF_A_FAX:
            front.carry(entry, reported)
        else:
            front.keep(entry, reported)
    front.end_run()
    ledger.entries[:looked_at] = front.entries
    ledger.reported[:1] = ledger.reported[:1] or [None]
    ledger.reported[1 : looked_at + 1] = front.reported
    for job in jobs:
        ledger.carried.fax_jobs += 1
        found = [(entry.reason, entry.amount) for entry in moved[job.fax_job_id]]
        if found != due[job.fax_job_id]:
            front.problems.extend(wrong_movements(job, job.status, due[job.fax_job_id], found))
    room = MAX_PROBLEMS - len(ledger.carried.problems)
    ledger.carried.problems.extend(front.problems[:room])


class _Front:
    """The compacted front of a ledger: kept entries, and one entry for each run of evicted ones."""

    def __init__(self, ledger: Ledger) -> None:
        self.entries: list[LedgerEntry] = []
        self.reported: list[Decimal | None] = []
        self.problems: list[str] = []
        self._carried: CarriedForward = ledger.carried
        self._before = ledger.opening
        self._run: tuple[LedgerEntry, Decimal | None] | None = None
        self._amount = Decimal(0)

    def keep(self, entry: LedgerEntry, reported: Decimal | None) -> None:
        self.end_run()
        self.entries.append(entry)
        self.reported.append(reported)
        self._before = entry.balance

    def carry(self, entry: LedgerEntry, reported: Decimal | None) -> None:
        """Add an entry to the run. It is checked unless it was carried forward before."""
        if self._run is not None and self._run[1] is not None:
            self._carried.balances_told += 1
        if entry.reason is not EntryReason.CARRIED_FORWARD:
            self._prove(entry, reported)
            carried = self._carried
            carried.entries += 1
            carried.numbers += entry.reason is EntryReason.NUMBER
            carried.amounts[entry.reason] = carried.amounts.get(entry.reason, Decimal(0)) + entry.amount
        self._run = entry, reported
        self._amount += entry.amount
        self._before = entry.balance

    def _prove(self, entry: LedgerEntry, reported: Decimal | None) -> None:
        if entry.balance != self._before + entry.amount:
            change = f"an entry of {as_text(entry.amount)} after {as_text(self._before)}"
            self.problems.append(f"{change} says balance {as_text(entry.balance)}")
        if entry.balance < 0 and entry.reason in TAKES:
            self.problems.append(
                f"an entry of {as_text(entry.amount)} overdraws the balance to {as_text(entry.balance)}"
            )
        if reported is not None and reported != entry.balance:
            self.problems.append(
                f"the program got the balance {as_text(reported)}; it was {as_text(entry.balance)}"
            )

    def end_run(self) -> None:
        """Replace the run by one entry at the time of its last one."""
        if self._run is None:
            return
        last, reported = self._run
        reason = EntryReason.CARRIED_FORWARD
        self.entries.append(LedgerEntry(last.at, reason, None, self._amount, last.balance, last.seq))
        self.reported.append(reported)
        self._run, self._amount = None, Decimal(0)


MAX_AT_ONCE = 1000
"""Faxes evicted at once while few are under way: a few milliseconds of work."""


class Retention:
    """Keeps a sandbox within its fax limit.

    Only a fax whose receipt is settled too is evicted, never one that is under way or whose receipt is pending.
    Eviction works in batches, because finding ledger entries takes time: the more faxes are under way, the larger.
    `count` is how many were settled so far; more settled ones than `room` begin an eviction.
    """

    def __init__(self, store: MemoryStore, accounts: Mapping[str, Account], billing: Billing, clock: Clock) -> None:
        self._store = store
        self._accounts = accounts
        self._billing = billing
        self._clock = clock
        self._settled: deque[FaxJob] = deque()
        self.count = 0
        self.room = store.fax_limit

    def receipt_settled(self, job: FaxJob) -> None:
        """Note a finished fax with a settled receipt. A resend may settle it again."""
        if job.settled:
            return
        if job.callback_fault is not None and not self._is_in_use(job):
            job.callback_fault = None
        self._line_up(job)
        if len(self._settled) > self.room:
            self._evict()

    def put_back(self, jobs: Iterable[FaxJob], count: int, room: int) -> None:
        """Go on with the settled jobs of another run, in the order in which they settled there."""
        self._settled = deque(sorted((job for job in jobs if job.settled), key=lambda job: job.settled))
        self.count, self.room = count, room

    def _line_up(self, job: FaxJob) -> None:
        self.count += 1
        job.settled = self.count
        self._settled.append(job)

    def _evict(self) -> None:
        leaving: dict[int, tuple[Ledger, list[FaxJob]]] = {}
        for _ in range(len(self._settled) - self._store.fax_limit):
            job = self._settled.popleft()
            if self._is_in_use(job):
                self._line_up(job)
                continue
            ledger = self._accounts[job.order.api_key].ledger
            if id(ledger) not in leaving:
                leaving[id(ledger)] = ledger, []
            leaving[id(ledger)][1].append(job)
        for ledger, jobs in leaving.values():
            compact(ledger, jobs, self._billing)
            self._store.evict(jobs)
        kept = max(self._store.fax_limit, len(self._settled))
        under_way = len(self._store) - len(self._settled)
        self.room = kept + max(min(self._store.fax_limit // 10, MAX_AT_ONCE), under_way // 10)

    def _is_in_use(self, job: FaxJob) -> bool:
        """True if its receipt is being sent again, or a rule still changes its status answer."""
        if job.receipt is not None and job.receipt.in_flight:
            return True
        return job.callback_fault is not None and job.polled_status(self._clock.now) is not job.status
