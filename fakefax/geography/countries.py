"""Countries, their states, area codes and cities, from the tables; and which country a number is of."""

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from fakefax.core.receiving.incoming import DidGroup
from fakefax.geography.tables import rows

NORTH_AMERICA = 1
"""The dialling code that has area codes of three digits, each in one state."""


class Country(NamedTuple):
    """A country. `code` is its ISO 3166 alpha-3 code, `region` the alpha-2 one, `numeric` the number."""

    code: str
    region: str
    numeric: int
    name: str
    dial_code: int

    @property
    def slug(self) -> str:
        """The name in letters, digits and dashes: documented for ARGENTINA only, so the dashes are assumed."""
        plain = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode()
        return "-".join(re.findall("[A-Za-z0-9]+", plain.replace("'", "")))


class State(NamedTuple):
    """A state, province or the like; `state_id` counts the states of its country by name, from 1."""

    state_id: int
    name: str
    code: str


class City(NamedTuple):
    """A city in an area code. A number of it is `+`, the prefix, and `digits` digits."""

    area_code: str
    name: str
    prefix: str
    digits: int


class Coverage(NamedTuple):
    """The states and the DID groups of one country, and the state of each area code that lies in one."""

    country: Country
    states: tuple[State, ...]
    area_codes: dict[str, int]
    did_groups: tuple[DidGroup, ...]


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
