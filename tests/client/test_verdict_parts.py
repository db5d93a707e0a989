"""The parts of a verdict that a test takes away or asks for."""

import pytest

from fakefax import FakeFax
from fakefax.client import WrongValue


def test_a_part_that_does_not_exist_is_refused(fax: FakeFax):
    """A slip in a part's name, which would check too little, is named with the part that was meant."""
    message = r"^'malformd' is not a part of the verdict; did you mean 'malformed'\? there are: audit, "
    with pytest.raises(WrongValue, match=message):
        fax.verdict = {"malformd"}
    fax.verdict.add("malformd")
    with pytest.raises(WrongValue, match=message):
        fax.findings()


def test_parts_are_taken_away_and_asked_for(fax: FakeFax):
    """The verdict is a plain set of parts, changed as sets are."""
    fax.verdict.add("double_charge")
    fax.verdict.discard("malformed")
    fax.verdict -= {"audit"}
    assert fax.verdict == {"double_charge", "not_200", "unacknowledged"}
    assert fax.findings() == []
    fax.verdict.clear()
    assert fax.verdict == set()
    fax.verdict = "double_charge"
    assert fax.verdict == {"double_charge"}
