"""Timers of a clock that runs: one alarm on the event loop, at the right time, without stopping the loop."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from fakefax.core.clock import BATCH, BETWEEN_ALARMS, Clock
from tests.core.time_tools import DEADLINE, START, HandTurned, after, nothing, seconds


class Alarms:
    """Notes what is put on the running event loop with call_later."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.handles: list[tuple[float, asyncio.TimerHandle]] = []
        loop = asyncio.get_running_loop()
        call_later = loop.call_later

        def noting(delay: float, callback: Callable[..., Any], *args: Any, **options: Any) -> asyncio.TimerHandle:
            handle = call_later(delay, callback, *args, **options)
            self.handles.append((delay, handle))
            return handle

        monkeypatch.setattr(loop, "call_later", noting)

    @property
    def delays(self) -> list[float]:
        """The real seconds of each alarm that is still set."""
        return [delay for delay, handle in self.handles if not handle.cancelled()]


async def test_timers_fire_by_themselves():
    """On a running clock each timer fires in order, gets its due time, and never fires before it."""
    clock = Clock(START, 1000)
    seen: list[tuple[str, datetime, bool]] = []
    done = asyncio.Event()

    def note(name: str) -> Callable[[datetime], None]:
        return lambda due: seen.append((name, due, clock.now >= due))

    for due in (30, 10, 20):
        clock.call_at(after(due), f"at {due}", note(f"at {due}"))
    clock.call_at(after(10), "at 10 too", note("at 10 too"))
    clock.call_at(after(30), "done", lambda due: done.set())
    async with asyncio.timeout(DEADLINE):
        await done.wait()
    assert seen == [
        ("at 10", after(10), True),
        ("at 10 too", after(10), True),
        ("at 20", after(20), True),
        ("at 30", after(30), True),
    ]
    assert clock.pending == 0


async def test_a_chain_at_a_rate_does_not_drift():
    """A hundred steps of one second at rate 1000 stay on their grid, however late the event loop wakes up."""
    clock = Clock(START, 1000)
    dues: list[datetime] = []
    done = asyncio.Event()

    def step(due: datetime) -> None:
        dues.append(due)
        if len(dues) == 100:
            done.set()
        else:
            clock.call_at(due + seconds(1), "step", step)

    clock.call_at(after(1), "step", step)
    async with asyncio.timeout(DEADLINE):
        await done.wait()
    assert dues == [after(n) for n in range(1, 101)]


async def test_a_running_clock_does_not_wait_for_work():
    """While time runs, work under way holds up an advance only; other timers fire meanwhile."""
    clock = Clock(START, 1000)
    done = asyncio.Event()
    hold = clock.hold("hanging endpoint")
    clock.call_at(after(5), "other", lambda due: done.set())
    async with asyncio.timeout(DEADLINE):
        await done.wait()
    hold.release()


async def test_all_timers_share_one_alarm(monkeypatch: pytest.MonkeyPatch):
    """However many timers wait, the event loop has one alarm, for the first of them."""
    alarms = Alarms(monkeypatch)
    clock = Clock(START, 60, HandTurned())
    for n in range(600, 0, -1):
        clock.call_at(after(60 * n), f"timer {n}", nothing)
        clock.call_at(after(60 * n + 30), f"timer {n} again", nothing)
    assert alarms.delays == [1.0]


async def test_a_busy_clock_rings_once_for_several_timers(monkeypatch: pytest.MonkeyPatch):
    """After an alarm the next one rings a millisecond later, and all that came due meanwhile fires with it."""
    alarms = Alarms(monkeypatch)
    real = HandTurned()
    clock = Clock(START, 64, real)
    fired: list[int] = []
    rang = [asyncio.Event() for _ in range(10)]

    def fire(n: int, _: datetime) -> None:
        fired.append(n)
        rang[n].set()

    for n in range(10):  # every 0.1 ms of real time
        clock.call_at(after(1) + timedelta(milliseconds=6.4 * n), f"timer {n}", partial(fire, n))
    real.turn(1 / 64)
    async with asyncio.timeout(DEADLINE):
        await rang[0].wait()
        assert fired == [0]
        real.turn(BETWEEN_ALARMS)
        await rang[9].wait()
    assert fired == list(range(10))
    assert [delay for delay, _ in alarms.handles].count(BETWEEN_ALARMS) == 1


async def test_the_alarm_follows_the_rate(monkeypatch: pytest.MonkeyPatch):
    """A new rate moves the alarm, a pause takes it away, and setting the rate again sets it again."""
    alarms = Alarms(monkeypatch)
    real = HandTurned()
    clock = Clock(START, 60, real)
    clock.call_at(after(3600), "in an hour", nothing)
    assert alarms.delays == [60.0]
    real.turn(30)
    clock.rate = 600
    assert alarms.delays == [3.0]
    clock.rate = 0
    assert alarms.delays == []
    real.turn(1000)
    clock.rate = 60
    assert alarms.delays == [30.0]


async def test_an_earlier_timer_moves_the_alarm_forward(monkeypatch: pytest.MonkeyPatch):
    """A timer due before all others is not slept over; one due after them leaves the alarm alone."""
    alarms = Alarms(monkeypatch)
    clock = Clock(START, 60, HandTurned())
    clock.call_at(after(7200), "in two hours", nothing)
    clock.call_at(after(60), "in a minute", nothing)
    clock.call_at(after(600), "in ten minutes", nothing)
    clock.call_at(after(-60), "a minute ago", nothing)
    assert alarms.delays == [0.0]
    assert [delay for delay, _ in alarms.handles] == [120.0, 1.0, 0.0]


async def test_an_advance_takes_the_alarm_off_and_sets_it_again(monkeypatch: pytest.MonkeyPatch):
    """During an advance no alarm can fire beside it; afterwards the next timer has its alarm."""
    alarms = Alarms(monkeypatch)
    clock = Clock(START, 60, HandTurned())
    during: list[list[float]] = []
    clock.call_at(after(60), "look", lambda due: during.append(alarms.delays))
    clock.call_at(after(180), "next", nothing)
    await clock.advance(seconds(120))
    assert during == [[]]
    assert alarms.delays == [1.0]


async def test_pausing_in_a_timer_stops_time_there():
    """A timer can pause a running clock; timers due later wait until it runs again."""
    real = HandTurned()
    clock = Clock(START, 60, real)
    paused, later = asyncio.Event(), asyncio.Event()

    def pause(due: datetime) -> None:
        clock.rate = 0
        paused.set()

    clock.call_at(after(60), "pause", pause)
    clock.call_at(after(61), "later", lambda due: later.set())
    real.turn(1)
    clock.rate = 60  # the real clock moved by hand: look again
    async with asyncio.timeout(DEADLINE):
        await paused.wait()
        real.turn(100)
        assert (clock.now, clock.pending) == (after(60), 1)
        clock.rate = 1
        real.turn(1)
        clock.rate = 1
        await later.wait()


async def ten_thousand_timers(clock: Clock, walk: bool) -> list[int]:
    """Fire them while a heartbeat on the same event loop counts; how many fired between two beats."""
    loop = asyncio.get_running_loop()
    fired = 0
    beats: list[int] = []
    done = asyncio.Event()

    def fire(due: datetime) -> None:
        nonlocal fired
        fired += 1
        if fired == 10_000:
            done.set()

    def beat() -> None:
        beats.append(fired)
        if fired < 10_000:
            loop.call_soon(beat)

    for n in range(10_000):
        clock.call_at(START, f"timer {n}", fire)
    beat()
    async with asyncio.timeout(DEADLINE):
        if walk:
            await clock.advance(seconds(1))
        await done.wait()
    return [later - earlier for earlier, later in zip(beats, [*beats[1:], fired], strict=True)]


@pytest.mark.parametrize("walk", [False, True], ids=["at a rate", "in an advance"])
async def test_many_due_timers_let_the_loop_breathe(walk: bool):
    """Ten thousand timers due at once fire in batches, and a request can be answered between two of them."""
    between = await ten_thousand_timers(Clock(START, 0 if walk else 60), walk)
    assert sum(between) == 10_000
    assert max(between) <= BATCH


async def test_a_timer_that_is_set_when_none_was_left_has_an_alarm(monkeypatch: pytest.MonkeyPatch):
    """A running clock whose last timer has fired wakes up for the next one, due later, too."""
    alarms = Alarms(monkeypatch)
    real = HandTurned()
    clock = Clock(START, 60, real)
    fired = asyncio.Event()
    clock.call_at(after(60), "the only one", lambda due: fired.set())
    real.turn(1)
    clock.rate = 60  # the real clock moved by hand: look again
    async with asyncio.timeout(DEADLINE):
        await fired.wait()
    set_before = len(alarms.handles)
    clock.call_at(after(180), "another one", nothing)
    assert [delay for delay, _ in alarms.handles[set_before:]] == [2.0]
