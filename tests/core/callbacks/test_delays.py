"""Answers that are held back: what becomes of their timers when nobody waits any more."""

import asyncio
from datetime import datetime, timedelta

import pytest

from fakefax.core.clock import Clock
from fakefax.core.delayed_responses import DelayedResponses
from fakefax.core.real_time import breathe
from tests.core.time_tools import START, HandTurned, after, nothing


async def test_a_client_that_disconnects_leaves_no_timer_behind():
    """A wait that is called off takes its timer with it."""
    clock = Clock(START)
    task = asyncio.ensure_future(DelayedResponses(clock).simulated(timedelta(minutes=1), "answer"))
    await breathe()
    assert clock.pending == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert clock.pending == 0


async def test_a_client_that_disconnects_in_time_takes_no_other_timer_along():
    """A wait that is called off in the moment in which it ends leaves the count of timers true, and no hold."""
    hand = HandTurned()
    clock = Clock(START, 1, hand)
    task = asyncio.ensure_future(DelayedResponses(clock).simulated(timedelta(seconds=1), "answer"))
    await breathe()

    def hang_up(_: datetime) -> None:
        task.cancel()

    clock.call_at(after(1), "the program hangs up", hang_up)
    hand.seconds += 2
    clock.rate = 2  # sets the alarm anew, for what is due by now
    with pytest.raises(asyncio.CancelledError):
        await task
    clock.call_at(after(3600), "another", nothing)
    assert clock.pending == 1
    assert clock.holds == []
