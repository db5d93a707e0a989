"""One long advance is the same as many short ones, whatever the timers do."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from fakefax.core.clock import MAX_RATE, Clock
from tests.core.time_tools import START, HandTurned, after, seconds
from tests.thorough import examples


@dataclass(frozen=True)
class Plan:
    """A timer that sets itself again, and has children, so many seconds from its due time."""

    delay: float
    repeat: float | None = None
    times: int = 0
    children: tuple["Plan", ...] = ()


@dataclass
class Rig:
    """A clock, and what has fired on it: name, due time, and the time that the clock showed."""

    clock: Clock = field(default_factory=lambda: Clock(START))
    fired: list[tuple[str, datetime, datetime]] = field(default_factory=list)

    def set_up(self, plans: Iterable[Plan], base: datetime, prefix: str) -> None:
        for number, plan in enumerate(plans):
            self.set(plan, base + seconds(plan.delay), f"{prefix}{number}", plan.times)

    def set(self, plan: Plan, due: datetime, name: str, times: int) -> None:
        def fire(due: datetime) -> None:
            self.fired.append((name, due, self.clock.now))
            self.set_up(plan.children, due, f"{name}.")
            if plan.repeat is not None and times > 0:
                self.set(plan, due + seconds(plan.repeat), name, times - 1)

        self.clock.call_at(due, name, fire)


# Whole and half seconds, so that ties and exact edges come up often; some are due before they are set.
delays = st.integers(-4, 40).map(lambda halves: halves / 2)
plans = st.recursive(
    st.builds(Plan, delays, st.none() | delays, st.integers(0, 4)),
    lambda inner: st.builds(
        Plan, delays, st.none() | delays, st.integers(0, 4), st.lists(inner, max_size=2).map(tuple)
    ),
    max_leaves=6,
)
steps = st.lists(st.integers(0, 10).map(lambda halves: halves / 2), min_size=1, max_size=12)


@settings(deadline=None, max_examples=examples(50))
@given(st.lists(plans, max_size=6), steps)
async def test_one_advance_equals_many_short_ones(plans: list[Plan], steps: list[float]):
    """Timers fire in the same order, at the same times, whether time goes by at once or in pieces."""
    once, in_pieces = Rig(), Rig()
    once.set_up(plans, START, "")
    in_pieces.set_up(plans, START, "")
    whole = await once.clock.advance(seconds(sum(steps)))
    pieces = [await in_pieces.clock.advance(seconds(step)) for step in steps]
    assert in_pieces.fired == once.fired
    assert [fired for piece in pieces for fired in piece.fired] == whole.fired
    assert (pieces[-1].now, pieces[-1].pending, pieces[-1].next_due) == (whole.now, whole.pending, whole.next_due)
    assert sum((piece.advanced for piece in pieces), timedelta()) == whole.advanced == seconds(sum(steps))
    assert in_pieces.clock.timers() == once.clock.timers()


@settings(deadline=None, max_examples=examples(50))
@given(st.lists(plans, max_size=6))
async def test_time_never_goes_back_and_nothing_is_early(plans: list[Plan]):
    """While time is walked the clock shows no earlier time than before, and no timer fires before it is due."""
    rig = Rig()
    rig.set_up(plans, START, "")
    result = await rig.clock.run_until_idle(within=seconds(10_000))
    shown = [START, *(now for _, _, now in rig.fired), result.now]
    assert all(earlier <= later for earlier, later in pairwise(shown))
    assert all(now == max(due, earlier) for (_, due, now), earlier in zip(rig.fired, shown, strict=False))
    assert result.settled
    assert rig.clock.pending == 0


async def test_an_hour_at_once_equals_3600_seconds():
    """3,600 s in one advance and 3,600 advances of 1 s fire the same timers at the same times."""
    plans = [Plan(0, 7, 600), Plan(60, 60, 60), Plan(3600), Plan(3600), Plan(0.25, 0.75, 5000), Plan(3601)]
    once, in_seconds = Rig(), Rig()
    once.set_up(plans, START, "")
    in_seconds.set_up(plans, START, "")
    await once.clock.advance(seconds(3600))
    for _ in range(3600):
        await in_seconds.clock.advance(seconds(1))
    assert in_seconds.fired == once.fired
    assert len(once.fired) == 515 + 60 + 2 + 4800
    assert in_seconds.clock.now == once.clock.now == after(3600)
    assert in_seconds.clock.timers() == once.clock.timers()


changes = st.lists(st.tuples(st.floats(0, 1000), st.none() | st.floats(0, MAX_RATE)), max_size=20)


@settings(deadline=None, max_examples=examples(50))
@given(st.floats(0, MAX_RATE), changes)
def test_flowing_time_never_goes_back(rate: float, changes: list[tuple[float, float | None]]):
    """For any rates, time shows the sum of what has gone by at each, and never less than before."""
    real = HandTurned()
    clock = Clock(START, rate, real)
    shown = [clock.now]
    expected = 0.0
    for passed, new_rate in changes:
        real.turn(passed)
        expected += passed * clock.rate
        shown.append(clock.now)
        if new_rate is not None:
            clock.rate = new_rate
            shown.append(clock.now)
    assert all(earlier <= later for earlier, later in pairwise(shown))
    assert abs((shown[-1] - START).total_seconds() - expected) <= 1e-6 * len(changes) + 1e-9 * expected
