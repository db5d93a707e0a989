"""The journal: its entries, and waiting until something is in it or surely does not come."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from fakefax.control.call import BadInput, Body, ControlCall
from fakefax.control.long_answers import LongAnswer
from fakefax.control.moments import duration, query_time
from fakefax.control.schemas import journal_view
from fakefax.core.errors import FaxJobEvicted
from fakefax.core.journal import Kind
from fakefax.core.journal_search import JournalQuery, WaitOutcome
from fakefax.schemas import (
    JournalEntry,
    JournalFieldsView,
    JournalView,
    NearMissView,
    WaitView,
)

KINDS = sorted({name for kind in Kind for name in (kind.value, kind.partition(".")[0])})
"""Values of `kind`: each kind, and each group of kinds."""


QUERY = {
    "kind": "Only entries of this kind, or of this group of kinds.",
    "fax_job_id": "Only entries about this fax job.",
    "account": "Only entries of the account with this api_key.",
    "rule": "Only decisions of rules whose place or name has this text.",
    "since": "Only entries at this simulated time or later.",
    "until": "Only entries at this simulated time or earlier.",
    "after": "Only entries after this `seq`.",
    "before": "Only entries before this `seq`.",
    "limit": "At most so many: the newest, or with `after` the oldest.",
    "fields": f"Only these, with commas between them: {', '.join(JournalEntry.__struct_fields__)}.",
}


MAX_TIMEOUT = 600.0
"""Real seconds that one wait may take."""


class WaitRequest(Body, kw_only=True, rename={"wanted": "for"}):
    """The entries to wait for: fields with their values. `timeout` is real time, `after` a `seq`."""

    wanted: Annotated[dict[str, Any], Meta(min_length=1)] | UnsetType = UNSET
    count: Annotated[int, Meta(ge=1, le=1000)] = 1
    after: Annotated[int, Meta(ge=0)] = 0
    timeout: str = "10s"


async def entries(call: ControlCall) -> LongAnswer[JournalView | JournalFieldsView]:
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
        return LongAnswer(JournalView([], book.last_seq, book.evicted), entries=shown)
    chosen = ({name: getattr(entry, name) for name in names} for entry in shown)
    return LongAnswer(JournalFieldsView([], book.last_seq, book.evicted), entries=chosen)


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


async def wait(call: ControlCall, asked: WaitRequest) -> WaitView:
    """POST wait"""
    outcome = await _unless_gone(call, call.sandbox.journal_waiter.wait(_wanted(asked), _timeout(asked.timeout)))
    return WaitView(
        found=outcome.message is None,
        entries=[journal_view(entry) for entry in outcome.found],
        last_seq=call.sandbox.journal.last_seq,
        message=outcome.message,
        near_misses=[NearMissView(journal_view(miss.entry), miss.differs) for miss in outcome.near],
    )


async def _unless_gone(call: ControlCall, waiting: Coroutine[None, None, WaitOutcome]) -> WaitOutcome:
    """The outcome of a wait; it ends early, and frees its place, when the client seems to be gone."""
    task = asyncio.ensure_future(waiting)
    gone = asyncio.Event()

    def give_up() -> None:
        gone.set()
        task.cancel()

    call.when_gone(give_up)
    try:
        return await task
    except asyncio.CancelledError:
        if not gone.is_set():
            raise
        return WaitOutcome([], "the client has closed its side of the connection; leave it open while you wait")


def _wanted(asked: WaitRequest) -> JournalQuery:
    if asked.wanted is UNSET:
        raise BadInput('say what to wait for: {"for": {"kind": "receipt.acknowledged", "fax_job_id": 200}}')
    kind = asked.wanted.get("kind")
    if "kind" in asked.wanted and kind not in KINDS:
        raise BadInput(f"for.kind: {kind!r} is none of {', '.join(KINDS)}")
    wanted = JournalQuery(asked.wanted, asked.count, asked.after)
    known = wanted.known_names
    for name, value in asked.wanted.items():
        if name not in known:
            from fakefax.scenario.validation.problems import suggestion  # noqa: PLC0415 (only for the message)

            whose = f"{kind} entries have" if "kind" in asked.wanted else "an entry has"
            raise BadInput(f"for.{name} is not a field that {whose}{suggestion(name, known)}")
        if isinstance(value, dict | list):
            raise BadInput(f"for.{name} is a whole structure; give a text, a number, true, false or null")
    return wanted


def _timeout(text: str) -> float:
    seconds = duration("timeout", text).total_seconds()
    if seconds > MAX_TIMEOUT:
        raise BadInput(f"timeout: {text!r} is longer than 10m; ask again instead")
    return seconds
