"""The fax world as the control API shows it; the shapes are those of fakefax.views."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from fakefax import schemas as views
from fakefax.core.billing.audit import AuditReport
from fakefax.core.billing.ledger import CarriedForward, Ledger, LedgerEntry
from fakefax.core.callbacks.callback import Attempt, Callback, ReceiptState
from fakefax.core.clock import Advance, Clock, Fired
from fakefax.core.journal import Entry
from fakefax.core.models import Account, FaxJob
from fakefax.core.receiving.incoming import IncomingFax
from fakefax.core.verdict import Finding
from fakefax.sandbox.sandbox import Sandbox
from fakefax.values.durations import format_duration
from fakefax.values.money import as_json, as_plain

FIRED_SHOWN = 100
"""Timers that an advance lists; two days of a dead endpoint have hundreds."""


def fax_summary(job: FaxJob) -> views.Fax:
    """A fax job in a list."""
    return views.Fax(**_summary(job))


def fax_detail(job: FaxJob) -> views.FaxDetail:
    """A fax job with its plan, its timeline and every attempt at its receipt."""
    return views.FaxDetail(
        **_summary(job),
        tsi_number=job.order.tsi_number,
        delete_file=job.order.delete_file,
        plan=views.PlanView(job.plan.msg_code, format_duration(job.plan.after), job.plan.rule),
        timeline=_timeline(job),
        attempts=[_attempt(attempt) for attempt in job.attempts],
    )


def _summary(job: FaxJob) -> dict[str, Any]:
    return {
        "fax_job_id": job.fax_job_id,
        "status": job.status,
        "msg_code": job.msg_code,
        "fax_number": job.fax_number,
        "document_id": job.document_id,
        "pages": job.order.document.pages,
        "cost": _money(job.cost),
        "accepted_at": job.accepted_at,
        "finished_at": job.finished_at,
        "receipt": job.receipt.state if job.receipt else None,
    }


def _timeline(job: FaxJob) -> list[views.TimelineStep]:
    steps = [views.TimelineStep(job.accepted_at, "accepted")]
    if job.finished_at is not None:
        steps.append(views.TimelineStep(job.finished_at, job.plan.msg_code.value))
    if job.receipt is not None:
        steps += _receipt_steps(job.receipt)
    return sorted(steps, key=lambda step: step.at)


def _receipt_steps(receipt: Callback) -> list[views.TimelineStep]:
    steps = [
        views.TimelineStep(attempt.at, f"attempt {attempt.number}: {attempt.failure or 'acknowledged'}")
        for attempt in receipt.attempts
    ]
    if receipt.closed_at is not None and receipt.state is not ReceiptState.ACKNOWLEDGED:
        closed = "expired" if receipt.state is ReceiptState.EXPIRED else "not sent"
        steps.append(views.TimelineStep(receipt.closed_at, f"receipt {closed}"))
    return steps


def _attempt(attempt: Attempt) -> views.Attempt:
    return views.Attempt(
        attempt=attempt.number,
        due=attempt.due,
        at=attempt.at,
        url=attempt.url,
        status_code=attempt.status_code,
        failure=attempt.failure,
        latency_ms=round(attempt.latency * 1000, 1),
        next_due=attempt.next_due,
    )


def incoming_fax_view(fax: IncomingFax) -> views.IncomingFaxView:
    """A fax to a number of the account, with every attempt at its callback."""
    line = fax.transmission
    return views.IncomingFaxView(
        incoming_fax_id=fax.incoming_fax_id,
        uuid=fax.uuid,
        sender=fax.sender,
        number=fax.number.did_number,
        did_id=fax.number.did_id,
        pages=fax.file.pages,
        filename=fax.filename,
        size=len(fax.file.data),
        received_at=fax.received_at,
        arrived=fax.arrived,
        rsid=line.rsid,
        speed=line.speed,
        duration=line.duration,
        ecm=line.ecm,
        compression=line.compression,
        callback=fax.callback.state if fax.callback else None,
        attempts=[_attempt(attempt) for attempt in fax.attempts],
    )


def account_view(account: Account) -> views.AccountView:
    return views.AccountView(
        api_key=account.api_key,
        balance=_money(account.ledger.balance),
        callback_url=account.callback_url,
        received_fax_url=account.received_fax_url,
        documents=[
            views.DocumentView(
                document_id=document.document_id,
                filename=document.filename,
                pages=document.pages,
                size=document.size,
                convertible=document.convertible,
                problem=document.problem,
            )
            for document in account.documents.values()
        ],
    )


def sandbox_view(sandbox: Sandbox) -> views.SandboxView:
    """A sandbox in a list."""
    return views.SandboxView(
        api_key=sandbox.first_account.api_key,
        api_keys=list(sandbox.accounts),
        first=sandbox.owner is None,
        scenario=sandbox.scenario.description,
        now=sandbox.clock.now,
        rate=sandbox.clock.rate,
        pending=sandbox.clock.pending,
        last_seq=sandbox.journal.last_seq,
    )


def ledger_view(api_key: str, books: Ledger) -> views.LedgerView:
    return views.LedgerView(
        api_key=api_key,
        opening=_money(books.opening),
        balance=_money(books.balance),
        entries=[_entry(entry) for entry in books.entries],
        carried_forward=_carried(books.carried),
    )


def _carried(carried: CarriedForward) -> views.CarriedForward:
    amounts = {reason.value: _money(amount) for reason, amount in carried.amounts.items()}
    return views.CarriedForward(carried.entries, carried.fax_jobs, carried.balances_told, amounts)


def _entry(entry: LedgerEntry) -> views.LedgerEntry:
    return views.LedgerEntry(entry.at, entry.reason, entry.fax_job_id, _money(entry.amount), _money(entry.balance))


def audit_view(report: AuditReport) -> views.AuditReport:
    return views.AuditReport(
        ok=report.ok,
        opening=_money(report.opening),
        balance=_money(report.balance),
        entries=report.entries,
        fax_jobs=report.fax_jobs,
        balances_told=report.balances_told,
        problems=report.problems,
        double_charges=[
            views.DoubleCharge(
                double.fax_number,
                double.document_id,
                double.fax_job_ids,
                _money(double.charged),
                double.document_ids,
            )
            for double in report.double_charges
        ],
        carried_forward=_carried(report.carried),
        reach=report.reach,
    )


def verdict_view(found: Iterable[Finding], reach: str | None) -> views.VerdictView:
    return views.VerdictView(
        [views.Finding(each.part, each.message, each.fax_job_id, each.url) for each in found], reach
    )


def journal_view(entry: Entry) -> views.JournalEntry:
    return views.JournalEntry(
        seq=entry.seq,
        at=entry.at,
        kind=entry.kind,
        api_key=entry.api_key,
        fax_job_id=entry.fax_job_id,
        message=entry.message,
        detail=plain(entry.detail),
    )


def plain(detail: Mapping[str, object]) -> dict[str, object]:
    """Details as JSON can say them: a span of time as "30s", an amount as "0.15"."""
    return {name: _plain(value) for name, value in detail.items()}


def _plain(value: object) -> object:
    if isinstance(value, timedelta):
        return format_duration(value)
    return as_plain(value) if isinstance(value, Decimal) else value


def clock_view(clock: Clock) -> views.ClockView:
    return views.ClockView(
        now=clock.now,
        rate=clock.rate,
        pending=clock.pending,
        next_due=clock.next_due,
        holds=clock.holds,
        timers=[_timer(timer) for timer in clock.timers()],
    )


def advance_view(advance: Advance) -> views.AdvanceView:
    return views.AdvanceView(
        now=advance.now,
        advanced=format_duration(advance.advanced),
        fired=[_timer(timer) for timer in advance.fired[:FIRED_SHOWN]],
        fired_count=advance.fired_count,
        pending=advance.pending,
        next_due=advance.next_due,
        holds=advance.holds,
        settled=advance.settled,
        message=advance.message,
    )


def _timer(timer: Fired) -> views.TimerView:
    return views.TimerView(timer.at, timer.name)


def _money(amount: Decimal) -> Decimal:
    """An amount that JSON prints as Fax.to does: 100, 99.85, 0.15."""
    return Decimal(as_json(amount))
