"""RandomChoices: drawn from the seed, so that every run is the same."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakefax.core.ids import (
    FIRST_FAX_JOB_ID,
    MAX_REPLICAS,
    ApiKeys,
    DocumentIds,
    FaxJobIds,
    ReceivingIds,
    Replica,
    RisingIds,
    home_of,
)
from fakefax.core.randomness import RandomChoices

WEIGHTS = {"ok": 90.0, "no_answer": 7.0, "hangup": 3.0}
SHORTEST, LONGEST = timedelta(seconds=20), timedelta(minutes=2)


def draws(chance: RandomChoices, count: int = 50) -> list[object]:
    return [draw for _ in range(count) for draw in (chance.pick(WEIGHTS), chance.span(SHORTEST, LONGEST))]


def test_the_same_seed_draws_the_same():
    """A seed and a purpose give the same choices in every run of every process."""
    assert draws(RandomChoices(7, "faxes[2]")) == draws(RandomChoices(7, "faxes[2]"))
    chance = RandomChoices(7, "faxes[2]")
    tosses = "".join(chance.pick({"H": 1, "T": 1}) for _ in range(12))
    assert tosses == "HHTTHTTHHTTH"
    assert [chance.span(SHORTEST, LONGEST).total_seconds() for _ in range(3)] == [77.004783, 39.718233, 99.470156]


@pytest.mark.parametrize(
    "other", [RandomChoices(8, "faxes[2]"), RandomChoices(7, "faxes[3]"), RandomChoices(72, "faxes[]")]
)
def test_another_seed_or_purpose_draws_something_else(other: RandomChoices):
    """Another seed, or another purpose of the same seed, gives other choices."""
    assert draws(other) != draws(RandomChoices(7, "faxes[2]"))


def test_purposes_do_not_shift_each_other():
    """The random values of one rule do not depend on how many another one took meanwhile."""
    alone = draws(RandomChoices(7, "faxes[2]"))
    one, other = RandomChoices(7, "faxes[2]"), RandomChoices(7, "faxes[3]")
    beside: list[object] = []
    for _ in range(50):
        draws(other, 3)
        beside += draws(one, 1)
    assert beside == alone


def test_weights_are_odds():
    """Choices come in about the proportion of their weights, and a weight of 0 never."""
    chance = RandomChoices(0, "odds")
    picked = [chance.pick({"ok": 90, "busy": 10, "hangup": 0}) for _ in range(5000)]
    assert 0.88 < picked.count("ok") / 5000 < 0.92
    assert "hangup" not in picked


@given(st.integers(), st.timedeltas(timedelta(), timedelta(days=1)), st.timedeltas(timedelta(), timedelta(days=1)))
def test_a_span_lies_between_its_ends(seed: int, shortest: timedelta, more: timedelta):
    """A drawn span is never shorter than the one end or longer than the other."""
    chance = RandomChoices(seed, "spans")
    assert all(shortest <= chance.span(shortest, shortest + more) <= shortest + more for _ in range(5))


def test_both_ends_of_a_span_can_be_drawn():
    """A range of three microseconds gives each of its values, both ends included."""
    chance = RandomChoices(0, "spans")
    low, high = timedelta(microseconds=5), timedelta(microseconds=7)
    assert {chance.span(low, high).microseconds for _ in range(100)} == {5, 6, 7}


def test_a_range_of_one_draws_nothing():
    """A range whose ends are the same leaves the draws after it as they were."""
    chance = RandomChoices(7, "faxes[2]")
    assert chance.span(SHORTEST, SHORTEST) == SHORTEST
    assert draws(chance) == draws(RandomChoices(7, "faxes[2]"))


def test_fax_job_ids_rise():
    """The first id is the documented example's, and no id comes twice."""
    ids = FaxJobIds()
    taken = [ids.take() for _ in range(100)]
    assert taken == list(range(FIRST_FAX_JOB_ID, FIRST_FAX_JOB_ID + 100))
    assert FIRST_FAX_JOB_ID == 200


@pytest.mark.parametrize(("taken", "following"), [(100, 201), (201, 204), (203, 204), (204, 207), (205, 207)])
def test_ids_of_another_run_are_never_given_again(taken: int, following: int):
    """After an id of an earlier run the series goes on above it, still with this replica's own share only."""
    ids = FaxJobIds(Replica(1, 3))
    ids.pass_by(taken)
    assert ids.take() == following


SERIES: list[Callable[[Replica], RisingIds]] = [
    FaxJobIds,
    DocumentIds,
    lambda share: ReceivingIds(share).numbers,
    lambda share: ReceivingIds(share).dids,
    lambda share: ReceivingIds(share).incoming,
]


@given(st.sampled_from(SERIES), st.integers(1, 12), st.integers(1, 20))
def test_the_ids_of_replicas_never_meet(series: Callable[[Replica], RisingIds], replicas: int, count: int):
    """Each replica takes its share of every series; together they are the series of a server that is alone."""
    shares = [series(Replica(number, replicas)) for number in range(replicas)]
    taken = [ids.take() for ids in shares for _ in range(count)]
    alone = series(Replica())
    assert sorted(taken) == [alone.take() for _ in range(count * replicas)]


@given(st.integers(), st.integers(2, MAX_REPLICAS), st.data())
def test_the_keys_of_replicas_never_meet_and_say_where_they_are_at_home(
    seed: int, replicas: int, data: st.DataObject
):
    """Replicas of one seed give out different keys, each a UUID that ends in the number of its replica."""
    numbers = data.draw(st.lists(st.integers(0, replicas - 1), min_size=1, max_size=4, unique=True))
    keys = {number: [ApiKeys(seed, Replica(number, replicas)).take() for _ in range(3)] for number in numbers}
    for number, given_out in keys.items():
        assert {home_of(key) for key in given_out} == {number}
        assert all(UUID(key).version == 4 and key.endswith(f"-{number:012}") for key in given_out)
    assert len({key for given_out in keys.values() for key in given_out}) == len(numbers)


def test_a_server_that_is_alone_gives_out_the_keys_it_always_did():
    """Without replicas a key names none."""
    keys = ApiKeys(0)
    assert [keys.take() for _ in range(2)] == [
        "af2e468d-9aa6-4c4a-8319-b01592497bae",
        "f5ad921c-76a5-44ff-9504-505c2f0599d3",
    ]
    assert home_of(ApiKeys(0).take()) is None


@pytest.mark.parametrize(
    ("offset", "step", "message"),
    [
        (-1, 1, "the id offset -1 is not from 0 to 0, which id step 1 allows; "),
        (2, 2, "the id offset 2 is not from 0 to 1, which id step 2 allows; "),
        (0, 0, "the id step 0 is not from 1 to 10000"),
        (0, 10_001, "the id step 10001 is not from 1 to 10000"),
    ],
)
def test_a_share_that_cannot_be_is_refused(offset: int, step: int, message: str):
    """An offset that no replica has, or a step that would let ids come twice, is named with what is allowed."""
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        Replica(offset, step)


def test_a_series_that_was_put_back_draws_what_the_first_one_draws():
    """The next values are the same as without a restart."""
    first, second = RandomChoices(7, "a rule"), RandomChoices(7, "a rule")
    for count in (1, 2, 3):
        for _ in range(count):
            first.one_of("abc")
            first.pick({"x": 0.3, "y": 0.7})
        second.skip_to(first.position)
        assert second.one_of(range(10**6)) == first.one_of(range(10**6))


def test_a_replica_owns_the_ids_of_its_share():
    """Those that it gave out and those to come, and none of another one's."""
    ids = FaxJobIds(Replica(1, 3))
    for _ in range(2):
        ids.take()
        assert [taken for taken in range(198, 216) if ids.owns(taken)] == [198, 201, 204, 207, 210, 213]
