"""Faxes as the control API shows them: whole, or with chosen fields, and their attempts in one of some ways."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from fakefax import schemas as views
from fakefax.control.attempt_views import AttemptStyle, attempt_view, attempts_shown
from fakefax.control.schemas import view
from fakefax.core.callbacks.callback import Callback, ReceiptState
from fakefax.core.fax_search import PENDING, TWICE, UNACKNOWLEDGED, Searched
from fakefax.core.models import FaxJob
from fakefax.core.receiving.incoming import IncomingFax
from fakefax.values.durations import format_duration
from fakefax.values.money import as_json


class Shown(Struct, frozen=True):
    """How faxes are shown: their attempts, and which of them are part of a double charge."""

    attempts: AttemptStyle
    twice: frozenset[int]


def fax_summary(job: FaxJob) -> views.Fax:
    """A fax job in a list."""
    return views.Fax(**{name: _MAKERS[name](job) for name in views.Fax.__struct_fields__})


def fax_detail(job: FaxJob) -> views.FaxDetail:
    """A fax job with its plan, its timeline and every attempt at its receipt."""
    return views.FaxDetail(**{name: _MAKERS[name](job) for name in views.FaxDetail.__struct_fields__})


def fax_fields(job: FaxJob, names: Iterable[str], shown: Shown) -> dict[str, Any]:
    """The chosen fields of a fax job."""
    found: dict[str, Any] = {}
    for name in names:
        if name == "attempts":
            found[name] = attempts_shown(job.receipt, shown.attempts)
        elif name == TWICE:
            found[name] = job.fax_job_id in shown.twice
        else:
            found[name] = _MAKERS[name](job)
    return found


def searched(job: FaxJob, twice: frozenset[int]) -> Searched:
    """The values of a fax job that a search looks at."""
    receipt = job.receipt
    states = {job.status.value}
    if job.msg_code is not None:
        states.add(job.msg_code.value)
    if receipt is None or receipt.state is ReceiptState.PENDING:
        states.add(PENDING)
    else:
        states.add(receipt.state.value)
    if receipt is not None and receipt.attempts and receipt.state is not ReceiptState.ACKNOWLEDGED:
        states.add(UNACKNOWLEDGED)
    if job.fax_job_id in twice:
        states.add(TWICE)
    return Searched(
        fax_job_id=job.fax_job_id,
        fax_number=job.fax_number,
        document_id=job.document_id,
        filename=job.order.document.filename,
        pages=job.order.document.pages,
        cost=job.cost,
        accepted_at=job.accepted_at,
        sender=job.order.tsi_number or "",
        rule=job.plan.rule,
        states=frozenset(states),
        attempts=len(job.attempts),
        status_codes=frozenset(attempt.status_code for attempt in job.attempts if attempt.status_code is not None),
        msg_code=job.msg_code,
    )


def incoming_fax_view(fax: IncomingFax) -> views.IncomingFaxView:
    """A fax to a number of the account, with every attempt at its callback."""
    return view(
        views.IncomingFaxView,
        fax,
        number=fax.number.did_number,
        did_id=fax.number.did_id,
        size=len(fax.file.data),
        callback=fax.callback.state if fax.callback else None,
        attempts=[attempt_view(attempt) for attempt in fax.attempts],
        **asdict(fax.transmission),
    )


def incoming_fax_shown(fax: IncomingFax, style: AttemptStyle) -> dict[str, Any]:
    """The same, with its attempts as they are asked for."""
    view = incoming_fax_view(fax)
    fields = {name: getattr(view, name) for name in view.__struct_fields__}
    return {**fields, "attempts": attempts_shown(fax.callback, style)}


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


def _last_result(job: FaxJob) -> str | None:
    return (job.attempts[-1].failure or "acknowledged") if job.attempts else None


def _next_due(job: FaxJob) -> datetime | None:
    """When something is to happen next to a fax by itself: its end, or an attempt at its receipt."""
    receipt = job.receipt
    if receipt is None:
        return job.accepted_at + job.plan.after if job.finished_at is None else None
    if receipt.state is not ReceiptState.PENDING:
        return None
    if receipt.timer is not None:
        return receipt.timer.due
    return receipt.attempts[-1].next_due if receipt.attempts else receipt.first_due


def _cost(job: FaxJob) -> Decimal:
    return Decimal(as_json(job.cost))


_MAKERS: Mapping[str, Callable[[FaxJob], Any]] = {
    "fax_job_id": lambda job: job.fax_job_id,
    "status": lambda job: job.status,
    "msg_code": lambda job: job.msg_code,
    "fax_number": lambda job: job.fax_number,
    "document_id": lambda job: job.document_id,
    "pages": lambda job: job.order.document.pages,
    "cost": _cost,
    "accepted_at": lambda job: job.accepted_at,
    "finished_at": lambda job: job.finished_at,
    "receipt": lambda job: job.receipt.state if job.receipt else None,
    "tsi_number": lambda job: job.order.tsi_number,
    "delete_file": lambda job: job.order.delete_file,
    "plan": lambda job: views.PlanView(job.plan.msg_code, format_duration(job.plan.after), job.plan.rule),
    "timeline": _timeline,
    "attempts": lambda job: [attempt_view(attempt) for attempt in job.attempts],
    "filename": lambda job: job.order.document.filename,
    "seq": lambda job: job.journal_seq,
    "attempt_count": lambda job: len(job.attempts),
    "last_result": _last_result,
    "next_due": _next_due,
}
"""How each field of a fax is made."""

FIELDS = (*views.FaxDetail.__struct_fields__, TWICE)
"""The fields that can be asked for."""
