"""The parts of a verdict that a test takes away or asks for."""

from collections.abc import Callable
from typing import Any

import pytest

from fakefax import FakeFax
from fakefax.client import WrongValue


@pytest.mark.parametrize(
    "change",
    [
        lambda verdict: verdict.add("malformd"),
        lambda verdict: verdict.discard("malformd"),
        lambda verdict: verdict.remove("malformd"),
        lambda verdict: verdict.update(["malformd"]),
        lambda verdict: verdict.difference_update({"malformd"}),
        lambda verdict: verdict.intersection_update({"malformd"}),
        lambda verdict: verdict.symmetric_difference_update({"malformd"}),
        lambda verdict: verdict.__ior__({"malformd"}),
        lambda verdict: verdict.__isub__({"malformd"}),
        lambda verdict: verdict.__iand__({"malformd"}),
        lambda verdict: verdict.__ixor__({"malformd"}),
    ],
)
def test_a_part_that_there_is_not_is_refused(fax: FakeFax, change: Callable[[Any], object]):
    """A slip in a part's name, which would look at too much or too little unsaid, is told with what was meant."""
    before = set(fax.verdict)
    with pytest.raises(
        WrongValue,
        match=r"^'malformd' is no part of the verdict; did you mean 'malformed'\? there are: audit, ",
    ):
        change(fax.verdict)
    assert fax.verdict == before


def test_parts_are_taken_away_and_asked_for(fax: FakeFax):
    """The verdict is a set of parts, changed as sets are."""
    fax.verdict.add("double_charge")
    fax.verdict.discard("malformed")
    fax.verdict.remove("audit")
    assert fax.verdict == {"double_charge", "not_200", "unacknowledged"}
    fax.verdict -= {"double_charge", "malformed"}
    fax.verdict |= {"audit"}
    assert fax.verdict == {"audit", "not_200", "unacknowledged"}
    fax.verdict &= {"audit", "malformed"}
    assert fax.verdict == {"audit"}
    fax.verdict.update("malformed", ["not_200"])
    assert fax.verdict == {"audit", "malformed", "not_200"}
    fax.verdict ^= {"audit", "double_charge"}
    assert fax.verdict == {"double_charge", "malformed", "not_200"}
    fax.verdict.clear()
    assert fax.verdict == set()
