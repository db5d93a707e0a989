"""The fax jobs as the tester sees them: list, detail, and a receipt once more."""

import asyncio

import pytest

from tests.api.wire import KEY, NOT_NOW, OK, Receiver, always, hang, open_wire

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def in_turn(*answers: bytes):
    """Answer the first request with the first, and so on."""
    waiting = iter(answers)

    async def answering(_: bytes) -> bytes:
        return next(waiting)

    return answering


async def test_a_fax_shows_its_plan_its_timeline_and_every_attempt():
    """The detail shows the plan, the timeline, and of each attempt due, status, latency and next."""
    async with (
        Receiver(in_turn(NOT_NOW, OK)).listening() as receiver,
        open_wire(callback_url=receiver.url) as wire,
    ):
        await wire.send(fax_number="+15005550002", document_id="11")
        before = await wire.get("faxes/200")
        await wire.post("clock/advance", {"by": "1h"})
        after = await wire.get("faxes/200")

    summary = {
        "fax_job_id": 200,
        "status": "executed",
        "msg_code": None,
        "fax_number": "+15005550002",
        "document_id": 11,
        "pages": 12,
        "cost": 1.8,
        "accepted_at": "2026-01-05T09:00:00Z",
        "finished_at": None,
        "receipt": None,
        "tsi_number": None,
        "delete_file": False,
    }
    plan = {"msg_code": "busy", "after": "30s", "rule": "faxes[1] 'dialled busy': busy after 30s"}
    accepted = {"at": "2026-01-05T09:00:00Z", "event": "accepted"}
    more = {"filename": "contract.pdf", "seq": 2, "attempt_count": 0, "last_result": None}
    more["next_due"] = "2026-01-05T09:00:30Z"
    assert before == summary | {"plan": plan, "timeline": [accepted], "attempts": []} | more

    latencies = [attempt.pop("latency_ms") for attempt in after["attempts"]]
    assert all(0 < latency < 10_000 for latency in latencies)
    ended = {
        "status": "failed",
        "msg_code": "busy",
        "finished_at": "2026-01-05T09:00:30Z",
        "receipt": "acknowledged",
    }
    assert after == summary | ended | {
        "filename": "contract.pdf",
        "seq": 2,
        "attempt_count": 2,
        "last_result": "acknowledged",
        "next_due": None,
        "plan": plan,
        "timeline": [
            accepted,
            {"at": "2026-01-05T09:00:30Z", "event": "busy"},
            {"at": "2026-01-05T09:00:30Z", "event": "attempt 1: 503 Service Unavailable"},
            {"at": "2026-01-05T09:15:30Z", "event": "attempt 2: acknowledged"},
        ],
        "attempts": [
            {
                "attempt": 1,
                "due": "2026-01-05T09:00:30Z",
                "at": "2026-01-05T09:00:30Z",
                "url": receiver.url,
                "status_code": 503,
                "failure": "503 Service Unavailable",
                "next_due": "2026-01-05T09:15:30Z",
            },
            {
                "attempt": 2,
                "due": "2026-01-05T09:15:30Z",
                "at": "2026-01-05T09:15:30Z",
                "url": receiver.url,
                "status_code": 200,
                "failure": None,
                "next_due": None,
            },
        ],
    }


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", [200, 201, 202]),
        ("?status=executed", [202]),
        ("?status=failed", [201]),
        ("?status=success", [200]),
        ("?fax_number=%2B15005550002", [201]),
        ("?fax_number=+15005550002", [201]),
        ("?fax_number=15005550002", [201]),
        ("?fax_number=%2B1500*", [200, 201]),
        ("?fax_number=*9", [202]),
        ("?fax_number=%2B1500*&status=failed", [201]),
        ("?fax_number=%2B1", []),
        ("?api_key=other", [203]),
    ],
)
async def test_the_list_is_filtered_by_status_and_number(query, ids):
    """The list has the key's own faxes, oldest first; status and fax_number, with *, narrow it down."""
    story = """
accounts: [{api_key: f@x2r0ckkz}, {api_key: other}]
faxes: [{when: {fax_number: "*2"}, then: {msg_code: busy}}]
"""
    async with open_wire(story) as wire:
        await wire.send(fax_number="+15005550001")
        await wire.send(fax_number="+15005550002")
        await wire.post("clock/advance", {"by": "1m"})
        await wire.send(fax_number="+442079460999")
        await wire.send(api_key="other")
        assert [fax["fax_job_id"] for fax in (await wire.get(f"faxes{query}"))["faxes"]] == ids


async def test_a_status_that_does_not_exist_is_refused(wire):
    """A filter by an unknown status is a 400 that lists the known ones, not an empty list."""
    answer = await wire.call("GET", "/_fakefax/faxes?status=sent")
    assert (answer.status, answer.json["message"]) == (
        400,
        "status 'sent' is none of executed, success, failed",
    )


@pytest.mark.parametrize(("method", "tail"), [("GET", ""), ("POST", "/resend")])
@pytest.mark.parametrize(
    ("fax_job_id", "message"),
    [
        ("200", "this key has no fax job 200"),
        ("999", "this key has no fax job 999"),
        ("x", "'x' is not a fax_job_id; it is a whole number"),
        ("%C2%B2", "'²' is not a fax_job_id; it is a whole number"),
    ],
)
async def test_a_fax_of_nobody_or_of_another_key_is_not_found(method, tail, fax_job_id, message):
    """A job that is not the key's own is a 404 with the reason."""
    async with open_wire("accounts: [{api_key: f@x2r0ckkz}, {api_key: other}]") as wire:
        await wire.send()
        answer = await wire.call(method, f"/_fakefax/faxes/{fax_job_id}{tail}?api_key=other")
    assert (answer.status, answer.json) == (404, {"status": "failed", "message": message})


async def test_a_resend_posts_the_receipt_once_more_and_an_acknowledgement_ends_the_retries():
    """A resend comes at once, beside the schedule, with the same fields; 200 OK takes the next attempt away."""
    async with (
        Receiver(in_turn(NOT_NOW, NOT_FOUND, OK)).listening() as receiver,
        open_wire(callback_url=receiver.url) as wire,
    ):
        await wire.send()
        await wire.post("clock/advance", {"by": "5m"})
        for _ in range(2):
            await wire.post("faxes/200/resend")
            await wire.post("clock/advance", {"by": "1m"})
        detail = await wire.get("faxes/200")
        bodies = [(await receiver.next()).partition(b"\r\n\r\n")[2] for _ in range(3)]

        assert [(one["attempt"], one["due"], one["status_code"]) for one in detail["attempts"]] == [
            (1, "2026-01-05T09:00:30Z", 503),
            (2, "2026-01-05T09:05:00Z", 404),
            (3, "2026-01-05T09:06:00Z", 200),
        ]
        assert (
            bodies
            == [b"fax_job_id=200&status=success&msg_code=ok&message=Success%21+Your+fax+has+been+sent%21"] * 3
        )
        assert (detail["receipt"], (await wire.get("clock"))["pending"]) == ("acknowledged", 0)


async def test_a_resend_that_cannot_be_is_refused_with_the_reason(wire):
    """Before the end of the fax, without a URL, or with an attempt in flight, a resend is a 409."""

    async def refusal() -> str:
        answer = await wire.call("POST", f"/_fakefax/faxes/200/resend?api_key={KEY}")
        assert answer.status == 409
        return str(answer.json["message"])

    await wire.send()
    assert await refusal() == "fax job 200 has not ended yet, so it has no receipt to send"
    await wire.post("clock/advance", {"by": "30s"})
    assert await refusal() == (
        "no callback URL is set for this key; set callback_url in the scenario, or PATCH /_fakefax/account"
    )
    async with Receiver(hang).listening() as receiver:
        await wire.patch("account", {"callback_url": receiver.url})
        await wire.post("faxes/200/resend")
        assert await refusal() == "an attempt of receipt 200 is in flight"


async def test_an_attempt_in_flight_is_what_is_due_next():
    """While the second attempt waits for its answer, it is the next thing to happen to the fax."""
    answer, answers = asyncio.Event(), iter((NOT_NOW, OK))

    async def answering(_: bytes) -> bytes:
        following = next(answers)
        if following is OK:
            await answer.wait()
        return following

    async with Receiver(answering).listening() as receiver, open_wire(callback_url=receiver.url) as wire:
        await wire.send()
        await wire.post("clock/advance", {"by": "1m"})
        await receiver.next()
        advance = asyncio.create_task(wire.post("clock/advance", {"by": "15m"}))
        await receiver.next()
        in_flight = await wire.get("faxes/200")
        answer.set()
        await advance
    assert (in_flight["attempt_count"], in_flight["next_due"]) == (1, "2026-01-05T09:15:30Z")


@pytest.mark.parametrize(
    ("url", "state", "at", "event"),
    [
        (True, "expired", "2026-01-07T09:00:30Z", "receipt expired"),
        (False, "not_sent", "2026-01-05T09:00:30Z", "receipt not sent"),
    ],
)
async def test_the_timeline_tells_how_a_receipt_ended_undelivered(url, state, at, event):
    """A receipt that expired, or never had a URL to go to, says so in the timeline and in the journal."""
    async with (
        Receiver(always(NOT_NOW)).listening() as receiver,
        open_wire(callback_url=receiver.url if url else None) as wire,
    ):
        await wire.send()
        await wire.post("clock/advance", {"by": "72h"})
        detail = await wire.get("faxes/200")
        assert (detail["receipt"], len(detail["attempts"])) == (state, 193 if url else 0)
        assert detail["timeline"][-1] == {"at": at, "event": event}
        assert len((await wire.get(f"journal?kind=receipt.{state}&fax_job_id=200"))["entries"]) == 1


async def test_a_number_that_is_not_a_pattern_is_refused(wire):
    """A filter that could never fit is a 400 with an example, not an empty list."""
    answer = await wire.call("GET", "/_fakefax/faxes?fax_number=abc")
    assert (answer.status, answer.json["message"]) == (
        400,
        "fax_number 'abc' is not a number or a pattern such as \"+44*\"",
    )


async def test_all_details_in_one_request(wire):
    """`detail=true` shows each fax of the list as its own page does, attempts and all."""
    for number in ("+15005550001", "+15005550002"):
        await wire.send(fax_number=number)
    await wire.post("clock/advance", {"by": "1m"})
    listed = (await wire.get("faxes?detail=true"))["faxes"]
    assert listed == [await wire.get(f"faxes/{fax['fax_job_id']}") for fax in listed]
    assert [fax["timeline"][1]["event"] for fax in listed] == ["ok", "busy"]


async def test_a_wrong_detail_is_named(wire):
    """A value other than true or false is refused."""
    answer = await wire.call("GET", "/_fakefax/faxes?detail=1")
    assert (answer.status, answer.json["message"]) == (400, "detail '1' is none of false, true")
