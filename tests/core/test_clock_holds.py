"""Holds: an advance waits for the real work that its timers start, and says so when it gives up."""

import asyncio
from datetime import datetime

import pytest

from fakefax.core.clock import Clock
from fakefax.core.real_time import real_seconds
from tests.core.time_tools import DEADLINE, START, WORK, after, names, nothing, seconds, work


async def test_an_advance_waits_for_work_under_way(clock: Clock):
    """Work that was started before the advance is finished before time moves at all."""
    seen: list[datetime] = []
    work(clock, "upload", lambda: seen.append(clock.now))
    clock.call_at(after(1), "timer", seen.append)
    async with asyncio.timeout(DEADLINE):
        result = await clock.advance(seconds(10))
    assert seen == [START, after(1)]
    assert (result.settled, result.holds) == (True, [])


async def test_an_advance_waits_for_the_work_of_each_timer(clock: Clock):
    """A timer's work ends at the timer's own time, before the next timer fires, and before the advance returns."""
    seen: list[tuple[str, datetime]] = []

    def start(due: datetime) -> None:
        work(clock, f"work of {due}", lambda: seen.append(("answered", clock.now)))
        seen.append(("posted", clock.now))

    for due in (1, 2, 2, 10):
        clock.call_at(after(due), "post", start)
    async with asyncio.timeout(DEADLINE):
        result = await clock.advance(seconds(10))
    assert seen == [
        ("posted", after(1)),
        ("answered", after(1)),
        ("posted", after(2)),
        ("answered", after(2)),
        ("posted", after(2)),
        ("answered", after(2)),
        ("posted", after(10)),
        ("answered", after(10)),
    ]
    assert result.settled


async def test_work_that_starts_more_work_is_waited_for(clock: Clock):
    """A chain of work, each piece started by the end of the one before, is followed to its end."""
    ended: list[int] = []

    def piece(number: int) -> None:
        def end() -> None:
            ended.append(number)
            if number < 4:
                piece(number + 1)

        work(clock, f"piece {number}", end)

    clock.call_at(after(1), "start", lambda due: piece(1))
    async with asyncio.timeout(DEADLINE):
        result = await clock.advance(seconds(1))
    assert ended == [1, 2, 3, 4]
    assert result.settled


async def test_work_that_begins_as_other_work_ends_is_waited_for(clock: Clock):
    """A hold taken just after the last one was released, before the advance woke up, still stops time."""
    seen: list[datetime] = []
    hold = clock.hold("first")

    def release_and_take() -> None:
        hold.release()
        work(clock, "second", lambda: seen.append(clock.now))

    asyncio.get_running_loop().call_later(WORK, release_and_take)
    async with asyncio.timeout(DEADLINE):
        result = await clock.advance(seconds(10))
    assert seen == [START]
    assert result.settled


async def test_timers_of_held_work_are_part_of_the_advance(clock: Clock):
    """A timer set by the end of some work, within the span, is fired by the same advance."""
    clock.call_at(
        after(1), "post", lambda due: work(clock, "post", lambda: clock.call_at(after(5), "again", nothing))
    )
    async with asyncio.timeout(DEADLINE):
        assert names(await clock.advance(seconds(5))) == ["post", "again"]


async def test_all_holds_must_be_released(clock: Clock):
    """Time waits for the last of several pieces of work, and releasing one twice does not count for another."""
    slow = clock.hold("slow")
    quick = clock.hold("quick")
    quick.release()
    quick.release()
    assert clock.holds == ["slow"]
    result = await clock.advance(seconds(1), budget=0.01)
    assert (result.settled, result.now) == (False, START)
    slow.release()
    assert (await clock.advance(seconds(1))).settled


async def test_work_that_fails_lets_go(clock: Clock):
    """A hold used as a context is released by an exception too."""
    with pytest.raises(OSError, match=r"^connection lost$"), clock.hold("post"):
        raise OSError("connection lost")
    assert clock.holds == []


async def test_hanging_work_costs_the_budget_and_is_named(clock: Clock):
    """With work that never ends an advance gives up after its real-time budget, where it is, and names the work."""
    open_holds = []
    clock.call_at(after(1), "post", lambda due: open_holds.append(clock.hold("receipt 200, attempt 1")))
    clock.call_at(after(1), "post", nothing)
    clock.hold("upload").release()
    began = real_seconds()
    async with asyncio.timeout(DEADLINE):
        result = await clock.advance(seconds(60), budget=0.1)
    assert 0.1 <= real_seconds() - began < 2
    assert not result.settled
    assert (result.now, result.advanced) == (after(1), seconds(1))
    assert result.holds == ["receipt 200, attempt 1"]
    assert result.message == "gave up after 0.1 real seconds, still waiting for: receipt 200, attempt 1"
    assert (result.fired_count, result.pending, result.next_due) == (1, 1, after(1))


async def test_every_open_hold_is_named(clock: Clock):
    """An advance that gives up names all that it waited for, oldest first."""
    clock.hold("receipt 200")
    clock.hold("receipt 201")
    for result in (await clock.advance(seconds(1), budget=0), await clock.run_until_idle(budget=0)):
        assert result.holds == ["receipt 200", "receipt 201"]
        assert result.message == "gave up after 0 real seconds, still waiting for: receipt 200; receipt 201"


async def test_an_advance_goes_on_after_one_that_gave_up(clock: Clock):
    """When the hanging work has ended, the next advance fires what the first one left, each at its time."""
    holds = []
    seen: list[datetime] = []
    clock.call_at(after(1), "post", lambda due: holds.append(clock.hold("post")))
    clock.call_at(after(2), "next", lambda due: seen.append(clock.now))
    assert not (await clock.advance(seconds(10), budget=0.01)).settled
    holds[0].release()
    result = await clock.advance_to(after(10))
    assert (seen, result.settled, result.now) == ([after(2)], True, after(10))


async def test_a_cancelled_advance_frees_the_clock(clock: Clock):
    """When whatever client asked for an advance goes away, the clock can be advanced by somebody else."""
    hold = clock.hold("hanging")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(WORK):
            await clock.advance(seconds(1))
    hold.release()
    assert (await clock.advance(seconds(1))).now == after(1)


async def test_idle_is_reached_when_nothing_waits(clock: Clock):
    """Running until idle follows every timer and all work to the end, and stops at the last timer's time."""

    def step(due: datetime) -> None:
        if due < after(5):
            work(clock, "work", lambda: clock.call_at(due + seconds(1), "step", step))

    clock.call_at(after(1), "step", step)
    async with asyncio.timeout(DEADLINE):
        result = await clock.run_until_idle()
    assert (result.now, result.fired_count, result.pending) == (after(5), 5, 0)
    assert (result.settled, result.message, result.next_due) == (True, None, None)


async def test_running_until_idle_is_bounded_and_names_the_next_timer(clock: Clock):
    """With work that never ends it gives up after the given span; the answer names the next timer."""

    def tick(due: datetime) -> None:
        clock.call_at(due + seconds(600), "poll the machine", tick)

    tick(START)
    result = await clock.run_until_idle(within=seconds(3600))
    assert not result.settled
    assert (result.fired_count, result.pending, result.next_due) == (6, 1, after(4200))
    assert result.message == "not idle within 1h: 'poll the machine' is next, at 2026-01-05T10:10:00+00:00"


async def test_an_idle_clock_is_idle_at_once(clock: Clock):
    """Nothing waiting means nothing to do: no time goes by."""
    result = await clock.run_until_idle()
    assert (result.settled, result.now, result.fired) == (True, START, [])
