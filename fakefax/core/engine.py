"""The life of a fax job: accepted, charged, carried out by its plan, finished."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from fakefax.core.clock import Clock, ClockClosed
from fakefax.core.decisions import Decision
from fakefax.core.ids import RisingIds
from fakefax.core.journal import Detail, Journal, Kind
from fakefax.core.models import Account, Billing, ChargeAt, FaxJob, FaxOrder, Plan, Pricing
from fakefax.core.msg_codes import JobState
from fakefax.core.store import MemoryStore

DecideFax = Callable[[FaxOrder], Decision[Plan]]
"""Decides the plan of an order. Called once per accepted fax, because a call may use a rule up.

It is `SandboxRules.decide_fax` (scenario/rules).
"""

FaxEnded = Callable[[FaxJob, datetime], None]
"""Called with each job that has ended and the time at which it was due to end.

It is `Sandbox._fax_ended` (sandbox/sandbox.py), which issues the receipt.
"""


class Engine:
    """Carries out fax jobs. Nothing in it waits, so each send is one indivisible step of the event loop."""

    def __init__(
        self,
        clock: Clock,
        journal: Journal,
        store: MemoryStore,
        ids: RisingIds,
        pricing: Pricing,
        billing: Billing,
        decide_fax: DecideFax,
        fax_ended: FaxEnded,
    ) -> None:
        self._clock = clock
        self._journal = journal
        self._store = store
        self._ids = ids
        self._pricing = pricing
        self._billing = billing
        self._decide_fax = decide_fax
        self._fax_ended = fax_ended

    def close(self) -> None:
        """Accept no more faxes, and drop what decides about them: it refers to this engine in turn."""
        self._decide_fax = _decide_nothing
        self._fax_ended = lambda _, __: None

    def send(self, account: Account, order: FaxOrder) -> FaxJob:
        """Accept a fax and charge it.

        Raises NotEnoughBalance; then nothing was charged, created or decided.
        """
        cost = self._pricing.cost(order.fax_number, order.document.pages)
        account.ledger.require(cost)
        decision = self._decide_fax(order)
        job = FaxJob(
            fax_job_id=self._ids.take(),
            order=order,
            cost=cost,
            plan=decision.action,
            accepted_at=self._clock.now,
            journal_seq=self._journal.last_seq + 1,
        )
        # The timer first: it is refused when the sandbox is being closed, and then nothing has been charged.
        due = job.accepted_at + job.plan.after
        end = _End(self, job, account)
        job.timer = self._clock.call_at(due, what=end, callback=end)
        if self._billing.charge is ChargeAt.ACCEPT:
            account.ledger.charge(job.accepted_at, job.fax_job_id, cost)
        else:
            account.ledger.reserved += cost
        self._store.add(job)
        accepted = _Accepted(job, account.ledger.balance, decision.misses)
        self._journal.record(job.accepted_at, Kind.FAX_ACCEPTED, accepted, account.api_key, job.fax_job_id)
        return job

    def put_back(self, job: FaxJob, account: Account, due: datetime, order: int) -> None:
        """Let a fax of another run end at its time."""
        end = _End(self, job, account)
        job.timer = self._clock.put_back(due, order, what=end, callback=end)

    def finish_now(self, job: FaxJob, account: Account) -> None:
        """End a fax that is under way, before its time."""
        if job.timer is not None:
            self._clock.cancel(job.timer)
            self.finish(job, account, self._clock.now)

    def finish(self, job: FaxJob, account: Account, due: datetime) -> None:
        """End a fax as it was planned; it was due at `due`."""
        job.timer = None
        job.status = job.plan.msg_code.state
        job.finished_at = due
        now = self._clock.now
        failed = job.status is JobState.FAILED
        if self._billing.charge is ChargeAt.SUCCESS:
            account.ledger.reserved -= job.cost
            if not failed:
                account.ledger.charge(now, job.fax_job_id, job.cost)
        elif failed and self._billing.refund_failed:
            account.ledger.refund(now, job.fax_job_id, job.cost)
        finished = _Finished(job, account.ledger.balance)
        self._journal.record(now, Kind.FAX_FINISHED, finished, account.api_key, job.fax_job_id)
        self._fax_ended(job, due)


class _End(Struct, eq=False, gc=False):
    """The end of a fax that is under way: its timer calls this, and is listed by its text."""

    engine: Engine
    job: FaxJob
    account: Account

    def __call__(self, due: datetime) -> None:
        self.engine.finish(self.job, self.account, due)

    def __str__(self) -> str:
        return f"fax {self.job.fax_job_id} ends"


def _decide_nothing(_: FaxOrder) -> Decision[Plan]:
    raise ClockClosed("no fax can be sent: its sandbox was reset or closed")


class _Accepted(Struct, eq=False, gc=False):
    """Makes the journal's details of an accepted job, with the balance at that time."""

    job: FaxJob
    balance: Decimal
    misses: Callable[[], list[str]]

    def __call__(self) -> Detail:
        job = self.job
        return {
            "fax_number": job.fax_number,
            "document_id": job.document_id,
            "pages": job.order.document.pages,
            "cost": job.cost,
            "balance": self.balance,
            "msg_code": job.plan.msg_code,
            "after": job.plan.after,
            "rule": job.plan.rule,
            "misses": self.misses,
        }


class _Finished(Struct, eq=False, gc=False):
    """Makes the journal's details of a finished job, with the balance at that time."""

    job: FaxJob
    balance: Decimal

    def __call__(self) -> Detail:
        return {
            "fax_number": self.job.fax_number,
            "status": self.job.status,
            "msg_code": self.job.plan.msg_code,
            "balance": self.balance,
        }
