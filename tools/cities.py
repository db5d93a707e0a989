"""The cities of a country by area code, each with a number prefix of its own, from phonenumbers' prefixes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from phonenumbers import (
    PhoneNumber,
    PhoneNumberType,
    example_number_for_type,
    length_of_geographical_area_code,
    national_significant_number,
    parse,
    region_code_for_number,
)

from fakefax.geography.countries import NORTH_AMERICA, City, Country, State

FILLER = "2345678901234"

OTHER_NAMES = {"Washington State": "Washington", "Washington D.C.": "District of Columbia"}
"""The names in phonenumbers of states that have another name in pycountry."""


class Cities(NamedTuple):
    """The cities of a country, and the state of each area code that lies in one."""

    found: list[City]
    area_codes: dict[str, int]


def cities_of(country: Country, states: Iterable[State], places: Mapping[str, str]) -> Cities:
    """The cities among the places of the country's dialling code, by area code and name."""
    if country.dial_code == NORTH_AMERICA:
        return _north_american(country, list(states), places)
    rows = sorted(_elsewhere(country, places))
    return Cities(rows, {})


def _north_american(country: Country, states: list[State], places: Mapping[str, str]) -> Cities:
    """Area codes have three digits here; places are called `Winnipeg, MB`, or `Manitoba` where they are many."""
    own = [(prefix, name) for prefix, name in places.items() if _region(prefix[1:4]) == country.region]
    areas = _states_of_areas(own, {text: state.state_id for state in states for text in (state.code, state.name)})
    codes = {state.state_id: state.code for state in states}
    cities: dict[tuple[str, str], City] = {}
    for prefix, name in own:
        area_code = prefix[1:4]
        city, _, code = name.rpartition(", ")
        if city and code == codes.get(areas.get(area_code, 0)):
            cities.setdefault((area_code, city), City(area_code, city, prefix, 11 - len(prefix)))
    return Cities([cities[key] for key in sorted(cities)], dict(sorted(areas.items())))


def _states_of_areas(places: list[tuple[str, str]], state_ids: Mapping[str, int]) -> dict[str, int]:
    """The state of an area code is that of most of its places, since a few lie beyond the border."""
    votes: dict[str, Counter[int]] = {}
    for prefix, name in places:
        city, _, code = name.rpartition(", ")
        state_id = state_ids.get(code if city else OTHER_NAMES.get(name, name))
        if state_id is not None:
            votes.setdefault(prefix[1:4], Counter())[state_id] += 1
    return {area_code: counted.most_common(1)[0][0] for area_code, counted in votes.items()}


def _elsewhere(country: Country, places: Mapping[str, str]) -> Iterator[City]:
    """Area codes are as long as phonenumbers says; a number that has none, such as a mobile one, is of no city."""
    length = _subscriber_length(country)
    start = len(str(country.dial_code))
    seen: set[tuple[str, str]] = set()
    for prefix, names in places.items():
        name = names.partition("/")[0]  # an Australian prefix has up to fifty towns
        near = (name, prefix[: start + 3])  # what a library call would be needed for each time otherwise
        if near in seen:
            continue
        seen.add(near)
        digits = max(length - (len(prefix) - start), 4)
        number = parse(f"+{prefix}{FILLER[:digits]}")
        size = length_of_geographical_area_code(number)
        area_code = f"{number.national_number}"[:size]
        if size and (area_code, name) not in seen and _region_of(number) == country.region:
            seen.add((area_code, name))
            yield City(area_code, name, prefix, digits)


def _subscriber_length(country: Country) -> int:
    """How many digits a number of this country has after the dialling code: as many as phonenumbers' example."""
    example = example_number_for_type(country.region, PhoneNumberType.FIXED_LINE)
    return 9 if example is None else len(national_significant_number(example))


def _region(area_code: str) -> str | None:
    return _region_of(PhoneNumber(NORTH_AMERICA, int(f"{area_code}{FILLER[:7]}")))


def _region_of(number: PhoneNumber) -> str | None:
    found: str | None = region_code_for_number(number)
    return found
