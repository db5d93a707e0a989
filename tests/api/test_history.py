"""The costs of a fax, and the history."""

import json

import pytest

from tests.api.wire import KEY, open_wire
from tests.fidelity import assumed, documented

BASES = ("/api/v2", "/api/v1")


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("number", ["%2B123456789", "+123456789", "123456789"])
@documented("GET `/fax/{document_id}/costs` answers `status` success and `cost`.")
async def test_the_documented_costs(wire, base, number):
    """The quote is what a send would charge, and nothing is charged."""
    answer = await wire.call("GET", f"{base}/fax/10/costs?api_key={KEY}&fax_number={number}")
    assert (answer.status, answer.body) == (200, b'{"status":"success","cost":0.15}')
    twelve_pages = await wire.call("GET", f"{base}/fax/11/costs?api_key={KEY}&fax_number={number}")
    assert twelve_pages.json["cost"] == 1.8
    assert (await wire.get("ledger"))["entries"] == []


@pytest.mark.parametrize(
    ("target", "status", "message"),
    [
        ("fax/12/costs?fax_number=%2B123456789", 404, "Document not found"),
        ("fax/10/costs?fax_number=x", 400, "The fax_number is invalid"),
        ("fax/10/costs?", 400, "The fax_number field is required"),
        ("fax-history?limit=0", 400, "The limit is invalid"),
        ("fax-history?limit=ten", 400, "The limit is invalid"),
        ("fax-history?page=-1", 400, "The page is invalid"),
        ("fax?page=0", 400, "The page is invalid"),
        ("fax?limit=5&fax_number=%2B123456789", 400, "The document_id field is required"),
        ("fax?fax_number=", 400, "The fax_number field is required"),
    ],
)
async def test_wrong_questions_are_refused(wire, target, status, message):
    """The missing or wrong parameter is named."""
    answer = await wire.call("GET", f"/api/v2/{target}{'&' if '?' in target else '?'}api_key={KEY}")
    assert (answer.status, answer.json) == (status, {"status": "failed", "message": message})


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("path", ["fax-history?", "fax-history?limit=10&", "fax?limit=10&page=1&", "fax?page=1&"])
@documented(
    "The history is newest first, also as GET `/fax?limit=&page=`; `created` is an object, `recipient` digits."
)
async def test_the_documented_history(wire, base, path):
    """Every fax with the documented keys in order, the time as the vendor's PHP writes it, digits only."""
    await wire.send()
    await wire.post("clock/advance", {"by": "90m"})
    await wire.send(fax_number="+15005550002", document_id="11")
    answer = await wire.call("GET", f"{base}/{path}api_key={KEY}")
    made = [
        (201, "2026-01-05 10:30:00.000000", 11, "contract.pdf", "15005550002", "executed"),
        (200, "2026-01-05 09:00:00.000000", 10, "invoice.pdf", "123456789", "success"),
    ]
    rows = [
        [
            ("id", fax_job_id),
            ("created", [("date", date), ("timezone_type", 3), ("timezone", "UTC")]),
            ("document_id", document_id),
            ("document", document),
            ("recipient", recipient),
            ("status", status),
        ]
        for fax_job_id, date, document_id, document, recipient, status in made
    ]
    assert json.loads(answer.body, object_pairs_hook=list) == [("status", "success"), ("history", rows)]


@assumed(
    "The `status` of a fax in the history is `executed`, `success` or `failed`, as in `/fax/{fax_job_id}/status`."
)
async def test_a_limit_asks_for_the_history_by_post_too(wire):
    """Every question may be a POST, and this one has the path of a send."""
    await wire.send()
    for asked in ({"limit": 1}, {"page": 1}):
        answer = await wire.call("POST", "/api/v2/fax", data={"api_key": KEY, **asked})
        assert [row["id"] for row in answer.json["history"]] == [200]


async def test_the_history_tells_how_each_fax_stands(wire):
    """Under way, sent and failed faxes say so, in the words of the status."""
    for digit in "12":
        await wire.send(fax_number=f"+1500555000{digit}")
    await wire.post("clock/advance", {"by": "1m"})
    await wire.send()
    rows = (await wire.call("GET", f"/api/v2/fax-history?api_key={KEY}")).json["history"]
    assert [(row["id"], row["status"]) for row in rows] == [(202, "executed"), (201, "failed"), (200, "success")]
    for row in rows:
        status = await wire.call("GET", f"/api/v2/fax/{row['id']}/status?api_key={KEY}")
        assert status.json["status"] == row["status"]


async def test_the_history_says_what_the_status_says_under_a_fault_too():
    """Where a rule has the status answer ahead of the fax, the history is as far."""
    async with open_wire("callbacks: [{then: {poll: ahead}}]") as wire:
        await wire.send()
        (row,) = (await wire.call("GET", f"/api/v2/fax-history?api_key={KEY}")).json["history"]
        assert (row["status"], (await wire.get("faxes/200"))["status"]) == ("success", "executed")
        polled = (await wire.call("GET", f"/api/v2/fax/200/status?api_key={KEY}")).json
        assert (polled["status"], polled["message"]) == ("success", "Sent! Fax Has Been Answered.")


async def test_the_history_comes_in_pages_of_ones_own_faxes():
    """`limit` and `page` walk through the faxes of the key, and of no other."""
    async with open_wire("accounts: [{api_key: f@x2r0ckkz}, {api_key: other}]") as wire:
        for number in range(7):
            await wire.send(fax_number=f"+12345678{number}", api_key="other" if number == 3 else KEY)

        async def ids(query: str) -> list[int]:
            answer = await wire.call("GET", f"/api/v2/fax-history?api_key={KEY}{query}")
            return [row["id"] for row in answer.json["history"]]

        assert await ids("") == [206, 205, 204, 202, 201, 200]
        assert await ids("&limit=4") == [206, 205, 204, 202]
        assert await ids("&limit=4&page=2") == [201, 200]
        assert await ids("&limit=4&page=3") == []
        assert await ids("&limit=9999999999999999&page=9999999999999999") == []
