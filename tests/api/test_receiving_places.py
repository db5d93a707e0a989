"""Countries, states, area codes, DID groups: the documentation's examples, row by row."""

import pytest

from tests.api.wire import KEY, Wire
from tests.fidelity import assumed, documented, seen


async def rows(wire: Wire, path: str, key: str) -> list[dict[str, object]]:
    """The list that an answer has under a key; the answer has `status` and the list, and nothing else."""
    answer = await wire.call("GET", f"/api/v2/{path}{'&' if '?' in path else '?'}api_key={KEY}")
    assert answer.status == 200, answer
    assert list(answer.json) == ["status", key]
    assert answer.json["status"] == "success"
    listed: list[dict[str, object]] = answer.json[key]
    return listed


@documented("`/countries` lists `country`, `slug`, `a2_code` (an alpha-3 code) and `dial_code`.")
async def test_countries_are_listed_as_documented(wire):
    """The documentation's rows are there, as they are written there, in order."""
    countries = await rows(wire, "countries", "data")
    examples = [row for row in countries if row["a2_code"] in ("ARG", "AUS")]
    assert examples == [
        {"country": "ARGENTINA", "slug": "ARGENTINA", "a2_code": "ARG", "dial_code": 54},
        {"country": "AUSTRALIA", "slug": "AUSTRALIA", "a2_code": "AUS", "dial_code": 61},
    ]
    assert all(list(row) == ["country", "slug", "a2_code", "dial_code"] for row in countries)


@documented("`/states/USA` lists Alabama as `1` and Alaska as `2`, both ids as text.")
async def test_states_are_listed_as_documented(wire):
    """The ids of states are text."""
    states = await rows(wire, "states/USA", "states")
    assert [list(row.items()) for row in states[:2]] == [
        [("id", "1"), ("name", "Alabama"), ("code", "AL")],
        [("id", "2"), ("name", "Alaska"), ("code", "AK")],
    ]


@documented("`/areacodes/USA/1` lists 205 and 251, with `state_id` as a number and `area_code` as text.")
async def test_area_codes_are_listed_as_documented(wire):
    """The id of the state is a number here, and the code is text."""
    codes = await rows(wire, "areacodes/USA/1", "areacodes")
    assert [list(row.items()) for row in codes[:2]] == [
        [("country_code", "USA"), ("state_id", 1), ("area_code", "205")],
        [("country_code", "USA"), ("state_id", 1), ("area_code", "251")],
    ]


@documented("`/countries/CAN/didgroups` lists `did_group_id`, `area_code` and `city_name`.")
async def test_did_groups_are_listed_as_documented(wire):
    """The documentation's four rows are Canada's when asked for, and stand in Canada's whole list in this order."""
    documented_rows = [
        [("did_group_id", 67), ("area_code", "204"), ("city_name", "WINNIPEG")],
        [("did_group_id", 13868), ("area_code", "226"), ("city_name", "WINDSOR")],
        [("did_group_id", 9581), ("area_code", "289"), ("city_name", "WOODBRIDGE")],
        [("did_group_id", 20287), ("area_code", "306"), ("city_name", "SASKATOON")],
    ]
    asked = await rows(wire, "countries/CAN/didgroups?didGroupIds=67,%2013868,9581,20287", "data")
    assert [list(row.items()) for row in asked] == documented_rows
    everything = [list(row.items()) for row in await rows(wire, "countries/CAN/didgroups", "data")]
    assert [row for row in everything if row in documented_rows] == documented_rows


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("didGroupIds=67,13868&areaCode=204", [67]),
        ("didGroupIds=67,13868&stateId=9", [13868]),
        ("areaCode=306&cityNamePattern=Saska%25", [20287]),
        ("areaCode=306&cityNamePattern=Saska%", [20287]),
        ("didGroupIds=12", []),
        ("didGroupIds=67&stateId=&cityNamePattern=&areaCode=", [67]),
        ("stateId=99", []),
    ],
)
async def test_did_groups_are_narrowed_down(wire, query, ids):
    """All filters hold together; an empty one asks nothing, and a bare `%` at the end is a `%`."""
    found = await rows(wire, f"countries/CAN/didgroups?{query}", "data")
    assert [row["did_group_id"] for row in found] == ids


@documented("`cityNamePattern=New York%` finds every city that begins so; `w York%` finds none.")
async def test_the_documented_city_pattern_finds_new_york(wire):
    """The example of the documentation, for the country that has it."""
    found = await rows(wire, "countries/USA/didgroups?cityNamePattern=New%20York%25", "data")
    assert {str(row["city_name"])[:8] for row in found} == {"NEW YORK"}
    assert "212" in {row["area_code"] for row in found}
    assert await rows(wire, "countries/USA/didgroups?cityNamePattern=w%20York%25", "data") == []


@pytest.mark.parametrize("path", ["states/{}", "areacodes/{}/1", "countries/{}/didgroups"])
@pytest.mark.parametrize("code", ["56", "XXX", "CA", "{COUNTRY_CODE}", "%7Bcountry%7D", "%00", "%F0%9F%93%A0"])
@seen("Integer country codes and literal placeholders in a path are answered as JSON.")
@assumed("An unknown country code is answered with 404.")
async def test_an_unknown_country_is_a_404_with_the_cure(wire, path, code):
    """A placeholder that some SDKs send as the country gets a 404 as JSON, and the reason says what to write."""
    answer = await wire.call("GET", f"/api/v2/{path.format(code)}?api_key={KEY}")
    assert (answer.status, answer.body) == (404, b'{"status":"failed","message":"Country not found"}')
    assert answer.reason.endswith("write its alpha-3 code, such as CAN or USA")


@assumed("A country code may be written in small letters.")
async def test_small_letters_name_a_country_too(wire):
    """`usa` is answered as `USA` is."""
    assert await rows(wire, "states/usa", "states") == await rows(wire, "states/USA", "states")
    assert await rows(wire, "areacodes/usa/1", "areacodes") == await rows(wire, "areacodes/USA/1", "areacodes")


@assumed("Only countries with dialling code 1 have area codes by state; elsewhere the list is empty.")
async def test_only_countries_of_dialling_code_1_have_area_codes(wire):
    """Ontario has some; no state of Germany has any."""
    states = {row["name"]: row["id"] for row in await rows(wire, "states/CAN", "states")}
    assert await rows(wire, f"areacodes/CAN/{states['Ontario']}", "areacodes") != []
    for state in await rows(wire, "states/DEU", "states"):
        assert await rows(wire, f"areacodes/DEU/{state['id']}", "areacodes") == []


@pytest.mark.parametrize("state", ["99", "{STATE_ID}", "AL", "01"])
async def test_a_state_that_there_is_not_has_no_area_codes(wire, state):
    """An unknown state, or a placeholder, is an empty list."""
    assert await rows(wire, f"areacodes/USA/{state}", "areacodes") == []


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("didGroupIds=67,x", "The didGroupIds is invalid"),
        ("stateId=Alabama", "The stateId is invalid"),
    ],
)
async def test_a_filter_that_is_not_a_number_is_refused(wire, query, message):
    """A filter that could never fit is a 400 that names it, not an empty list."""
    answer = await wire.call("GET", f"/api/v2/countries/CAN/didgroups?api_key={KEY}&{query}")
    assert (answer.status, answer.json["message"]) == (400, message)
