"""The ledger with its audit, and the journal."""

from fakefax.control.call import BadInput, ControlCall
from fakefax.control.views import audit_view, journal_view, ledger_view
from fakefax.core.durations import parse_duration
from fakefax.core.journal import Kind
from fakefax.views import AuditReport, JournalView, LedgerView

KINDS = sorted({name for kind in Kind for name in (kind.value, kind.partition(".")[0])})
"""What the journal can be asked for: each kind, and each group of kinds."""


JOURNAL_QUERY = {
    "kind": "Only entries of this kind, or of this group of kinds.",
    "fax_job_id": "Only entries about this fax job.",
    "after": "Only entries after this `seq`.",
    "limit": "At most so many: the newest, or with `after` the oldest.",
}


AUDIT_QUERY = {
    "window": "Within which time the same fax twice is a double charge: 24h, or ever. Left out: the scenario's."
}


async def ledger(call: ControlCall) -> LedgerView:
    """GET ledger"""
    return ledger_view(call.account.api_key, call.account.ledger)


async def audit(call: ControlCall) -> AuditReport:
    """GET audit?window="""
    window = call.query.get("window")
    if window is None:
        return audit_view(call.sandbox.audit(call.account))
    try:
        within = None if window == "ever" else parse_duration(window)
    except ValueError as error:
        raise BadInput(f"window: {error}, or ever") from None
    return audit_view(call.sandbox.audit(call.account, double_charge_window=within))


async def journal(call: ControlCall) -> JournalView:
    """GET journal?kind=&fax_job_id=&after=&limit=; a limit takes the newest, with `after` the oldest"""
    book = call.sandbox.journal
    kind = call.query.get("kind")
    if kind is not None and kind not in KINDS:
        raise BadInput(f"kind {kind!r} is none of {', '.join(KINDS)}")
    fax_job_id, after = call.number("fax_job_id"), call.number("after")
    if fax_job_id is not None and after is None:
        job = call.sandbox.store.fax_job(fax_job_id, call.account.api_key)
        entries = book.of_fax_job(fax_job_id, job.journal_seq, kind)
    else:
        entries = book.entries(after=after, kind=kind, fax_job_id=fax_job_id)
    limit = call.number("limit")
    if limit is not None:
        entries = entries[:limit] if after is not None else entries[max(0, len(entries) - limit) :]
    return JournalView([journal_view(entry) for entry in entries], book.last_seq, book.evicted)
