"""Retention of finished faxes: those settled first are evicted when there are more than the limit."""

from collections import deque
from collections.abc import Mapping

from fakefax.core.billing.compaction import compact
from fakefax.core.billing.ledger import Ledger
from fakefax.core.clock import Clock
from fakefax.core.models import Account, Billing, FaxJob
from fakefax.core.store import MemoryStore

MAX_AT_ONCE = 1000
"""Faxes evicted at once while few are under way: a few milliseconds of work."""


class Retention:
    """Keeps a sandbox within its fax limit.

    Only a fax whose receipt is settled too is evicted, never one that is under way or whose receipt is pending.
    Eviction works in batches, because finding ledger entries takes time: the more faxes are under way, the larger.
    """

    def __init__(self, store: MemoryStore, accounts: Mapping[str, Account], billing: Billing, clock: Clock) -> None:
        self._store = store
        self._accounts = accounts
        self._billing = billing
        self._clock = clock
        self._settled: deque[FaxJob] = deque()
        self._room = store.fax_limit

    def settled(self, job: FaxJob) -> None:
        """Note a finished fax with a settled receipt. A resend may settle it again."""
        if job.settled:
            return
        job.settled = True
        if job.callback_fault is not None and not self._is_in_use(job):
            job.callback_fault = None
        self._settled.append(job)
        if len(self._settled) > self._room:
            self._evict()

    def _evict(self) -> None:
        leaving: dict[int, tuple[Ledger, list[FaxJob]]] = {}
        for _ in range(len(self._settled) - self._store.fax_limit):
            job = self._settled.popleft()
            if self._is_in_use(job):
                self._settled.append(job)
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
        self._room = kept + max(min(self._store.fax_limit // 10, MAX_AT_ONCE), under_way // 10)

    def _is_in_use(self, job: FaxJob) -> bool:
        """True if its receipt is being sent again, or a rule still changes its status answer."""
        if job.receipt is not None and job.receipt.in_flight:
            return True
        return job.callback_fault is not None and job.polled_status(self._clock.now) is not job.status
