"""Look at the clock, set its rate, advance it."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from fakefax.control.call import BadInput, Body, ControlCall
from fakefax.control.views import advance_view, clock_view
from fakefax.core.clock import MAX_RATE, Advance
from fakefax.core.durations import format_duration, parse_duration
from fakefax.core.journal import Kind

MAX_BUDGET = timedelta(minutes=10)


class ClockPatch(Body, kw_only=True):
    """The rate in simulated seconds per real second; 0 pauses."""

    rate: Annotated[float, Meta(ge=0, le=MAX_RATE)]


class AdvanceRequest(Body, kw_only=True):
    """How far: `by` a duration, `to` a time, or `until` "idle" but at most `within`. `budget` is real time."""

    by: str | UnsetType = UNSET
    to: datetime | UnsetType = UNSET
    until: Literal["idle"] | UnsetType = UNSET
    within: str = "168h"
    budget: str = "30s"


async def show(call: ControlCall) -> object:
    """GET clock"""
    call.check_query()
    return clock_view(call.sandbox.clock)


async def change(call: ControlCall) -> object:
    """PATCH clock"""
    patch = call.read(ClockPatch)
    call.sandbox.clock.rate = patch.rate
    change = f"{patch.rate:g} simulated seconds a real second" if patch.rate else "paused"
    call.sandbox.record(Kind.CLOCK_CHANGED, {"change": change, "rate": patch.rate})
    return clock_view(call.sandbox.clock)


async def advance(call: ControlCall) -> object:
    """POST clock/advance"""
    result = await _advance(call)
    detail = {"advanced": format_duration(result.advanced), "fired": result.fired_count}
    call.sandbox.record(Kind.CLOCK_ADVANCED, detail)
    return advance_view(result)


async def _advance(call: ControlCall) -> Advance:
    asked = call.read(AdvanceRequest)
    clock = call.sandbox.clock
    budget = min(_duration("budget", asked.budget), MAX_BUDGET).total_seconds()
    if [asked.by, asked.to, asked.until].count(UNSET) != 2:
        raise BadInput(
            'say how far, in one way: {"by": "15m"}, {"to": "2026-01-05T10:00:00Z"} or {"until": "idle"}'
        )
    if asked.by is not UNSET:
        return await clock.advance(_duration("by", asked.by), budget=budget)
    if asked.to is not UNSET:
        if asked.to.tzinfo is None:
            raise BadInput(f"to {asked.to.isoformat()} has no time zone; write {asked.to.isoformat()}Z")
        return await clock.advance_to(asked.to, budget=budget)
    return await clock.run_until_idle(within=_duration("within", asked.within), budget=budget)


def _duration(name: str, text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise BadInput(f"{name}: {error}") from None
