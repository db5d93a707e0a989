"""The end of a sandbox: its timers never fire, whatever client waits for its clock is reported."""

import asyncio
from datetime import datetime

import pytest

from fakefax.core.clock import Clock, ClockClosed
from tests.core.time_tools import DEADLINE, START, WORK, HandTurned, after, nothing, seconds

CLOSED_MEANWHILE = "^this sandbox was reset or closed while it was being advanced$"


async def test_closing_ends_an_advance_that_waits(clock: Clock):
    """An advance that waits for real work when the sandbox is closed is ended with a sentence, not left hanging."""
    clock.hold("hanging endpoint")
    clock.call_at(after(1), "later", nothing)
    asyncio.get_running_loop().call_later(WORK, clock.close)
    async with asyncio.timeout(DEADLINE):
        with pytest.raises(ClockClosed, match=CLOSED_MEANWHILE):
            await clock.advance(seconds(60))
    assert (clock.now, clock.pending, clock.holds) == (START, 0, [])


async def test_closing_in_a_timer_stops_the_timers_after_it(clock: Clock):
    """A sandbox closed by one of its own timers fires none of the others, not even one due at the same moment."""
    clock.call_at(after(1), "close", lambda due: clock.close())
    fired: list[datetime] = []
    clock.call_at(after(1), "after", fired.append)
    clock.call_at(after(2), "after", fired.append)
    with pytest.raises(ClockClosed, match=CLOSED_MEANWHILE):
        await clock.advance(seconds(60))
    assert (fired, clock.now) == ([], after(1))


async def test_a_closed_clock_cannot_be_advanced(clock: Clock):
    """Every kind of advance of a closed sandbox is refused with the reason."""
    fired: list[datetime] = []
    clock.call_at(after(1), "later", fired.append)
    clock.close()
    for advance in (clock.advance(seconds(5)), clock.advance_to(after(5)), clock.run_until_idle()):
        with pytest.raises(ClockClosed, match=r"^this sandbox was reset or closed$"):
            await advance
    assert (fired, clock.now) == ([], START)


def test_a_closed_clock_takes_no_timers(clock: Clock):
    """Something left over of a closed sandbox cannot set a timer any more; the message names it."""
    clock.close()
    with pytest.raises(ClockClosed, match=r"^timer 'fax 200 ends' cannot be set: its sandbox was reset or closed$"):
        clock.call_at(after(1), "fax 200 ends", nothing)
    assert clock.pending == 0


async def test_a_running_clock_stops_when_closed():
    """Closing a clock that runs takes its alarm off the event loop and stops its time."""
    real = HandTurned()
    clock = Clock(START, 60, real)
    fired: list[datetime] = []
    clock.call_at(START, "due already", fired.append)
    real.turn(1)
    clock.close()
    real.turn(100)
    passed = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(WORK, passed.set_result, None)
    async with asyncio.timeout(DEADLINE):
        await passed
    assert (fired, clock.now) == ([], after(60))


async def test_a_rate_set_after_closing_starts_nothing():
    """Setting a rate on a closed clock does not make its time flow again."""
    real = HandTurned()
    clock = Clock(START, 0, real)
    clock.close()
    clock.rate = 60
    real.turn(100)
    assert clock.now == START


async def test_work_of_a_closed_sandbox_ends_quietly(clock: Clock):
    """Releasing a hold after its sandbox was closed does nothing."""
    hold = clock.hold("post")
    clock.close()
    hold.release()
    assert clock.holds == []
