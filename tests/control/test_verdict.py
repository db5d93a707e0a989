"""The verdict: what the program did that Fax.to would mind, and nothing else."""

from urllib.parse import urlencode

import pytest

from tests.api.test_files import form
from tests.api.wire import KEY, NOT_NOW, OK, ORDER, Receiver, always, open_wire

CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


async def verdict(wire) -> list[tuple[str, str]]:
    """Part and message of each finding."""
    return [(found["part"], found["message"]) for found in (await wire.get("verdict"))["findings"]]


async def test_a_program_without_fault_is_not_blamed():
    """A receipt acknowledged at last, one not due yet and one without a callback URL are no findings."""
    answers = iter((NOT_NOW, OK))

    async def answering(_: bytes) -> bytes:
        return next(answers)

    async with Receiver(answering).listening() as receiver, open_wire() as wire:
        await wire.send()
        await wire.post("clock/advance", {"by": "1m"})
        await wire.patch("account", {"callback_url": receiver.url})
        await wire.send(fax_number="+15005550001")
        await wire.post("clock/advance", {"by": "1h"})
        await wire.send(fax_number="+15005550002")
        assert await verdict(wire) == []


@pytest.mark.parametrize(
    ("answer", "finding"),
    [
        (
            NOT_NOW,
            (
                "unacknowledged",
                "the receipt of fax 200 was posted 2 times to {url} and never acknowledged; "
                "the last answer: 503 Service Unavailable",
            ),
        ),
        (
            CREATED,
            (
                "not_200",
                "{url} answered the receipt of fax 200 with 201 Created, but only 200 acknowledges a receipt "
                "(receipts.accept); Fax.to would go on for 48 hours",
            ),
        ),
    ],
)
async def test_a_receipt_that_is_not_acknowledged_is_reported_once(answer: bytes, finding: tuple[str, str]):
    """An endpoint that is down is reported as such, and one that means well with another 2xx as that."""
    async with Receiver(always(answer)).listening() as receiver, open_wire(callback_url=receiver.url) as wire:
        await wire.send()
        await wire.post("clock/advance", {"by": "16m"})
        assert await verdict(wire) == [(finding[0], finding[1].format(url=receiver.url))]


@pytest.mark.parametrize("number", ["+15005550201", "+15005550204"])
async def test_an_answer_lost_by_a_rule_is_not_the_programs_fault(number: str):
    """A receipt dropped on the way, or whose acknowledgement was lost, is nothing that the program did wrong."""
    async with Receiver(always(OK)).listening() as receiver, open_wire(callback_url=receiver.url) as wire:
        await wire.send(fax_number=number)
        await wire.post("clock/advance", {"by": "1m"})
        assert await verdict(wire) == []


@pytest.mark.parametrize(
    ("changes", "reported"),
    [
        ({"fax_number": "abc"}, True),
        ({"document_id": "ten"}, True),
        ({"document_id": "99"}, False),
        ({"fax_number": "+15005550101"}, False),
        ({"fax_number": "+15005550102"}, False),
    ],
)
async def test_only_malformed_requests_are_reported(wire, changes: dict[str, str], reported: bool):
    """A malformed request is a finding; an unknown document, an empty account or a rule's refusal is none."""
    await wire.call("GET", f"/api/v2/fax?{urlencode(ORDER | changes)}")
    assert [part for part, _ in await verdict(wire)] == (["malformed"] if reported else [])


async def test_a_path_that_does_not_exist_is_reported(wire):
    """A program that asks for what Fax.to does not have gets an error that says so."""
    await wire.call("GET", "/api/v2/faxes?api_key=f@x2r0ckkz")
    assert await verdict(wire) == [
        (
            "malformed",
            "a request was refused as malformed: GET /api/v2/faxes: 404 Not found "
            "(there is nothing at /api/v2/faxes; GET /_fakefax/openapi.json lists what there is)",
        )
    ]


async def test_money_is_reported(wire):
    """The same fax paid twice is a finding, and so are books that are wrong."""
    await wire.send()
    await wire.send()
    assert await verdict(wire) == [
        ("double_charge", "document 10 to +123456789 was sent and paid more than once: fax jobs 200, 201")
    ]
    for content in (b"May", b"May", b"June"):
        await wire.call("POST", "/api/v1/fax", data=form(content, "a.txt", api_key=KEY, fax_number="+123456789"))
    assert await verdict(wire) == [
        ("double_charge", "document 10 to +123456789 was sent and paid more than once: fax jobs 200, 201"),
        (
            "double_charge",
            "documents 100 and 101, the same file, to +123456789 were sent and paid more than once: "
            "fax jobs 202, 203",
        ),
    ]
    wire.server.sandbox.first_account.ledger.entries.clear()
    assert {part for part, _ in await verdict(wire)} >= {"audit"}


async def test_a_received_fax_that_is_not_acknowledged_is_reported(wire):
    """The callbacks of faxes that arrive are looked at as receipts are."""
    await wire.patch("account", {"received_fax_url": "http://127.0.0.1:1/in"})
    fax = await wire.post("incoming-faxes", {"pages": 1})
    await wire.post("clock/advance", {"by": "1m"})
    (found,) = await verdict(wire)
    assert found[0] == "unacknowledged"
    assert "http://127.0.0.1:1/in" in found[1]
    timer = (await wire.get("clock"))["next"]
    shown = timer["fax_job_id"], timer["incoming_fax_id"], timer["attempt"]
    assert shown == (None, fax["incoming_fax_id"], 2)
