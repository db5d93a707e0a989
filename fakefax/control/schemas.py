"""A sandbox as the control API shows it; the shapes are those of fakefax.schemas. Faxes are in fax_views."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal

from msgspec import UNSET, UnsetType

from fakefax import schemas as views
from fakefax.core.billing.audit import AuditReport
from fakefax.core.billing.ledger import CarriedForward, Ledger, LedgerEntry
from fakefax.core.clock import Advance, Clock, Fired
from fakefax.core.history import Past
from fakefax.core.journal import Entry
from fakefax.core.models import Account, Document
from fakefax.core.verdict import Finding
from fakefax.sandbox.sandbox import Sandbox
from fakefax.values.durations import format_duration
from fakefax.values.money import as_json, as_plain

FIRED_SHOWN = 100
"""Timers that an advance lists; two days of a dead endpoint have hundreds."""

HOLDS_SHOWN = 10
"""What time waits for, as the short view of a clock lists it."""


def account_view(account: Account, then: Past | None = None) -> views.AccountView:
    """An account, now or as it was."""
    documents = account.documents.values() if then is None else then.documents(account)
    return views.AccountView(
        api_key=account.api_key,
        balance=_money(account.ledger.balance if then is None else then.balance(account.ledger)),
        callback_url=account.callback_url if then is None else then.url(account, "callback_url"),
        received_fax_url=account.received_fax_url if then is None else then.url(account, "received_fax_url"),
        documents=[_document(document) for document in documents],
        as_of=moment_view(then),
    )


def moment_view(then: Past | None) -> views.AsOf | UnsetType:
    """The moment that is shown; an answer about now has none."""
    return UNSET if then is None else views.AsOf(then.moment.seq, then.moment.at)


def _document(document: Document) -> views.DocumentView:
    return views.DocumentView(
        document_id=document.document_id,
        filename=document.filename,
        pages=document.pages,
        size=document.size,
        convertible=document.convertible,
        problem=document.problem,
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
        number=sandbox.number,
    )


def ledger_view(
    api_key: str, books: Ledger, then: Past | None = None, limit: int | None = None
) -> views.LedgerView:
    """A ledger, now or as it was, with the newest `limit` of its entries."""
    entries = books.entries if then is None else then.ledger_entries(books)
    balance = books.balance if then is None else then.balance(books)
    newest = entries if limit is None else entries[max(0, len(entries) - limit) :]
    return views.LedgerView(
        api_key=api_key,
        opening=_money(books.opening),
        balance=_money(balance),
        entries=[_entry(entry) for entry in newest],
        carried_forward=_carried(books.carried),
        as_of=moment_view(then),
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


def clock_summary(clock: Clock) -> views.ClockSummary:
    """A clock without its list of timers."""
    following = clock.timers(1)
    return views.ClockSummary(
        now=clock.now,
        rate=clock.rate,
        pending=clock.pending,
        next_due=clock.next_due,
        holds=clock.holds[:HOLDS_SHOWN],
        next=_timer(following[0]) if following else None,
        advancing=clock.walking,
    )


def clock_view(clock: Clock) -> views.ClockView:
    """A clock with the timers that wait for it."""
    timers = [_timer(timer) for timer in clock.timers()]
    return views.ClockView(
        now=clock.now,
        rate=clock.rate,
        pending=clock.pending,
        next_due=clock.next_due,
        holds=clock.holds,
        timers=timers,
        next=timers[0] if timers else None,
        advancing=clock.walking,
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


_ABOUT = re.compile(r"(fax|receipt|received fax) ([0-9]+)(?P<arrives> arrives)?(?:.*, attempt ([0-9]+))?")
"""How the names of timers begin: "fax 200 ends", "fax 3 arrives", "receipt 200, attempt 3"."""


def _timer(timer: Fired) -> views.TimerView:
    about = _ABOUT.match(timer.name)
    if about is None:
        return views.TimerView(timer.at, timer.name, None, None, None)
    number, attempt = int(about[2]), about[4]
    incoming = about[1] == "received fax" or about["arrives"] is not None
    return views.TimerView(
        timer.at,
        timer.name,
        None if incoming else number,
        number if incoming else None,
        None if attempt is None else int(attempt),
    )


def _money(amount: Decimal) -> Decimal:
    """An amount that JSON prints as Fax.to does: 100, 99.85, 0.15."""
    return Decimal(as_json(amount))
