"""Lists of faxes: searched, in pages, with chosen fields, with their attempts folded."""

import json

import pytest

from tests.api.wire import NOT_NOW, OK, Receiver, open_wire
from tests.control.test_faxes import in_turn

NUMBERS = ("+442071838750", "+15005550002", "+15005550003", "+442071838751", "+15005550002")


@pytest.fixture
async def busy(wire):
    """Five faxes: two to London, two busy (a double charge), one unanswered; all have ended."""
    for number in NUMBERS:
        await wire.send(fax_number=number)
    await wire.post("clock/advance", {"by": "1m"})
    await wire.send(fax_number="+442071838752")
    return wire


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", [200, 201, 202, 203, 204, 205]),
        ("limit=2", [200, 201]),
        ("limit=2&after=201", [202, 203]),
        ("limit=2&order=newest", [205, 204]),
        ("order=newest&after=204&limit=2", [203, 202]),
        ("after=205", []),
        ("q=to:%2B44*", [200, 203, 205]),
        ("q=is:busy", [201, 204]),
        ("q=is:busy|no_answer%20-id:201", [202, 204]),
        ("q=is:executed", [205]),
        ("q=is:not_sent%20is:ok", [200, 203]),
        ("q=is:pending", [205]),
        ("q=is:twice", [201, 204]),
        ("q=is:unacknowledged", []),
        ("q=before:2026-01-05T09:01", [200, 201, 202, 203, 204]),
        ("q=rule:%22dialled%20busy%22", [201, 204]),
        ("q=is:busy&limit=1&order=newest", [204]),
        ("status=success&q=id:203", [203]),
    ],
)
async def test_a_list_is_searched_and_paged(busy, query, ids):
    """Pages follow the order that was asked for, and a search goes before the limit."""
    assert [fax["fax_job_id"] for fax in (await busy.get(f"faxes?{query}"))["faxes"]] == ids


async def test_a_page_says_how_many_there_are(busy):
    """`total` counts all that fit, `more` says whether the page is the last one."""
    first = await busy.get("faxes?limit=4")
    last = await busy.get("faxes?limit=4&after=203")
    assert (await busy.get("faxes?limit=6"))["more"] is False
    assert (first["total"], first["more"], last["total"], last["more"]) == (6, True, 6, False)


async def test_double_charges_are_found(wire):
    """A fax that was sent and paid twice while the first had not failed is found by is:twice, and says so."""
    for _ in range(2):
        await wire.send(fax_number="+442071838750")
    await wire.send(fax_number="+442071838751")
    answer = await wire.get("faxes?q=is:twice&fields=twice,fax_job_id")
    assert answer["faxes"] == [{"fax_job_id": 200, "twice": True}, {"fax_job_id": 201, "twice": True}]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("q=iz:busy", "q: 'iz:busy' at 0: unknown term 'iz'; there are: to, from, id, doc,"),
        ("fields=cost,prize", "fields: 'prize' is none of fax_job_id, status,"),
        ("order=random", "order 'random' is none of oldest, newest"),
        ("attempts=all", "attempts 'all' is none of plain, runs"),
        ("limit=few", "limit 'few' is not a whole number"),
        ("as_of=yesterday", "as_of: 'yesterday' is not a time such as 2026-01-05T09:00:00Z"),
        ("as_of=9000", "as_of: entry 9000 is not in the journal; its last entry is"),
        ("as_of=2027-01-01T00:00:00Z", "as_of: 2027-01-01T00:00:00+00:00 is in the future; it is 2026-01-05"),
    ],
)
async def test_a_wrong_question_is_explained(wire, query, message):
    """A typing error is a 400 with the value, its place and what there is; never an empty list."""
    answer = await wire.call("GET", f"/_fakefax/faxes?{query}")
    assert answer.status == 400
    assert answer.json["message"].startswith(message)


async def test_equal_attempts_are_folded():
    """Two days at an endpoint that is down, up for one acknowledgement: 194 attempts are three rows and 1 kB."""
    answers = [NOT_NOW] * 100 + [b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"] * 2 + [OK]
    async with (
        Receiver(in_turn(*answers)).listening() as receiver,
        open_wire(callback_url=receiver.url) as wire,
    ):
        await wire.send()
        await wire.post("clock/advance", {"by": "49h"})
        fax = await wire.get("faxes/200?attempts=runs&fields=attempts,attempt_count,last_result")
        whole = await wire.get("faxes/200?attempts=plain")
    runs = fax["attempts"]
    assert [(run["first"], run["last"], run["count"], run["status_code"]) for run in runs] == [
        (1, 100, 100, 503),
        (101, 102, 2, 204),
        (103, 103, 1, 200),
    ]
    assert runs[0]["first_due"], runs[0]["last_due"] == ("2026-01-05T09:00:30Z", "2026-01-06T09:45:30Z")
    assert (fax["attempt_count"], fax["last_result"], len(whole["attempts"])) == (103, "acknowledged", 103)
    assert len(json.dumps(fax)) < 1500


async def test_the_journal_is_paged_backwards_with_chosen_fields(wire):
    """A reader who scrolls up asks for the newest entries before the first one that it has."""
    for _ in range(3):
        await wire.send()
    journal = await wire.get("journal?before=6&limit=2&fields=kind,seq")
    assert journal["entries"] == [{"seq": 4, "kind": "fax.accepted"}, {"seq": 5, "kind": "request"}]


async def test_a_sandbox_is_chosen_by_its_number(wire):
    """A number stands in for the key, survives a reset, and is never given to another sandbox."""
    made = (await wire.call("POST", "/_fakefax/sandboxes", json={"balance": 7})).json
    listed = (await wire.get("sandboxes"))["sandboxes"]
    assert [sandbox["number"] for sandbox in listed] == [1, 2]
    await wire.call("POST", "/_fakefax/reset?sandbox=2")
    account = await wire.get("account?sandbox=2")
    assert (account["api_key"], account["balance"]) == (made["api_key"], 7)
    both = await wire.call("GET", f"/_fakefax/account?sandbox=1&api_key={made['api_key']}")
    assert (both.status, both.json["message"]) == (
        400,
        "sandbox '1' is not the sandbox of this api_key; leave one of them out",
    )
    await wire.call("DELETE", "/_fakefax/sandboxes?sandbox=2")
    await wire.call("POST", "/_fakefax/sandboxes", json={})
    assert [sandbox["number"] for sandbox in (await wire.get("sandboxes"))["sandboxes"]] == [1, 3]
    gone = await wire.call("GET", "/_fakefax/account?sandbox=2")
    assert (gone.status, gone.json["message"]) == (
        404,
        "unknown sandbox '2'; GET /_fakefax/sandboxes lists their numbers",
    )


async def test_the_clock_says_what_is_next():
    """The next timer is named with its fax and attempt, and `until: next` goes exactly there."""
    async with (
        Receiver(in_turn(NOT_NOW, OK)).listening() as receiver,
        open_wire(callback_url=receiver.url) as wire,
    ):
        assert (await wire.get("clock"))["next"] is None
        await wire.send()
        due = {"at": "2026-01-05T09:00:30Z", "name": "fax 200 ends"}
        about = {"fax_job_id": 200, "incoming_fax_id": None, "attempt": None}
        assert (await wire.get("clock"))["next"] == due | about
        await wire.post("clock/advance", {"until": "next"})
        clock = await wire.get("clock")
        assert clock["now"] == "2026-01-05T09:00:30Z"
        assert (clock["next"]["name"], clock["next"]["attempt"]) == ("receipt 200, attempt 2", 2)
        assert (await wire.post("clock/advance", {"until": "next"}))["fired_count"] == 1
        assert (await wire.post("clock/advance", {"until": "next"}))["fired_count"] == 0


async def test_rules_say_what_is_left_of_them(wire):
    """All sections in one answer, each rule with how often it will still be used."""
    await wire.call("POST", "/_fakefax/rules/faxes", json={"then": {"msg_code": "busy"}, "times": 2})
    await wire.send()
    rules = await wire.get("rules")
    assert list(rules) == ["faxes", "requests", "callbacks"]
    assert (rules["faxes"][0]["left"], rules["faxes"][0]["used"], rules["faxes"][1]["left"]) == (1, 1, None)


async def test_unacknowledged_are_those_that_were_posted_in_vain():
    """is:unacknowledged finds faxes with a receipt that was posted and not acknowledged."""
    async with Receiver(in_turn(NOT_NOW, OK, NOT_NOW)).listening() as receiver, open_wire() as wire:
        await wire.call("PATCH", "/_fakefax/account", json={"callback_url": receiver.url})
        for _ in range(2):
            await wire.send(fax_number="+442071838750")
            await wire.post("clock/advance", {"by": "1m"})
        await wire.send(fax_number="+442071838750")
        listed = [fax["fax_job_id"] for fax in (await wire.get("faxes?q=is:unacknowledged"))["faxes"]]
    assert listed == [200]
