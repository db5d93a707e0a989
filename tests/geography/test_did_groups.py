"""DID groups: the documented rows, the cities of phonenumbers, ids and numbers that hold."""

import phonenumbers
import pytest

from fakefax.geography.countries import Coverage
from fakefax.geography.did_groups import country_of_group, coverage_of, group_of_number


def covered(code: str) -> Coverage:
    found = coverage_of(code)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("did_group_id", "area_code", "city_name"),
    [(67, "204", "WINNIPEG"), (13868, "226", "WINDSOR"), (9581, "289", "WOODBRIDGE"), (20287, "306", "SASKATOON")],
)
def test_the_documented_groups_are_there_with_their_values(did_group_id, area_code, city_name):
    """Each row of the documentation's example is in Canada's list, once."""
    rows = [
        group for group in covered("CAN").did_groups if (group.area_code, group.city_name) == (area_code, city_name)
    ]
    assert [group.did_group_id for group in rows] == [did_group_id]


def test_the_area_codes_of_alabama_begin_as_documented():
    """205 and 251 are the first of state 1."""
    codes = [area_code for area_code, state_id in covered("USA").area_codes.items() if state_id == 1]
    assert codes[:2] == ["205", "251"]
    assert codes == sorted(codes)


def test_every_state_of_the_usa_has_an_area_code():
    """No state is left out because phonenumbers calls it otherwise than pycountry."""
    coverage = covered("USA")
    assert set(coverage.area_codes.values()) == {state.state_id for state in coverage.states}


@pytest.mark.parametrize("code", ["USA", "CAN", "DEU", "GBR"])
def test_no_two_groups_share_an_id_or_a_number_and_each_id_leads_home(code):
    """A did_group_id alone says which country it is of, and two groups never give out the same number."""
    groups = covered(code).did_groups
    assert len(groups) > 500
    assert len({group.did_group_id for group in groups}) == len(groups)
    assert len({group.number(0) for group in groups}) == len(groups)
    assert {country_of_group(group.did_group_id) for group in groups} == {code}


@pytest.mark.parametrize("code", ["USA", "DEU", "FRA"])
def test_numbers_are_valid_where_they_claim_to_be(code):
    """Numbers of a group are valid in its country and begin with its area code."""
    country = covered(code).country
    for group in covered(code).did_groups[:200]:
        number = phonenumbers.parse(group.number(1))
        assert phonenumbers.is_valid_number_for_region(number, country.region), group
        assert str(number.national_number).startswith(group.area_code)


def test_a_group_gives_out_one_number_after_the_other():
    """Winnipeg's first number is that of the documentation; a series that reaches its end begins again at zero."""
    winnipeg = next(group for group in covered("CAN").did_groups if group.did_group_id == 67)
    assert [winnipeg.number(count) for count in range(3)] == ["+12048134698", "+12048134699", "+12048134700"]
    assert winnipeg.number(9999) == "+12048134697"


@pytest.mark.parametrize(
    ("did_number", "group"),
    [
        ("+12048134699", (67, "CAN", "204", "WINNIPEG")),
        ("+12265551234", (13868, "CAN", "226", "WINDSOR")),
        ("+492011234567", (27600001, "DEU", "201", "ESSEN")),
        ("+4532123456", (20800000, "DNK", "", "")),
        ("+123456789", None),
    ],
)
def test_a_number_shows_where_it_lies(did_number, group):
    """A number finds the group of its area code; without area codes its country; a made-up one nothing."""
    found = group_of_number(did_number)
    reported = found and (found.did_group_id, found.country_code, found.area_code, found.city_name)
    assert reported == group


def test_codes_and_ids_of_nowhere_are_none():
    """Codes and ids that do not exist are answered with None, not raised."""
    assert coverage_of("XXX") is None
    assert coverage_of("56") is None
    assert country_of_group(5) is None
    assert country_of_group(10**12) is None
