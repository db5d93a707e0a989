"""Simulated time: where it starts, how fast it flows, and that it never goes back."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from fakefax.core.clock import END_OF_TIME, MAX_RATE, Clock, ClockError
from tests.core.time_tools import START, HandTurned, after, seconds


@pytest.fixture
def real() -> HandTurned:
    return HandTurned()


def test_a_paused_clock_stands_still(real: HandTurned):
    """At rate 0 simulated time does not move, however much real time passes."""
    clock = Clock(START, 0, real)
    real.turn(86_400)
    assert clock.now == START


def test_time_is_reported_in_utc():
    """A start in another time zone is the same moment in UTC."""
    clock = Clock(datetime(2026, 1, 5, 14, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))))
    assert clock.now == START
    assert clock.now.tzinfo is UTC


def test_a_start_without_a_time_zone_is_refused():
    """A naive start is refused with a sentence that names it, instead of meaning some zone or other."""
    naive = START.replace(tzinfo=None)
    expected = "simulated time cannot start at 2026-01-05 09:00:00: it has no time zone; use an aware time"
    with pytest.raises(ClockError, match=f"^{re.escape(expected)}$"):
        Clock(naive)


def test_a_start_after_the_end_of_time_is_refused():
    """A start so late that no timer fits behind it is refused."""
    expected = "simulated time cannot start at 9000-01-02 00:00:00+00:00: it ends at 9000-01-01 00:00:00+00:00"
    with pytest.raises(ClockError, match=f"^{re.escape(expected)}$"):
        Clock(END_OF_TIME + timedelta(days=1))


@pytest.mark.parametrize(
    ("rate", "real_seconds", "expected"),
    [
        (1, 0.25, after(0.25)),
        (60, 1.5, after(90)),
        (0.5, 3, after(1.5)),
        (MAX_RATE, 1, after(100_000)),
        (1, 0.000_000_4, START),
        (1, 0.000_002_7, after(0.000_002)),
        (1 / 3, 1, after(0.333_333)),
    ],
)
def test_the_rate_scales_real_time(rate: float, real_seconds: float, expected: datetime):
    """Simulated time is real time multiplied by the rate, in whole microseconds and never ahead."""
    real = HandTurned()
    real.seconds = 0.0  # so that the sum in binary floats is exact
    clock = Clock(START, rate, real)
    real.turn(real_seconds)
    assert clock.now == expected


def test_a_new_rate_counts_from_now_on(real: HandTurned):
    """A change of the rate keeps the time reached so far, and pausing and resuming loses and adds nothing."""
    clock = Clock(START, 60, real)
    real.turn(1)
    clock.rate = 2
    assert clock.now == after(60)
    real.turn(10)
    clock.rate = 0
    real.turn(1000)
    assert clock.now == after(80)
    clock.rate = 1
    assert clock.now == after(80)
    real.turn(5)
    assert clock.now == after(85)


@pytest.mark.parametrize("rate", [-1, -0.001, MAX_RATE + 1, float("inf"), float("nan")])
def test_a_rate_out_of_bounds_is_refused(rate: float, real: HandTurned):
    """A rate that is negative, too large or no number is refused with the bounds, and the old one stays."""
    clock = Clock(START, 60, real)
    with pytest.raises(
        ClockError, match=rf"^rate {rate:g} is not between 0 \(paused\) and 100,000$".replace("+", r"\+")
    ):
        clock.rate = rate
    real.turn(1)
    assert clock.rate == 60
    assert clock.now == after(60)


def test_time_stops_at_its_end(real: HandTurned):
    """A clock that runs for thousands of years too long stands at the end of time, and can still be read."""
    clock = Clock(END_OF_TIME - seconds(1), MAX_RATE, real)
    real.turn(1_000_000)
    assert clock.now == END_OF_TIME
    clock.rate = 0
    assert clock.now == END_OF_TIME


async def test_an_advance_is_added_to_time_that_flows(real: HandTurned):
    """Advancing a running clock jumps ahead and flows on from there; the real time it took is not added."""
    clock = Clock(START, 60, real)
    real.turn(1)
    clock.call_at(after(100), "slow work", lambda due: real.turn(20))
    result = await clock.advance(seconds(3600))
    assert result.now == clock.now == after(3660)
    real.turn(1)
    assert clock.now == after(3720)


async def test_time_stands_still_while_it_is_walked(real: HandTurned):
    """A timer that an advance fires sees exactly its due time, even on a running clock."""
    clock = Clock(START, 60, real)
    seen = []

    def look(due: datetime) -> None:
        real.turn(5)
        seen.append(clock.now)

    clock.call_at(after(10), "look", look)
    clock.call_at(after(11), "look", look)
    await clock.advance(seconds(60))
    assert seen == [after(10), after(11)]


async def test_a_rate_set_during_an_advance_holds_after_it(real: HandTurned):
    """A rate set by what an advance started is used once the advance has ended, and not before."""
    clock = Clock(START, 0, real)
    seen = []

    def set_rate(due: datetime) -> None:
        clock.rate = 60
        real.turn(1)
        seen.append(clock.now)

    clock.call_at(after(10), "set rate", set_rate)
    assert (await clock.advance(seconds(20))).now == after(20)
    assert seen == [after(10)]
    real.turn(1)
    assert clock.now == after(80)
