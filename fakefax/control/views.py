"""What the control API shows of the fax world, as JSON."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from fakefax.core.advance import Advance, Fired
from fakefax.core.audit import AuditReport
from fakefax.core.clock import Clock
from fakefax.core.durations import format_duration
from fakefax.core.journal import Entry
from fakefax.core.ledger import LedgerEntry
from fakefax.core.models import Account, FaxJob
from fakefax.core.money import as_json
from fakefax.core.receipts import Attempt, Receipt, ReceiptState


def fax_summary(job: FaxJob) -> dict[str, Any]:
    """A fax job in a list."""
    return {
        "fax_job_id": job.fax_job_id,
        "status": job.status,
        "msg_code": job.msg_code,
        "fax_number": job.fax_number,
        "document_id": job.document_id,
        "pages": job.order.document.pages,
        "cost": as_json(job.cost),
        "accepted_at": job.accepted_at,
        "finished_at": job.finished_at,
        "receipt": job.receipt.state if job.receipt else None,
    }


def fax_detail(job: FaxJob) -> dict[str, Any]:
    """A fax job with its plan, its timeline and every attempt at its receipt."""
    return {
        **fax_summary(job),
        "plan": {
            "msg_code": job.plan.msg_code,
            "after": format_duration(job.plan.after),
            "rule": job.plan.rule,
        },
        "timeline": _timeline(job),
        "attempts": [_attempt(attempt) for attempt in job.attempts],
    }


def _timeline(job: FaxJob) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = [{"at": job.accepted_at, "event": "accepted"}]
    if job.finished_at is not None:
        steps.append({"at": job.finished_at, "event": job.plan.msg_code})
    if job.receipt is not None:
        steps += _receipt_steps(job.receipt)
    return sorted(steps, key=lambda step: step["at"])


def _receipt_steps(receipt: Receipt) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = [
        {"at": attempt.at, "event": f"attempt {attempt.number}: {attempt.failure or 'acknowledged'}"}
        for attempt in receipt.attempts
    ]
    if receipt.closed_at is not None and receipt.state is not ReceiptState.ACKNOWLEDGED:
        closed = "expired" if receipt.state is ReceiptState.EXPIRED else "not sent"
        steps.append({"at": receipt.closed_at, "event": f"receipt {closed}"})
    return steps


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "attempt": attempt.number,
        "due": attempt.due,
        "at": attempt.at,
        "url": attempt.url,
        "status_code": attempt.status_code,
        "failure": attempt.failure,
        "latency_ms": round(attempt.latency * 1000, 1),
        "next_due": attempt.next_due,
    }


def account_view(account: Account) -> dict[str, Any]:
    return {
        "api_key": account.api_key,
        "balance": as_json(account.ledger.balance),
        "callback_url": account.callback_url,
        "received_fax_url": account.received_fax_url,
        "documents": [
            {"document_id": document.document_id, "filename": document.filename, "pages": document.pages}
            for document in account.documents.values()
        ],
    }


def entry_view(entry: LedgerEntry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "reason": entry.reason,
        "fax_job_id": entry.fax_job_id,
        "amount": as_json(entry.amount),
        "balance": as_json(entry.balance),
    }


def audit_view(report: AuditReport) -> dict[str, Any]:
    return {
        "ok": report.ok,
        "opening": as_json(report.opening),
        "balance": as_json(report.balance),
        "entries": report.entries,
        "fax_jobs": report.fax_jobs,
        "balances_told": report.balances_told,
        "problems": report.problems,
        "double_charges": [
            {
                "fax_number": double.fax_number,
                "document_id": double.document_id,
                "fax_job_ids": double.fax_job_ids,
                "charged": as_json(double.charged),
            }
            for double in report.double_charges
        ],
    }


def journal_view(entry: Entry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "at": entry.at,
        "kind": entry.kind,
        "api_key": entry.api_key,
        "fax_job_id": entry.fax_job_id,
        "message": entry.message,
        "detail": plain(entry.detail),
    }


def plain(detail: Mapping[str, object]) -> dict[str, object]:
    """Details as JSON can say them: a span of time as "30s"."""
    return {
        name: format_duration(value) if isinstance(value, timedelta) else value for name, value in detail.items()
    }


def clock_view(clock: Clock) -> dict[str, Any]:
    return {
        "now": clock.now,
        "rate": clock.rate,
        "pending": clock.pending,
        "next_due": clock.next_due,
        "holds": clock.holds,
        "timers": [_fired(timer) for timer in clock.timers()],
    }


def advance_view(advance: Advance) -> dict[str, Any]:
    return {
        "now": advance.now,
        "advanced": format_duration(advance.advanced),
        "fired": [_fired(timer) for timer in advance.fired],
        "fired_count": advance.fired_count,
        "pending": advance.pending,
        "next_due": advance.next_due,
        "holds": advance.holds,
        "settled": advance.settled,
        "message": advance.message,
    }


def _fired(timer: Fired) -> dict[str, Any]:
    return {"at": timer.at, "name": timer.name}
