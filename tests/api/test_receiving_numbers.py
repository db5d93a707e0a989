"""Fax numbers: provisioned in every form that clients use, listed in pages whose links open."""

import asyncio

import pytest

from fakefax.geography import atlas
from tests.api.wire import KEY, Wire, open_wire
from tests.fidelity import assumed, documented, seen

TWO_NUMBERS = """
accounts:
  - api_key: f@x2r0ckkz
    numbers: ["+12048134699", "+12048134700"]
"""


@documented("Provisioning answers `status`, `message` and `data` with the number, its DID group and its trunk.")
@seen("SDKs read `did_id` where the documentation says `didid`; both are sent, the extra key last.")
async def test_a_number_is_provisioned_as_documented(wire):
    """The documentation's own request gets the documentation's answer, with its number."""
    answer = await wire.call("POST", f"/api/v2/countries/didgroups/67/provision?api_key={KEY}")
    assert answer.body == (
        b'{"status":"success","message":"Number has been provisioned.","data":{"id":775,"didid":6283433,'
        b'"did_group_id":67,"country_code":"CAN","city_name":"WINNIPEG","area_code":"204",'
        b'"number":"+12048134698","type":"GEOGRAPHIC","trunk_id":8934,"did_id":6283433}}'
    )


@pytest.mark.parametrize("base", ["/api/v1", "/api/v2"])
@pytest.mark.parametrize(
    ("method", "path", "options"),
    [
        ("GET", "/countries/didgroups/67/provision?", {}),
        ("POST", "/countries/didgroups/67/provision?", {}),
        ("GET", "/countries/didgroups/%7Bdid_group_id%7D/provision?did_group_id=67&", {}),
        ("GET", "/countries/didgroups/{did_group_id}/provision?did_group_id=67&", {}),
        ("POST", "/countries/didgroups/{did_group_id}/provision?", {"data": {"did_group_id": "67"}}),
        ("POST", "/provision-numbers?did_group_id=67&", {"headers": {"Content-Type": "application/json"}}),
        ("POST", "/provision-numbers?", {"json": {"did_group_id": 67}}),
        ("POST", "/provision-numbers?", {"data": {"did_group_id": "67"}}),
    ],
)
@seen("SDKs put `did_group_id` in the query and leave the placeholder in the path.")
async def test_every_form_of_the_request_provisions(wire, base, method, path, options):
    """By GET or POST, with the id in the path, in the query behind a placeholder, or in a body."""
    answer = await wire.call(method, f"{base}{path}api_key={KEY}", **options)
    assert answer.status == 200, answer
    assert answer.json["data"]["number"] == "+12048134698"


@assumed("A fax number costs 5.", switch="pricing.number")
async def test_a_number_costs_what_the_scenario_says():
    """The price is a ledger entry with a reason of its own, and the audit finds the books right."""
    async with open_wire("accounts: [{api_key: f@x2r0ckkz, balance: 10}]\npricing: {number: 3.25}") as wire:
        for _ in range(3):
            await wire.call("POST", f"/api/v2/countries/didgroups/67/provision?api_key={KEY}")
        refused = await wire.call("POST", f"/api/v2/countries/didgroups/67/provision?api_key={KEY}")
        ledger, audit = await wire.get("ledger"), await wire.get("audit")
    assert (refused.status, refused.json["message"]) == (400, "Insufficient balance")
    assert refused.reason == "the number costs 3.25 and the simulated balance has 0.25 left"
    assert [(entry["reason"], entry["fax_job_id"], entry["amount"]) for entry in ledger["entries"]] == [
        ("number", None, -3.25)
    ] * 3
    assert (ledger["balance"], audit["ok"], audit["problems"]) == (0.25, True, [])


async def test_many_requests_at_once_get_different_numbers(wire):
    """Twelve programs that provision at the same moment get twelve numbers, each paid for once."""
    path = f"/api/v2/countries/didgroups/20287/provision?api_key={KEY}"
    answers = await asyncio.gather(*(wire.call("POST", path) for _ in range(12)))
    assert len({answer.json["data"]["number"] for answer in answers}) == 12
    assert len({answer.json["data"]["id"] for answer in answers}) == 12
    assert (await wire.get("account"))["balance"] == 40
    assert (await wire.get("audit"))["ok"] is True


async def test_a_number_is_not_provisioned_in_a_sandbox_that_is_gone(wire, monkeypatch):
    """When the sandbox is reset during the lookup of the DID group, the request does not succeed in the old one."""
    look_up = atlas.did_group

    async def look_up_during_a_reset(did_group_id: int) -> object:
        await wire.post("reset")
        return await look_up(did_group_id)

    monkeypatch.setattr(atlas, "did_group", look_up_during_a_reset)
    answer = await wire.call("POST", f"/api/v2/countries/didgroups/67/provision?api_key={KEY}")
    assert (answer.status, answer.json["status"]) == (503, "failed")
    assert answer.reason == "this sandbox was reset or deleted while the DID group was looked up"
    assert (await wire.get("account"))["balance"] == 100


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("POST", "countries/didgroups/66/provision", 404, "DID group not found"),
        ("POST", "countries/didgroups/99999999999999/provision", 404, "DID group not found"),
        ("POST", "countries/didgroups/{did_group_id}/provision", 400, "The did_group_id field is required"),
        ("POST", "countries/didgroups/abc/provision", 400, "The did_group_id is invalid"),
        ("POST", "countries/didgroups/%C2%B2/provision", 400, "The did_group_id is invalid"),
    ],
)
async def test_an_unknown_did_group_is_refused(wire, method, path, status, message):
    """An unknown, missing or malformed DID group is an error in the vendor's shape, and nothing is charged."""
    answer = await wire.call(method, f"/api/v2/{path}?api_key={KEY}")
    assert (answer.status, answer.json) == (status, {"status": "failed", "message": message})
    assert (await wire.get("ledger"))["entries"] == []


@documented("`/numbers` lists `id`, `order_reference`, …, `expiration_date` and `status`, with `meta.pagination`.")
async def test_numbers_are_listed_as_documented():
    """The documentation's example: two numbers of Winnipeg, Active, and the pagination beside them."""
    async with open_wire(TWO_NUMBERS) as wire:
        answer = await wire.call("GET", "/api/v2/numbers", headers={"api_key": KEY})
    winnipeg = {
        "id": 775,
        "order_reference": None,
        "country_code": "CAN",
        "country": "CANADA",
        "city_name": "WINNIPEG",
        "area_code": "204",
        "did_group_id": 67,
        "did_number": "+12048134699",
        "expiration_date": "2026-02-04",
        "status": "Active",
    }
    assert list(answer.json) == ["status", "numbers", "meta"]
    assert answer.json["numbers"] == [winnipeg, winnipeg | {"id": 776, "did_number": "+12048134700"}]
    assert [list(row) for row in answer.json["numbers"]] == [list(winnipeg)] * 2
    assert answer.json["meta"]["pagination"] == {
        "total": 2,
        "count": 2,
        "per_page": 15,
        "current_page": 1,
        "total_pages": 1,
        "links": {"previous": None, "next": None},
    }


async def follow(wire: Wire, link: str) -> dict[str, object]:
    """Open a link as it stands, without a header or anything else."""
    assert link.startswith(wire.url)
    answer = await wire.call("GET", link.removeprefix(wire.url))
    assert answer.status == 200, answer
    content: dict[str, object] = answer.json
    return content


@documented("`links` of a page have the pages before and after it.")
@assumed("`previous` is null on the first page, and `next` on the last.")
async def test_the_links_of_a_page_really_open():
    """Following `next` from the first page and `previous` from the last shows every number, with no header."""
    numbers = [f"+1204813{line}" for line in range(4000, 4007)]
    async with open_wire(f"accounts: [{{api_key: f@x2r0ckkz, numbers: {numbers}}}]") as wire:
        page = (await wire.call("GET", f"/api/v1/numbers?limit=2&page=2&api_key={KEY}")).json
        links = page["meta"]["pagination"]["links"]
        assert (page["meta"]["pagination"] | {"links": None}) == {
            "total": 7, "count": 2, "per_page": 2, "current_page": 2, "total_pages": 4, "links": None,
        }  # fmt: skip
        assert links["next"].startswith(f"{wire.url}/api/v1/numbers?page=3")
        seen_forward: list[str] = []
        seen_back: list[str] = []
        page = (await wire.call("GET", "/api/v1/numbers?limit=2", headers={"api_key": KEY})).json
        assert page["meta"]["pagination"]["links"]["previous"] is None
        while True:
            seen_forward += [row["did_number"] for row in page["numbers"]]
            if page["meta"]["pagination"]["links"]["next"] is None:
                break
            page = await follow(wire, page["meta"]["pagination"]["links"]["next"])
        while True:
            seen_back = [row["did_number"] for row in page["numbers"]] + seen_back
            if page["meta"]["pagination"]["links"]["previous"] is None:
                break
            page = await follow(wire, page["meta"]["pagination"]["links"]["previous"])
        for beyond in (5, 9):  # from there `previous` leads to the last page that there is
            page = (await wire.call("GET", f"/api/v1/numbers?limit=2&page={beyond}&api_key={KEY}")).json
            links = page["meta"]["pagination"]["links"]
            assert (page["numbers"], page["meta"]["pagination"]["count"], links["next"]) == ([], 0, None)
            page = (await wire.call("GET", links["previous"].removeprefix(wire.url))).json
            assert [row["did_number"] for row in page["numbers"]] == numbers[6:]
            assert page["meta"]["pagination"]["count"] == 1
        whole = (await wire.call("GET", f"/api/v1/numbers?limit=7&api_key={KEY}")).json["meta"]["pagination"]
        assert (whole["total_pages"], whole["links"]) == (1, {"previous": None, "next": None})
        none = (await wire.call("GET", f"/api/v1/incoming-faxes?api_key={KEY}")).json["meta"]["pagination"]
        assert (none["total"], none["count"], none["total_pages"]) == (0, 0, 1)
    assert seen_forward == seen_back == numbers


@assumed("A fax number is active for 30 days.", switch="pricing.number_lifetime")
async def test_a_number_expires_with_simulated_time():
    """Its status is Active until its lifetime has gone by, and Expired then."""
    async with open_wire(TWO_NUMBERS + "pricing: {number_lifetime: 2d}") as wire:
        statuses = []
        for span in ("47h", "1h"):
            await wire.post("clock/advance", {"by": span})
            answer = await wire.call("GET", f"/api/v2/numbers?limit=1&api_key={KEY}")
            statuses.append((answer.json["numbers"][0]["expiration_date"], answer.json["numbers"][0]["status"]))
    assert statuses == [("2026-01-07", "Active"), ("2026-01-07", "Expired")]


async def test_a_number_that_lies_nowhere_is_listed_without_a_place():
    """A made-up number of a scenario is listed all the same, with nulls for what nobody knows."""
    story = 'accounts: [{api_key: f@x2r0ckkz, numbers: ["+999123456", "+4532123456"]}]'
    async with open_wire(story) as wire:
        answer = await wire.call("GET", f"/api/v2/numbers?api_key={KEY}")
    places = [(row["country_code"], row["city_name"], row["did_group_id"]) for row in answer.json["numbers"]]
    assert places == [(None, None, None), ("DNK", None, None)]
