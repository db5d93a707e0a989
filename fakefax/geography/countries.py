"""Countries, their states, area codes and cities, from the tables; and which country a number is of."""

import re
from functools import cache, lru_cache

from fakefax.geography.places import City, Country, State
from fakefax.geography.tables import rows

MAX_DIAL_CODE_LENGTH = 3
NATIONAL_DIGITS = range(2, 18)
"""How many digits may follow a dialling code."""


@cache
def countries() -> dict[str, Country]:
    """Every country that can be dialled, by its alpha-3 code, in the order of their names."""
    return {
        code: Country(code, region, int(numeric), name, int(dial_code))
        for code, region, numeric, name, dial_code in rows("countries")
    }


def states(country: Country) -> tuple[State, ...]:
    """The states of a country by name: of the USA Alabama is 1 and Alaska 2 (documented)."""
    return tuple(State(int(state_id), name, code) for state_id, name, code in rows("states", country.code))


def area_codes(country: Country) -> dict[str, int]:
    """The state of each area code that lies in one: in North America, where an area code has one state."""
    return {area_code: int(state_id) for area_code, state_id in rows("area_codes", country.code)}


def cities(country: Country) -> list[City]:
    """The cities of a country by area code and name."""
    return [
        City(area_code, name, prefix, int(digits))
        for area_code, name, prefix, digits in rows("cities", country.code)
    ]


def country_of_number(did_number: str) -> Country | None:
    """The country of a number (`+` and digits), or None for a number that no country can have."""
    digits = did_number.removeprefix("+")
    for size in range(1, MAX_DIAL_CODE_LENGTH + 1):
        here = [country for country in countries().values() if str(country.dial_code) == digits[:size]]
        national = digits[size:]
        if here:
            if len(national) not in NATIONAL_DIGITS:
                return None
            shared = _shared(here[0].dial_code)
            fitting = (code for code, pattern in shared if pattern.fullmatch(national))
            return countries().get(next(fitting, "")) if shared else here[0]
    return None


@lru_cache(maxsize=16)
def _shared(dial_code: int) -> list[tuple[str, re.Pattern[str]]]:
    """The countries that share a dialling code, and a pattern for the numbers of each; empty if unshared."""
    return [(code, re.compile(pattern)) for code, pattern in rows("shared_codes", str(dial_code))]
