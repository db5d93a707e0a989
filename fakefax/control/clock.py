"""Look at the clock, set its rate, advance it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from fakefax.control.call import BadInput, Body, ControlCall
from fakefax.control.moments import duration
from fakefax.control.schemas import advance_view, clock_view
from fakefax.core.clock import MAX_RATE, Advance, Clock
from fakefax.schemas import AdvanceView, ClockView
from fakefax.schemas.base import Moment

WITHIN = "168h"
MAX_BUDGET = timedelta(minutes=10)


class ClockPatch(Body, kw_only=True):
    """The rate in simulated seconds per real second; 0 pauses."""

    rate: Annotated[float, Meta(ge=0, le=MAX_RATE)]


class AdvanceRequest(Body, kw_only=True):
    """How far: `by` a duration, `to` a time, or `until` "idle" but at most `within`, or "next".

    Until "next" is to what is due next, with all that is due at the same time. `budget` is real time.
    """

    by: str | UnsetType = UNSET
    to: Moment | UnsetType = UNSET
    until: Literal["idle", "next"] | UnsetType = UNSET
    within: str | UnsetType = UNSET
    budget: str = "30s"


async def show(call: ControlCall) -> ClockView:
    """GET clock"""
    return clock_view(call.sandbox.clock)


async def change(call: ControlCall, patch: ClockPatch) -> ClockView:
    """PATCH clock"""
    call.sandbox.change_rate(patch.rate)
    return clock_view(call.sandbox.clock)


async def advance(call: ControlCall, asked: AdvanceRequest) -> AdvanceView:
    """POST clock/advance"""
    return advance_view(await call.sandbox.walk(_walk(asked)))


def _walk(asked: AdvanceRequest) -> Callable[[Clock], Awaitable[Advance]]:
    """The one of the clock's advances that a request means. Raises BadInput."""
    if [asked.by, asked.to, asked.until].count(UNSET) != 2:
        raise BadInput(
            'say how far, in one way: {"by": "15m"}, {"to": "2026-01-05T10:00:00Z"} or {"until": "idle"}'
        )
    if asked.within is not UNSET and asked.until != "idle":
        raise BadInput('within goes with {"until": "idle"} only')
    budget = min(duration("budget", asked.budget), MAX_BUDGET).total_seconds()
    if asked.by is not UNSET:
        span = duration("by", asked.by)
        return lambda clock: clock.advance(span, budget=budget)
    if asked.to is not UNSET:
        target = asked.to
        if target.tzinfo is None:
            raise BadInput(f"to {target.isoformat()} has no time zone; write {target.isoformat()}Z")
        return lambda clock: clock.advance_to(target, budget=budget)
    if asked.until == "next":
        return lambda clock: clock.advance_to(clock.next_due or clock.now, budget=budget)
    within = duration("within", WITHIN if asked.within is UNSET else asked.within)
    return lambda clock: clock.run_until_idle(within=within, budget=budget)
