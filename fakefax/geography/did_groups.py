"""The DID groups of a country: one for each city of each area code, the documented ones with their own ids."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from fakefax.core.receiving.incoming import DidGroup
from fakefax.geography.countries import (
    NORTH_AMERICA,
    City,
    Country,
    Coverage,
    area_codes,
    cities,
    countries,
    country_of_number,
    states,
)
from fakefax.values.patterns import wildcard


class DocumentedGroup(NamedTuple):
    """A DID group that the documentation shows."""

    did_group_id: int
    country_code: str
    area_code: str
    city_name: str
    first_number: str | None = None


DOCUMENTED_GROUPS = (
    DocumentedGroup(67, "CAN", "204", "WINNIPEG", "+12048134698"),
    DocumentedGroup(13868, "CAN", "226", "WINDSOR"),
    DocumentedGroup(9581, "CAN", "289", "WOODBRIDGE"),
    DocumentedGroup(20287, "CAN", "306", "SASKATOON"),
    DocumentedGroup(5598, "CAN", "709", "ST. JOHN'S"),
)
"""67 is the group of one provision example too, whose number it gives; 5598 is that of another."""


GROUPS_PER_COUNTRY = 100_000
"""A made-up did_group_id is the country's ISO number times this, and a count; so the id says where to look."""

AREA_CODE = 3
"""The digits of an area code in North America."""


@lru_cache(maxsize=32)
def coverage_of(country_code: str) -> Coverage | None:
    """The vendor's offer in a country, by its alpha-3 code; None for an unknown code."""
    country = countries().get(country_code)
    if country is None:
        return None
    its_area_codes = area_codes(country)
    groups = _numbered(country, _with_documented(country, cities(country)), its_area_codes)
    return Coverage(country, states(country), its_area_codes, tuple(groups))


def group_of_number(did_number: str) -> DidGroup | None:
    """The DID group that a number (`+` and digits) would be of: in its area code the one of the nearest prefix.

    A number of no known area code gets a group without a city; a number that no country can have gets None.
    """
    country = country_of_number(did_number)
    coverage = None if country is None else coverage_of(country.code)
    if country is None or coverage is None:
        return None
    national = did_number.removeprefix(f"+{country.dial_code}")
    if country.dial_code == NORTH_AMERICA:
        area_code = national[:AREA_CODE]
    else:
        known = {group.area_code for group in coverage.did_groups if _begins(national, group.area_code)}
        area_code = max(known, key=len, default="")
    groups = [group for group in coverage.did_groups if group.area_code == area_code]
    beginning = [group for group in groups if did_number.startswith(group.prefix)]
    nowhere = DidGroup(
        country.numeric * GROUPS_PER_COUNTRY, country.code, country.name, area_code, "", None, did_number, 0, 0
    )
    return max(beginning, key=lambda group: len(group.prefix), default=groups[0] if groups else nowhere)


def _begins(national: str, area_code: str) -> bool:
    """Whether a national number begins with an area code; Italy's may have a zero in front."""
    return national.startswith((area_code, f"0{area_code}"))


def country_of_group(did_group_id: int) -> str | None:
    """The country that a DID group would lie in, or None when its id is in no country's range."""
    for documented in DOCUMENTED_GROUPS:
        if documented.did_group_id == did_group_id:
            return documented.country_code
    numeric = did_group_id // GROUPS_PER_COUNTRY
    return next((country.code for country in countries().values() if country.numeric == numeric), None)


def _with_documented(country: Country, cities: list[City]) -> list[City]:
    """The cities, and among them those of documented groups that the table does not have."""
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


class GroupFilter(NamedTuple):
    """Conditions on a DID group; None is no condition. `city_name_pattern` is as `city_pattern` reads it."""

    did_group_ids: frozenset[int] | None = None
    state_id: int | None = None
    area_code: str | None = None
    city_name_pattern: str | None = None

    def choose(self, groups: Iterable[DidGroup]) -> list[DidGroup]:
        """The groups that have all that is asked, in their order."""
        city = None if self.city_name_pattern is None else city_pattern(self.city_name_pattern)
        return [
            group
            for group in groups
            if (self.did_group_ids is None or group.did_group_id in self.did_group_ids)
            and (self.state_id is None or group.state_id == self.state_id)
            and (self.area_code is None or group.area_code == self.area_code)
            and (city is None or city(group.city_name))
        ]


def city_pattern(pattern: str) -> Callable[[str], bool]:
    """A test of city names: `New York%` is every city that begins so, `w York%` is none of them (documented).

    `%` stands for any text, also in the middle. Letter case does not matter: the documentation asks for
    `New York%` and answers in capitals.
    """
    fits = wildcard(pattern.casefold(), "%")
    return lambda name: fits(name.casefold())
