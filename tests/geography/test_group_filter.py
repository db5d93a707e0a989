"""The filters of a list of DID groups."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakefax.geography.did_groups import GroupFilter, city_pattern, coverage_of


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("New York%", "NEW YORK", True),
        ("New York%", "NEW YORK MILLS", True),
        ("w York%", "NEW YORK", False),
        ("New York", "NEW YORK MILLS", False),
        ("winnipeg", "WINNIPEG", True),
        ("%", "WINNIPEG", True),
        ("W%G", "WINNIPEG", True),
        ("W*", "WINNIPEG", False),
        ("ST. JOHN'S", "ST. JOHN'S", True),
        ("ST? JOHN'S", "ST. JOHN'S", False),
        ("[A-Z]%", "WINNIPEG", False),
        ("", "WINNIPEG", False),
    ],
)
def test_a_percent_sign_stands_for_any_text(pattern, name, fits):
    """As documented: a pattern is the beginning of a name; only `%` is special, and case does not matter."""
    assert city_pattern(pattern)(name) is fits


@given(st.text("ab%", max_size=40), st.text("ab", max_size=60))
def test_no_pattern_is_slow_or_breaks(pattern, name):
    """Any pattern of a program is decided at once."""
    assert city_pattern(pattern)(name) in (True, False)


def test_all_that_is_asked_must_be_true_of_a_group():
    """The filters narrow down together; none of them asked for leaves the list as it is."""
    canada = coverage_of("CAN")
    assert canada is not None
    groups = canada.did_groups
    assert GroupFilter().choose(groups) == list(groups)
    documented = GroupFilter(did_group_ids=frozenset({67, 13868, 9581, 20287})).choose(groups)
    assert [group.did_group_id for group in documented] == [67, 13868, 9581, 20287]
    manitoba = GroupFilter(state_id=3).choose(groups)
    assert {group.area_code for group in manitoba} == {"204"}
    assert GroupFilter(state_id=3, area_code="306").choose(groups) == []
    assert [g.did_group_id for g in GroupFilter(area_code="204", city_name_pattern="Winni%").choose(groups)] == [67]
