"""Advancing: every due timer, in order, each at its own time."""

import asyncio
import logging
import re
from datetime import datetime, timedelta

import pytest

from fakefax.core.clock import END_OF_TIME, Advance, Clock, ClockBusy, ClockError, Fired
from tests.core.time_tools import DEADLINE, START, HandTurned, after, names, nothing, seconds


async def test_timers_fire_in_order_at_their_own_time(clock: Clock):
    """An advance stops at each due timer in turn: the callback gets its due time, and the clock shows it."""
    seen: list[tuple[datetime, datetime]] = []
    for due in (50, 10, 30, 20, 40):
        clock.call_at(after(due), f"at {due}", lambda due: seen.append((due, clock.now)))
    result = await clock.advance(seconds(45))
    assert seen == [(after(due), after(due)) for due in (10, 20, 30, 40)]
    assert result == Advance(
        now=after(45),
        advanced=seconds(45),
        fired=[Fired(after(due), f"at {due}") for due in (10, 20, 30, 40)],
        fired_count=4,
        pending=1,
        next_due=after(50),
        holds=[],
        settled=True,
        message=None,
    )
    assert clock.now == after(45)


async def test_timers_due_together_fire_in_the_order_asked(clock: Clock):
    """Ties are not left to chance: who asked first fires first, one asked for meanwhile comes last."""

    def ask_meanwhile(due: datetime) -> None:
        clock.call_at(due, "asked meanwhile", nothing)

    clock.call_at(after(5), "first", ask_meanwhile)
    for name in ("zebra", "apple", "mango"):
        clock.call_at(after(5), name, nothing)
    assert names(await clock.advance(seconds(5))) == ["first", "zebra", "apple", "mango", "asked meanwhile"]


@pytest.mark.parametrize(("short_by", "fires"), [(0, True), (1, False)])
async def test_exactly_due_counts_as_due(clock: Clock, short_by: int, fires: bool):
    """Advancing to the very microsecond of a timer fires it; one microsecond short of it does not."""
    clock.call_at(after(900), "edge", nothing)
    result = await clock.advance(seconds(900) - timedelta(microseconds=short_by))
    assert names(result) == (["edge"] if fires else [])


async def test_a_chain_from_the_due_time_does_not_drift(clock: Clock):
    """Steps scheduled from the due time stay on their grid, and one long advance takes all of them."""
    dues: list[datetime] = []

    def step(due: datetime) -> None:
        dues.append(due)
        clock.call_at(due + seconds(0.1), "step", step)

    clock.call_at(after(0.1), "step", step)
    result = await clock.advance(seconds(100))
    assert dues == [START + timedelta(milliseconds=100) * n for n in range(1, 1001)]
    assert result.fired_count == 1000


async def test_a_timer_in_the_past_fires_at_once_without_going_back(clock: Clock):
    """A timer whose time has passed fires in the next advance, gets its due time, and the clock stays ahead."""
    await clock.advance(seconds(60))
    seen: list[tuple[datetime, datetime]] = []
    clock.call_at(after(10), "late", lambda due: seen.append((due, clock.now)))
    result = await clock.advance(timedelta())
    assert seen == [(after(10), after(60))]
    assert result.advanced == timedelta()


@pytest.mark.parametrize(
    ("span", "text"), [(-timedelta(microseconds=1), "0.000001s"), (-timedelta(minutes=90), "1h30m")]
)
async def test_time_cannot_be_advanced_backwards(clock: Clock, span: timedelta, text: str):
    """A negative span is refused with a sentence, and nothing is fired."""
    clock.call_at(START, "due now", nothing)
    with pytest.raises(ClockError, match=f"^time cannot go back by {text}$"):
        await clock.advance(span)
    assert (clock.now, clock.pending) == (START, 1)


async def test_time_cannot_be_advanced_to_the_past(clock: Clock):
    """A target before the present is refused with both times; the present itself is allowed."""
    expected = "time cannot go back: it is 2026-01-05T09:00:00+00:00 and 2026-01-05T08:59:59+00:00 is before"
    with pytest.raises(ClockError, match=f"^{re.escape(expected)}$"):
        await clock.advance_to(after(-1))
    assert (await clock.advance_to(START)).advanced == timedelta()


async def test_a_target_without_a_time_zone_is_refused(clock: Clock):
    """A naive target is refused with a sentence that names it."""
    expected = "time cannot go to 2026-01-05 10:00:00: it has no time zone; use an aware time"
    with pytest.raises(ClockError, match=f"^{re.escape(expected)}$"):
        await clock.advance_to(datetime(2026, 1, 5, 10))  # noqa: DTZ001 (what is refused)


async def test_advance_to_fires_what_is_due_there(clock: Clock):
    """Advancing to a time fires everything up to it, the timer due exactly then included."""
    for due in (1, 2, 3):
        clock.call_at(after(due), f"at {due}", nothing)
    result = await clock.advance_to(after(2))
    assert names(result) == ["at 1", "at 2"]
    assert (result.now, result.advanced) == (after(2), seconds(2))


async def test_no_advance_goes_beyond_the_end_of_time(clock: Clock):
    """However far time is advanced, it stops at its end, and timers can still be set there."""
    assert (await clock.advance(timedelta.max)).now == END_OF_TIME
    assert (await clock.advance_to(END_OF_TIME.replace(year=9999))).now == END_OF_TIME
    clock.call_at(clock.now + timedelta(days=365), "late", nothing)
    assert (await clock.run_until_idle(within=timedelta.max)).pending == 1


async def test_an_advance_inside_an_advance_is_refused(clock: Clock):
    """An advance during another one is refused with the reason; the first one goes on."""
    refusals: list[str] = []
    hold = clock.hold("a receiver that calls the control API")

    async def receiver() -> None:
        for inner in (clock.advance(seconds(1)), clock.advance_to(after(99)), clock.run_until_idle()):
            with pytest.raises(ClockBusy) as refused:
                await inner
            refusals.append(str(refused.value))
        hold.release()

    async with asyncio.timeout(DEADLINE):
        result, _ = await asyncio.gather(clock.advance(seconds(10)), receiver())
    assert refusals == 3 * [
        "an advance is already under way in this sandbox; it waits for each callback to be answered, "
        "so the program that answers must not ask for another advance"
    ]
    assert (result.now, result.settled) == (after(10), True)
    assert (await clock.advance(seconds(1))).now == after(11)


async def test_a_failing_timer_is_logged_and_time_goes_on(clock: Clock, caplog: pytest.LogCaptureFixture):
    """A callback that raises is logged with its name and time, and the timers after it fire as usual."""

    def fail(due: datetime) -> None:
        raise RuntimeError("broken callback")

    clock.call_at(after(1), "bad one", fail)
    clock.call_at(after(2), "good one", nothing)
    with caplog.at_level(logging.ERROR):
        result = await clock.advance(seconds(5))
    assert names(result) == ["bad one", "good one"]
    assert result.now == after(5)
    (record,) = caplog.records
    assert record.getMessage() == "timer 'bad one', due 2026-01-05T09:00:01+00:00, failed"
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == "broken callback"


async def test_a_cancelled_timer_does_not_fire(clock: Clock):
    """A cancelled timer is neither fired nor counted nor listed, wherever in the order it stands."""
    timers = [clock.call_at(after(due), f"at {due}", nothing) for due in (1, 2, 3, 4)]
    clock.cancel(timers[0])
    clock.cancel(timers[2])
    clock.cancel(timers[2])
    assert clock.pending == 2
    assert clock.next_due == after(2)
    assert clock.timers() == [Fired(after(2), "at 2"), Fired(after(4), "at 4")]
    assert names(await clock.advance(seconds(10))) == ["at 2", "at 4"]
    assert clock.pending == 0
    assert clock.next_due is None


async def test_a_timer_can_cancel_another_that_is_due_with_it(clock: Clock):
    """A timer that cancels one due at the same moment keeps it from firing."""
    clock.call_at(after(1), "first", lambda due: clock.cancel(second))
    second = clock.call_at(after(1), "second", nothing)
    assert names(await clock.advance(seconds(1))) == ["first"]


async def test_the_next_timers_can_be_listed(clock: Clock):
    """The waiting timers are listed in the order in which they will fire, ties as asked."""
    for due, name in ((3, "c"), (1, "a"), (3, "d"), (2, "b")):
        clock.call_at(after(due), name, nothing)
    listed = [timer.name for timer in clock.timers()]
    assert listed == ["a", "b", "c", "d"]
    assert [timer.name for timer in clock.timers(limit=2)] == ["a", "b"]
    assert names(await clock.advance(seconds(3))) == listed


async def test_an_advance_counts_more_timers_than_it_lists(clock: Clock):
    """An advance that fires very many timers lists the first ten thousand and counts them all."""
    for n in range(10_001):
        clock.call_at(after(1), f"timer {n}", nothing)
    result = await clock.advance(seconds(1))
    assert result.fired_count == 10_001
    assert [len(result.fired), result.fired[-1].name] == [10_000, "timer 9999"]


async def test_an_advance_ends_when_its_budget_is_used_up():
    """Many timers that take long are left where they are; another advance goes on from there."""
    real = HandTurned()
    clock = Clock(START, monotonic=real)
    for number in range(600):
        clock.call_at(after(number), f"timer {number}", lambda _: real.turn(0.01))
    result = await clock.advance(seconds(600), budget=1)
    assert (result.settled, result.message) == (
        False,
        "gave up after 1 real seconds, with 350 timers still to come; advance again",
    )
    assert (result.fired_count, result.now, clock.pending) == (250, after(249), 350)
    rest = await clock.advance_to(after(600), budget=10)
    assert (rest.settled, rest.fired_count, rest.now) == (True, 350, after(600))


async def test_a_timer_that_was_put_back_is_one_of_its_own():
    """Timers that are set later come after one of another run, and none is cancelled with it."""
    clock = Clock(START)
    told: list[str] = []
    clock.put_back(after(1), 7, "put back", lambda _: told.append("put back"))
    clock.cancel(clock.call_at(after(1), "taken away", lambda _: told.append("taken away")))
    clock.call_at(after(1), "set later", lambda _: told.append("set later"))
    await clock.advance(seconds(1))
    assert told == ["put back", "set later"]


async def test_timers_put_back_in_any_order_come_before_those_set_later():
    """A timer of another run with a low order does not let later ones take numbers that are in use."""
    clock = Clock(START)
    clock.stop_at(START, 9)
    for order in (7, 3):
        clock.put_back(after(1), order, f"put back {order}", nothing)
    for number in range(5):
        clock.call_at(after(1), f"later {number}", nothing)
    fired = names(await clock.advance(seconds(1)))
    assert fired == ["put back 3", "put back 7", *(f"later {number}" for number in range(5))]


@pytest.mark.parametrize("by_span", [True, False])
async def test_an_advance_to_the_very_end_of_time_is_not_cut_short(clock: Clock, by_span: bool):
    """Only one beyond the end is reported as not settled."""
    await clock.advance_to(END_OF_TIME - seconds(1))
    result = await (clock.advance(seconds(1)) if by_span else clock.advance_to(END_OF_TIME))
    assert (result.now, result.settled, result.message) == (END_OF_TIME, True, None)
