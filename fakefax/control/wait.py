"""Wait until something is in the journal, or until it surely does not come."""

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from fakefax.control.books import KINDS
from fakefax.control.call import BadInput, Body, ControlCall
from fakefax.control.moments import duration
from fakefax.control.schemas import journal_view
from fakefax.core.journal_search import JournalQuery, Outcome
from fakefax.schemas import NearMissView, WaitView

MAX_TIMEOUT = 600.0
"""Real seconds that one wait may take."""


class WaitRequest(Body, kw_only=True, rename={"wanted": "for"}):
    """What is waited for: fields of an entry with their values. `timeout` is real time, `after` a `seq`."""

    wanted: Annotated[dict[str, Any], Meta(min_length=1)] | UnsetType = UNSET
    count: Annotated[int, Meta(ge=1, le=1000)] = 1
    after: Annotated[int, Meta(ge=0)] = 0
    timeout: str = "10s"


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


async def _unless_gone(call: ControlCall, waiting: Coroutine[None, None, Outcome]) -> Outcome:
    """What a wait comes to; it is given up, with its place, when the client seems to be gone."""
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
        return Outcome([], "the client has closed its side of the connection; leave it open while you wait")


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
