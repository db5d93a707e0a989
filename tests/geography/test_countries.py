"""Countries and states are those of pycountry, in the vendor's form."""

import pytest

from fakefax.geography.countries import countries, states


@pytest.mark.parametrize(
    ("code", "name", "slug", "dial_code"),
    [
        ("ARG", "ARGENTINA", "ARGENTINA", 54),
        ("AUS", "AUSTRALIA", "AUSTRALIA", 61),
        ("CAN", "CANADA", "CANADA", 1),
        ("GBR", "UNITED KINGDOM", "UNITED-KINGDOM", 44),
        ("BOL", "BOLIVIA", "BOLIVIA", 591),
    ],
)
def test_a_country_has_its_name_its_slug_and_its_dialling_code(code, name, slug, dial_code):
    """The two documented rows are exactly so, and every other country is written the same way."""
    country = countries()[code]
    assert (country.name, country.slug, country.dial_code) == (name, slug, dial_code)


def test_countries_come_by_name_and_each_can_be_dialled():
    """The list is in the order of the names and leaves out where nobody has a number."""
    names = [country.name for country in countries().values()]
    assert names == sorted(names)
    assert "ATA" not in countries()
    assert all(country.dial_code > 0 for country in countries().values())


def test_the_states_of_the_usa_are_numbered_by_name():
    """Alabama is 1 and Alaska 2 (documented); a territory that is listed as a country is not a state."""
    found = states(countries()["USA"])
    assert [(state.state_id, state.name, state.code) for state in found[:2]] == [
        (1, "Alabama", "AL"),
        (2, "Alaska", "AK"),
    ]
    assert len(found) == 51
    assert "Guam" not in {state.name for state in found}


def test_only_the_upper_level_of_subdivisions_counts_as_states():
    """A district inside of a state does not stand beside it."""
    assert [state.code for state in states(countries()["GBR"])] == ["ENG", "NIR", "SCT", "WLS"]
