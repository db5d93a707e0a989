"""The tables of the geography are what their script makes of its sources, and nothing else."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from fakefax.geography import tables
from fakefax.geography.tables import checksum, read, rows
from tools import geography_tables
from tools.cities import cities_of
from tools.prefixes import places_of

AGAIN = "write them again: python -m tools.geography_tables"
TABLES = sorted(path.stem for path in Path(tables.__file__).parent.glob("*.tsv"))


def cells(found: Iterable[Iterable[object]]) -> list[list[str]]:
    return [[str(cell) for cell in row] for row in found]


@pytest.mark.parametrize("name", TABLES)
def test_no_table_was_changed_by_hand(name):
    """The head of a table has the checksum of its lines, and says when and from what it was written."""
    head, body = read(name)
    assert head["sha256"] == checksum(body), f"{name}.tsv was changed by hand; {AGAIN}"
    assert head["date"]
    assert "LGPL-2.1-only" in head["source"] or "Apache-2.0" in head["source"]


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_of_the_versions_that_are_installed(name):
    """A newer pycountry or phonenumbers makes the tables stale."""
    source = read(name)[0]["source"]
    stale = [
        f"{library} {version}"
        for library, version in geography_tables.versions().items()
        if library in source and f"{library} {version}, " not in source
    ]
    assert not stale, f"{name}.tsv is older than {' and '.join(stale)}; {AGAIN}"


def test_the_script_makes_the_same_countries_states_and_patterns_again():
    """The quick tables are made again as a whole."""
    found = sorted(geography_tables.countries(), key=lambda country: country.name)
    assert rows("countries") == cells(found), AGAIN
    for country in found:
        assert rows("states", country.code) == cells(geography_tables.states(country)), f"{country.code}: {AGAIN}"
    assert "".join(geography_tables.shared_codes(found)) == read("shared_codes")[1], AGAIN


@pytest.mark.parametrize("code", ["ISL", "CHE", "DNK"])
def test_the_script_makes_the_same_cities_again(code):
    """The cities of a few countries, since those of all take a quarter of a minute."""
    country = next(country for country in geography_tables.countries() if country.code == code)
    made = cities_of(country, geography_tables.states(country), places_of(country.dial_code))
    assert rows("cities", code) == cells(made.found), AGAIN
    assert rows("area_codes", code) == cells(made.area_codes.items()), AGAIN
