"""A sandbox as the control API shows it; the shapes are those of fakefax.schemas. Faxes are in fax_views."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TypeVar

from msgspec import UNSET, Struct, UnsetType

from fakefax import schemas as views
from fakefax.core.billing.audit import AuditReport
from fakefax.core.billing.ledger import CarriedForward, Ledger, LedgerEntry
from fakefax.core.clock import Advance, Clock, Fired
from fakefax.core.history import Past
from fakefax.core.journal import Entry
from fakefax.core.models import Account
from fakefax.sandbox.keys import SHORTEST_SECRET
from fakefax.sandbox.sandbox import Sandbox
from fakefax.values.durations import format_duration
from fakefax.values.money import as_json, as_plain

FIRED_SHOWN = 100
"""Timers that an advance lists; two days of a dead endpoint have hundreds."""

HOLDS_SHOWN = 10
"""The most holds that the short view of a clock lists."""


V = TypeVar("V", bound=Struct)


def view(shape: type[V], source: object, **others: object) -> V:
    """The fields of `source` that a view of this shape shows under the same names, and the others as given.

    An amount is one that JSON prints as Fax.to does: 100, 99.85, 0.15.
    """
    fields = {name: getattr(source, name) for name in shape.__struct_fields__ if name not in others} | others
    return shape(**{name: money(value) if type(value) is Decimal else value for name, value in fields.items()})


def account_view(account: Account, then: Past | None = None) -> views.AccountView:
    """An account, now or as it was."""
    documents = account.documents.values() if then is None else then.documents(account)
    return views.AccountView(
        api_key=account.api_key,
        balance=money(account.ledger.balance if then is None else then.balance(account.ledger)),
        callback_url=account.callback_url if then is None else then.url(account, "callback_url"),
        received_fax_url=account.received_fax_url if then is None else then.url(account, "received_fax_url"),
        documents=[view(views.DocumentView, document) for document in documents],
        as_of=moment_view(then),
    )


def moment_view(then: Past | None) -> views.AsOf | UnsetType:
    """The moment that is shown; an answer about now has none."""
    return UNSET if then is None else views.AsOf(then.moment.seq, then.moment.at)


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


def ledger_entries(books: Ledger, then: Past | None = None, limit: int | None = None) -> Sequence[LedgerEntry]:
    """The entries of a ledger, now or as they were, the newest `limit` of them. They are a copy."""
    entries = books.entries if then is None else then.ledger_entries(books)
    return entries[0 if limit is None else max(0, len(entries) - limit) :]


def ledger_view(api_key: str, books: Ledger, then: Past | None = None) -> views.LedgerView:
    """A ledger, now or as it was, without its entries."""
    balance = books.balance if then is None else then.balance(books)
    return views.LedgerView(
        api_key=api_key,
        opening=money(books.opening),
        balance=money(balance),
        entries=[],
        carried_forward=_carried(books.carried),
        as_of=moment_view(then),
    )


def _carried(carried: CarriedForward) -> views.CarriedForward:
    amounts = {reason.value: money(amount) for reason, amount in carried.amounts.items()}
    return view(views.CarriedForward, carried, amounts=amounts)


def audit_view(report: AuditReport) -> views.AuditReport:
    """An audit without its problems and double charges."""
    return view(
        views.AuditReport,
        report,
        problems=[],
        double_charges=[],
        carried_forward=_carried(report.carried),
    )


def journal_view(entry: Entry) -> views.JournalEntry:
    return views.JournalEntry(
        seq=entry.seq,
        at=entry.at,
        kind=entry.kind,
        api_key=entry.api_key,
        fax_job_id=entry.fax_job_id,
        message=entry.message,
        detail=plain(entry.detail, entry.redact),
    )


def plain(detail: Mapping[str, object], redact: Callable[[str], str]) -> dict[str, object]:
    """Details as JSON can say them: a span of time as "30s", an amount as "0.15", texts without secrets."""
    return {name: _plain(value, redact) for name, value in detail.items()}


def _plain(value: object, redact: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return redact(value) if type(value) is str and len(value) >= SHORTEST_SECRET else value
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, list | tuple):
        return [_plain(item, redact) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item, redact) for name, item in value.items()}
    return as_plain(value) if isinstance(value, Decimal) else value


def clock_summary(clock: Clock) -> views.ClockSummary:
    """A clock without its list of timers."""
    following = clock.timers(1)
    return view(
        views.ClockSummary,
        clock,
        holds=clock.holds[:HOLDS_SHOWN],
        next=_timer(following[0]) if following else None,
        advancing=clock.walking,
    )


def clock_view(clock: Clock) -> views.ClockView:
    """A clock with the timers that wait for it."""
    timers = [_timer(timer) for timer in clock.timers()]
    return view(
        views.ClockView,
        clock,
        timers=timers,
        next=timers[0] if timers else None,
        advancing=clock.walking,
    )


def advance_view(advance: Advance) -> views.AdvanceView:
    return view(
        views.AdvanceView,
        advance,
        advanced=format_duration(advance.advanced),
        fired=[_timer(timer) for timer in advance.fired[:FIRED_SHOWN]],
    )


_ABOUT = r"(fax|receipt|received fax) ([0-9]+)(?P<arrives> arrives)?(?:.*, attempt ([0-9]+))?"
"""How the names of timers begin: "fax 200 ends", "fax 3 arrives", "receipt 200, attempt 3"."""


def _timer(timer: Fired) -> views.TimerView:
    about = re.match(_ABOUT, timer.name)
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


def money(amount: Decimal) -> Decimal:
    """An amount that JSON prints as Fax.to does: 100, 99.85, 0.15."""
    return Decimal(as_json(amount))
