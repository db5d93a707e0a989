"""Random values of rules: from the seed, within their ends, and each rule for itself."""

from collections import Counter
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from fakefax.core.models import Plan
from tests.scenario.texts import order, plan, rules

MIX = """
seed: {seed}
faxes:
  - when: {{fax_number: +44*}}
    then: {{mix: {{ok: 90, no_answer: 7, hangup: 3}}, after: 20s..2m}}
  - then: {{mix: {{ok: 1, busy: 1}}, after: 0..1h}}
"""


def draws(seed: int, numbers: list[str]) -> list[Plan]:
    of = rules(MIX.format(seed=seed))
    return [plan(of, order(number)) for number in numbers]


def test_the_same_seed_gives_the_same_plans():
    """A run with the same seed has the same outcomes at the same times; another seed has others."""
    numbers = ["+441", "+1"] * 50
    assert draws(7, numbers) == draws(7, numbers)
    assert draws(7, numbers) != draws(8, numbers)


def test_a_mix_keeps_its_proportions():
    """Of 5,000 faxes a mix of 90, 7 and 3 gives about so many percent, and nothing else."""
    counted = Counter(drawn.msg_code.value for drawn in draws(7, ["+441"] * 5000))
    assert set(counted) == {"ok", "no_answer", "hangup"}
    assert 4410 <= counted["ok"] <= 4590
    assert 275 <= counted["no_answer"] <= 425
    assert 100 <= counted["hangup"] <= 200


def test_a_range_of_time_is_kept_and_used():
    """Durations drawn from 20s..2m stay within both ends and come near to each."""
    spans = [drawn.after for drawn in draws(7, ["+441"] * 5000)]
    assert timedelta(seconds=20) <= min(spans) < timedelta(seconds=21)
    assert timedelta(seconds=119) < max(spans) <= timedelta(seconds=120)
    middle = sum(spans, timedelta()) / len(spans)
    assert timedelta(seconds=68) < middle < timedelta(seconds=72)


def test_a_weight_of_zero_is_never_drawn():
    """A msg_code of weight 0 does not come up, however many faxes are sent."""
    of = rules("faxes: [{then: {mix: {ok: 0, busy: 0.001}}}]")
    assert {plan(of, order()).msg_code.value for _ in range(500)} == {"busy"}


@settings(deadline=None)
@given(st.integers(0, 3), st.lists(st.booleans(), max_size=60))
def test_rules_draw_independently(seed: int, mine: list[bool]):
    """Faxes of another rule in between change nothing of what a rule draws."""
    numbers = ["+441" if of_the_first else "+1" for of_the_first in mine]
    mixed = draws(seed, numbers)
    for number in ("+441", "+1"):
        alone = draws(seed, [number] * numbers.count(number))
        assert [drawn for drawn, sent in zip(mixed, numbers, strict=True) if sent == number] == alone


def test_two_rules_alike_draw_differently():
    """Two rules with the same mix have each their own luck."""
    of = rules("faxes: [{when: {pages: 1}, then: &t {after: 0..24h}}, {then: *t}]")
    first, second = ([plan(of, order(pages=pages)).after for _ in range(20)] for pages in (1, 2))
    assert not set(first) & set(second)
