"""Receiving: where fax numbers can be had: countries, states, area codes, DID groups."""

from typing import TYPE_CHECKING

import msgspec

from fakefax.api.call import Call
from fakefax.api.errors import MalformedParameter
from fakefax.api.operation import READS, Operation, Parameter, Place, ValueKind
from fakefax.api.params import whole_number
from fakefax.core.errors import UnknownCountry
from fakefax.geography import atlas

if TYPE_CHECKING:
    from fakefax.geography.countries import Coverage
    from fakefax.geography.did_groups import GroupFilter

COUNTRY_CODE = Parameter(
    "COUNTRY_CODE", "The country's ISO 3166 alpha-3 code.", place=Place.PATH, required=True, example="CAN"
)
STATE_ID = Parameter(
    "STATE_ID", "The state, as the list of states has it.", ValueKind.WHOLE_NUMBER, Place.PATH, True, "1"
)
GROUP_FILTERS = (
    Parameter("didGroupIds", "Only these DID groups, separated by commas.", example="12,34,67"),
    Parameter("stateId", "Only DID groups of this state.", ValueKind.WHOLE_NUMBER, example="12"),
    Parameter("cityNamePattern", "Only cities like this; `%` stands for any text.", example="New York%"),
    Parameter("areaCode", "Only DID groups of this area code.", example="204"),
)


class CountryRow(msgspec.Struct):
    """A country; `a2_code` is its alpha-3 code in spite of its name (documented)."""

    country: str
    slug: str
    a2_code: str
    dial_code: int


class Countries(msgspec.Struct):
    """The countries where numbers can be had."""

    status: str
    data: list[CountryRow]


class StateRow(msgspec.Struct):
    """A state. Its id is text here, and a number everywhere else (documented)."""

    id: str
    name: str
    code: str


class States(msgspec.Struct):
    """The states of a country."""

    status: str
    states: list[StateRow]


class AreaCodeRow(msgspec.Struct):
    """An area code of a state."""

    country_code: str
    state_id: int
    area_code: str


class AreaCodes(msgspec.Struct):
    """The area codes of a state."""

    status: str
    areacodes: list[AreaCodeRow]


class DidGroupRow(msgspec.Struct):
    """A DID group: numbers of one city and area code."""

    did_group_id: int
    area_code: str
    city_name: str


class DidGroups(msgspec.Struct):
    """The DID groups of a country."""

    status: str
    data: list[DidGroupRow]


async def list_countries(call: Call) -> Countries:
    """GET /countries (documented)."""
    countries = await atlas.every_country()
    return Countries("success", [CountryRow(c.name, c.slug, c.code, c.dial_code) for c in countries])


async def list_states(call: Call) -> States:
    """GET /states/{COUNTRY_CODE} (documented)."""
    coverage = await _coverage(call)
    return States("success", [StateRow(str(s.state_id), s.name, s.code) for s in coverage.states])


async def list_area_codes(call: Call) -> AreaCodes:
    """GET /areacodes/{COUNTRY_CODE}/{STATE_ID} (documented). A state that there is not has none (assumed)."""
    coverage = await _coverage(call)
    state_id = call.path["STATE_ID"]
    country_code = coverage.country.code
    return AreaCodes(
        "success",
        [
            AreaCodeRow(country_code, its_state, area_code)
            for area_code, its_state in coverage.area_codes.items()
            if str(its_state) == state_id
        ],
    )


async def list_did_groups(call: Call) -> DidGroups:
    """GET /countries/{COUNTRY_CODE}/didgroups (documented)."""
    asked = _filter(call)
    coverage = await _coverage(call)
    chosen = asked.choose(coverage.did_groups)
    return DidGroups(
        "success", [DidGroupRow(group.did_group_id, group.area_code, group.city_name) for group in chosen]
    )


async def _coverage(call: Call) -> "Coverage":
    """The country in the path, in capitals or not. Raises UnknownCountry for any other text or number (assumed)."""
    code = call.path["COUNTRY_CODE"]
    found = await atlas.coverage(code.upper())
    if found is None:
        raise UnknownCountry(
            f"{code!r} is not a country of GET /countries; write its alpha-3 code, such as CAN or USA"
        )
    return found


def _filter(call: Call) -> "GroupFilter":
    from fakefax.geography.did_groups import GroupFilter  # noqa: PLC0415 (loaded already: a country was found)

    params = call.params
    return GroupFilter(
        did_group_ids=_ids(params.text("didGroupIds")) if params.has("didGroupIds") else None,
        state_id=params.identifier("stateId") if params.has("stateId") else None,
        area_code=params.text("areaCode").strip() if params.has("areaCode") else None,
        city_name_pattern=params.text("cityNamePattern") if params.has("cityNamePattern") else None,
    )


def _ids(text: str) -> frozenset[int]:
    """Whole numbers between commas, with blanks or without (both documented)."""
    numbers = [whole_number(part.strip()) for part in text.split(",") if part.strip()]
    known = frozenset(number for number in numbers if number is not None)
    if None in numbers:
        raise MalformedParameter("didGroupIds", text, "whole numbers between commas, such as 12,34,67")
    return known


COUNTRIES = Operation("countries", "where fax numbers can be had", READS, "/countries", list_countries, Countries)
STATES = Operation(
    "states",
    "the states of a country, by its alpha-3 code",
    READS,
    "/states/{COUNTRY_CODE}",
    list_states,
    States,
    (COUNTRY_CODE,),
)
AREA_CODES = Operation(
    "area_codes",
    "the area codes of a state",
    READS,
    "/areacodes/{COUNTRY_CODE}/{STATE_ID}",
    list_area_codes,
    AreaCodes,
    (COUNTRY_CODE, STATE_ID),
)
DID_GROUPS = Operation(
    "did_groups",
    "where numbers of a country can be had",
    READS,
    "/countries/{COUNTRY_CODE}/didgroups",
    list_did_groups,
    DidGroups,
    (COUNTRY_CODE, *GROUP_FILTERS),
)
