"""The DID groups of a country: one for each city of each area code, the documented ones with their own ids."""

import zlib
from collections.abc import Iterator
from functools import lru_cache

from fakefax.core.receiving.incoming import DidGroup
from fakefax.geography.cities import NORTH_AMERICA, City, cities_of
from fakefax.geography.countries import countries, states
from fakefax.geography.documented import DOCUMENTED_GROUPS, DocumentedGroup
from fakefax.geography.places import Country, Coverage
from fakefax.geography.prefixes import places_of

GROUPS_PER_COUNTRY = 100_000
"""A made-up did_group_id is the country's ISO number times this, and a count; so the id says where to look."""

AREA_CODE = 3
"""The digits of an area code in North America."""


@lru_cache(maxsize=32)
def coverage_of(country_code: str) -> Coverage | None:
    """What the vendor offers in a country, by its alpha-3 code; None for a code that no country has."""
    country = countries().get(country_code)
    if country is None:
        return None
    its_states = states(country)
    cities = cities_of(country, its_states, places_of(country.dial_code))
    groups = _numbered(country, _with_documented(country, cities.found), cities.area_codes)
    return Coverage(country, its_states, cities.area_codes, tuple(groups))


def group_of_number(did_number: str) -> DidGroup | None:
    """The DID group that a number (`+` and digits) would be of: in its area code the one of the nearest prefix.

    A number of a country without area codes gets a group without a city; one that no country has gets None.
    """
    import phonenumbers  # noqa: PLC0415 (loads its metadata)

    try:
        number = phonenumbers.parse(did_number)
    except phonenumbers.NumberParseException:
        return None
    region = phonenumbers.region_code_for_number(number)
    country = next((country for country in countries().values() if country.region == region), None)
    coverage = None if country is None else coverage_of(country.code)
    if country is None or coverage is None:
        return None
    size = (
        AREA_CODE if country.dial_code == NORTH_AMERICA else phonenumbers.length_of_geographical_area_code(number)
    )
    area_code = str(number.national_number)[:size]
    groups = [group for group in coverage.did_groups if group.area_code == area_code]
    beginning = [group for group in groups if did_number.startswith(group.prefix)]
    nowhere = DidGroup(
        country.numeric * GROUPS_PER_COUNTRY, country.code, country.name, area_code, "", None, did_number, 0, 0
    )
    return max(beginning, key=lambda group: len(group.prefix), default=groups[0] if groups else nowhere)


def country_of_group(did_group_id: int) -> str | None:
    """The country that a DID group would lie in, or None when its id is in no country's range."""
    for documented in DOCUMENTED_GROUPS:
        if documented.did_group_id == did_group_id:
            return documented.country_code
    numeric = did_group_id // GROUPS_PER_COUNTRY
    return next((country.code for country in countries().values() if country.numeric == numeric), None)


def _with_documented(country: Country, cities: list[City]) -> list[City]:
    """The cities, and among them those of documented groups that phonenumbers does not know."""
    known = {(city.area_code, city.name.upper()) for city in cities}
    missing = [
        City(group.area_code, group.city_name.title(), f"{country.dial_code}{group.area_code}555", 4)
        for group in _documented(country)
        if (group.area_code, group.city_name) not in known
    ]
    return sorted([*cities, *missing], key=lambda city: city[:2])


def _documented(country: Country) -> list[DocumentedGroup]:
    return [group for group in DOCUMENTED_GROUPS if group.country_code == country.code]


def _numbered(country: Country, cities: list[City], area_codes: dict[str, int]) -> Iterator[DidGroup]:
    documented = {(group.area_code, group.city_name): group for group in _documented(country)}
    for count, city in enumerate(cities, 1):
        prefix, digits, name = f"+{city.prefix}", city.digits, city.name.upper()
        group_id = country.numeric * GROUPS_PER_COUNTRY + count
        first = zlib.crc32(prefix.encode()) % 10**digits
        known = documented.get((city.area_code, name))
        if known is not None:
            group_id = known.did_group_id
            if known.first_number is not None:
                prefix, digits = known.first_number[:-4], 4
                first = int(known.first_number[-4:])
        state_id = area_codes.get(city.area_code)
        yield DidGroup(group_id, country.code, country.name, city.area_code, name, state_id, prefix, digits, first)
