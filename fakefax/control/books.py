"""The ledger with its audit, and the journal."""

from datetime import datetime

from fakefax.control.call import BadInput, ControlCall
from fakefax.control.long_answers import LongAnswer
from fakefax.control.moments import AS_OF, duration, past, query_time
from fakefax.control.schemas import audit_view, journal_view, ledger_view
from fakefax.core.errors import FaxJobEvicted
from fakefax.core.journal import Kind
from fakefax.schemas import AuditReport, JournalEntry, JournalFieldsView, JournalView, LedgerView

KINDS = sorted({name for kind in Kind for name in (kind.value, kind.partition(".")[0])})
"""Values of `kind`: each kind, and each group of kinds."""


JOURNAL_QUERY = {
    "kind": "Only entries of this kind, or of this group of kinds.",
    "fax_job_id": "Only entries about this fax job.",
    "account": "Only entries of the account with this api_key.",
    "rule": "Only what a rule decided whose place or name has this text.",
    "since": "Only entries at this simulated time or later.",
    "until": "Only entries at this simulated time or earlier.",
    "after": "Only entries after this `seq`.",
    "before": "Only entries before this `seq`.",
    "limit": "At most so many: the newest, or with `after` the oldest.",
    "fields": f"Only these, with commas between them: {', '.join(JournalEntry.__struct_fields__)}.",
}


AUDIT_QUERY = {
    "window": "Within which time the same fax twice is a double charge: 24h, or ever. Left out: the scenario's."
}


LEDGER_QUERY = {"limit": "At most so many entries, the newest.", "as_of": AS_OF}


async def ledger(call: ControlCall) -> LedgerView:
    """GET ledger?limit=&as_of="""
    return ledger_view(call.account.api_key, call.account.ledger, past(call), call.number("limit"))


async def audit(call: ControlCall) -> AuditReport:
    """GET audit?window="""
    window = call.query.get("window")
    if window is None:
        return audit_view(call.sandbox.audit(call.account))
    within = None if window == "ever" else duration("window", window, otherwise="ever")
    return audit_view(call.sandbox.audit(call.account, double_charge_window=within))


async def journal(call: ControlCall) -> LongAnswer[JournalView | JournalFieldsView]:
    """GET journal; a limit takes the newest, with `after` the oldest"""
    names = call.names("fields", JournalEntry.__struct_fields__)
    book = call.sandbox.journal
    kind = call.query.get("kind")
    if kind is not None and kind not in KINDS:
        raise BadInput(f"kind {kind!r} is none of {', '.join(KINDS)}")
    fax_job_id, asked_after = call.number("fax_job_id"), call.number("after")
    after = asked_after
    if fax_job_id is not None and after is None:
        after = _before_story(call, fax_job_id)
    entries = book.entries(
        after=after,
        kind=kind,
        fax_job_id=fax_job_id,
        api_key=call.query.get("account"),
        rule=call.query.get("rule"),
        since=_time(call, "since"),
        until=_time(call, "until"),
    )
    before, limit = call.number("before"), call.number("limit")
    if before is not None:
        entries = [entry for entry in entries if entry.seq < before]
    if limit is not None:
        entries = entries[:limit] if asked_after is not None else entries[max(0, len(entries) - limit) :]
    shown = map(journal_view, entries)
    if names is None:
        return LongAnswer(JournalView([], book.last_seq, book.evicted), "entries", shown)
    chosen = ({name: getattr(entry, name) for name in names} for entry in shown)
    return LongAnswer(JournalFieldsView([], book.last_seq, book.evicted), "entries", chosen)


def _before_story(call: ControlCall, fax_job_id: int) -> int | None:
    """The entry before a fax job's first one; None for an evicted job that is still in the journal."""
    api_key = call.account.api_key
    try:
        return call.sandbox.store.fax_job(fax_job_id, api_key).journal_seq - 1
    except FaxJobEvicted:
        if not call.sandbox.journal.entries(fax_job_id=fax_job_id, api_key=api_key):
            raise
        return None


def _time(call: ControlCall, name: str) -> datetime | None:
    text = call.query.get(name)
    return None if text is None else query_time(name, text)
