"""What is known of a country, a state, a city and the DID groups of the vendor's coverage."""

import re
import unicodedata
from typing import NamedTuple

from fakefax.core.receiving.incoming import DidGroup

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
