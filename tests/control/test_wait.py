"""POST wait: a long poll for an entry of the journal."""

import asyncio
import socket
import struct
from typing import Any

import pytest
from yarl import URL

from tests.api.test_files import form
from tests.api.wire import DEADLINE, KEY, QUERY, Receiver, Wire, always, hang, open_wire
from tests.api.wire import OK as ANSWER_OK

ACKNOWLEDGED = {"kind": "receipt.acknowledged", "fax_job_id": 200}


async def wait(wire: Wire, wanted: object, **more: object) -> Any:
    return await wire.post("wait", {"for": wanted, **more})


async def under_way(wire: Wire, count: int = 1) -> None:
    """Return when so many wait in the first sandbox."""
    async with asyncio.timeout(DEADLINE):
        while len(wire.server.sandbox.journal_waiter) < count:
            await wire.get("readyz")


async def test_a_wait_ends_with_the_receipt():
    """While time flows the answer comes when the receipt is acknowledged, with the entry."""
    async with (
        Receiver(always(ANSWER_OK)).listening() as receiver,
        open_wire(callback_url=receiver.url, rate=600) as wire,
    ):
        await wire.send(fax_number="+4420123456")
        answer = await wait(wire, {"kind": "receipt.acknowledged", "fax_number": "+44*"})
    assert (answer["found"], answer["message"], answer["near_misses"]) == (True, None, [])
    assert [(entry["kind"], entry["fax_job_id"]) for entry in answer["entries"]] == [("receipt.acknowledged", 200)]
    assert answer["last_seq"] >= answer["entries"][0]["seq"]


async def test_a_wait_ends_when_somebody_else_does_it(wire):
    """One client waits for a fax to be accepted, another one sends it."""
    waiting = asyncio.ensure_future(wait(wire, {"kind": "fax.accepted", "document_id": 10}))
    await under_way(wire)
    await wire.send()
    async with asyncio.timeout(DEADLINE):
        assert (await waiting)["entries"][0]["fax_job_id"] == 200


async def test_a_hopeless_wait_is_reported_immediately(wire):
    """Paused with a timer: advance. Ended without a callback URL: why the receipt was not sent is the near miss."""
    await wire.send()
    answer = await wait(wire, ACKNOWLEDGED, timeout="5m")
    assert (answer["found"], answer["message"]) == (
        False,
        "the clock is paused; next is 'fax 200 ends', at 2026-01-05T09:00:30Z: advance the clock, then ask again",
    )
    await wire.post("clock/advance", {"by": "1m"})
    await wire.patch("clock", {"rate": 1})
    answer = await wait(wire, ACKNOWLEDGED, timeout="5m")
    assert answer["message"] == (
        "fax job 200 has ended and its receipt is not_sent, so nothing more comes of it by itself"
    )
    near = answer["near_misses"][0]
    assert near["entry"]["message"].startswith("receipt 200 not sent: no callback URL is set")
    assert near["differs"] == ["kind is receipt.not_sent, not receipt.acknowledged"]
    answer = await wait(wire, {**ACKNOWLEDGED, "fax_job_id": 999}, timeout="5m")
    assert answer["message"] == "this sandbox has no fax job 999"


async def test_time_is_up_with_an_account(wire):
    """After `timeout` of real time the answer says so, still with 200."""
    await wire.send()
    answer = await wait(wire, {"kind": "fax.accepted", "fax_number": "+1"}, timeout="10ms")
    assert answer["message"] == "it did not come within 0.01 real seconds"
    assert answer["near_misses"][0]["differs"] == ["fax_number is +123456789, not +1"]


async def test_a_wait_in_an_advance_hopes_as_long_as_a_callback_is_in_flight():
    """An attempt under way may still be acknowledged: the wait goes on until the endpoint has hung up."""
    async with Receiver(hang).listening() as receiver, open_wire(callback_url=receiver.url) as wire:
        await wire.send()
        advance = asyncio.ensure_future(
            wire.call("POST", "/_fakefax/clock/advance", json={"by": "30s", "budget": "5m"})
        )
        await receiver.next()
        answer = await wait(wire, ACKNOWLEDGED, timeout="10ms")
        assert answer["message"] == "it did not come within 0.01 real seconds"
        await wire.post("reset")
        assert (await advance).status == 409


@pytest.mark.parametrize("how", ["reset", "delete", "stop"])
async def test_every_wait_ends_with_the_sandbox(how: str):
    """A reset, a DELETE and the end of the server answer a wait at once with 409."""
    async with open_wire() as wire:
        made = await wire.call("POST", "/_fakefax/sandboxes", json={"rate": 0, "api_key": "mine"})
        assert made.status == 201
        waiting = asyncio.ensure_future(
            wire.call("POST", "/_fakefax/wait?api_key=mine", json={"for": {"kind": "request"}, "timeout": "5m"})
        )
        found = wire.server.sandboxes.find("mine")
        assert found is not None
        async with asyncio.timeout(DEADLINE):
            while not len(found[0].journal_waiter):
                await wire.get("readyz")
            if how == "reset":
                await wire.post("reset?api_key=mine")
            elif how == "delete":
                await wire.call("DELETE", "/_fakefax/sandboxes?api_key=mine")
            else:
                await wire.server.stop()
            answer = await waiting
    assert (answer.status, answer.json["message"]) == (
        409,
        "this sandbox was reset or closed while it was waited for",
    )


async def test_a_wait_keeps_its_sandbox(wire):
    """A sandbox in which somebody waits is in use, however long it takes."""
    await wire.call("POST", "/_fakefax/sandboxes", json={"rate": 0, "api_key": "mine"})
    registry = wire.server.sandboxes
    found = registry.find("mine")
    waiting = asyncio.ensure_future(
        wire.call("POST", "/_fakefax/wait?api_key=mine", json={"for": {"kind": "request"}, "timeout": "5m"})
    )
    async with asyncio.timeout(DEADLINE):
        while not len(found[0].journal_waiter):
            await wire.get("readyz")
    for now in (1e6, 2e6):
        registry.free_unused(now)
    assert registry.find("mine") is not None
    await wire.call("GET", "/api/v2/balance?api_key=mine")
    assert (await waiting).json["found"] is True


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, 'say what to wait for: {"for": {"kind": "receipt.acknowledged", "fax_job_id": 200}}'),
        ({"for": {"kind": "receipt.sent"}}, "for.kind: 'receipt.sent' is none of account, "),
        ({"for": {"rule": {}}}, "for.rule is a whole structure; give a text, a number, true, false or null"),
        ({"for": {"kind": "fax"}, "timeout": "soon"}, "timeout: 'soon' is not a duration such as 45s"),
        ({"for": {"kind": "fax"}, "timeout": "11m"}, "timeout: '11m' is longer than 10m; ask again instead"),
        ({"for": {}}, "for: {} is not a mapping with a field at least"),
        ({"for": {"kind": "fax"}, "count": 0}, "count: 0 is not a whole number from 1 to 1,000"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(wire, body, message):
    """A missing wish, an unknown kind or an endless timeout is a 400 that names it."""
    answer = await wire.call("POST", "/_fakefax/wait", json=body)
    assert answer.status == 400
    assert answer.json["message"].startswith(message)


@pytest.mark.parametrize(
    ("wanted", "reported"),
    [
        (
            {"kind": "fax.accepted", "faxnumber": "+44*"},
            "for.faxnumber is not a field that fax.accepted entries have; did you mean 'fax_number'? (kind, ",
        ),
        (
            {"kind": "receipt.acknowledged", "cost": "0.15"},
            "for.cost is not a field that receipt.acknowledged entries have; choose from kind, api_key, "
            "fax_job_id, at, attempt, document_id, fax_number, msg_code, status",
        ),
        ({"incoming": 5}, "for.incoming is not a field that an entry has; did you mean 'incoming_fax_id'? (kind, "),
    ],
)
async def test_a_field_that_no_entry_has_is_refused_at_once(wire, wanted, reported):
    """A slip in a field's name, which nothing could ever fit, is a 400 with the name that was meant."""
    answer = await wire.call("POST", "/_fakefax/wait", json={"for": wanted, "timeout": "10m"})
    assert (answer.status, answer.json["message"][: len(reported)]) == (400, reported)


async def test_whatever_an_entry_has_can_be_waited_for():
    """Every detail of every entry of a lively sandbox is among the names that its kind is said to have."""
    story = """
    faxes: [{then: [{msg_code: busy}, {msg_code: ok}]}]
    requests:
      - {when: {fax_number: "+1*"}, then: {status: 500, commit: true}}
      - {when: {operation: balance}, then: {refuse: unauthorized}}
    callbacks:
      - {when: {kind: received_fax}, then: {lose_ack: true}, times: 1}
      - {then: {poll: ahead}}
      - {then: [{drop: true}, {duplicate: true}]}
    """
    async with Receiver(always(ANSWER_OK)).listening() as receiver, open_wire(story) as wire:
        await wire.patch("account", {"callback_url": receiver.url, "received_fax_url": receiver.url})
        await wire.call("POST", "/api/v2/files", data=form(b"hello", "a.txt", api_key=KEY))
        await wire.call("GET", f"/api/v2/fax?{QUERY.replace('123456789', 'x')}")
        await wire.call("GET", f"/api/v2/balance?api_key={KEY}")
        await wire.call("GET", f"/api/v2/fax?{QUERY}")
        await wire.send(fax_number="+4912345678", delete_file="1")
        await wire.post("incoming-faxes", {"text": "hello"})
        await wire.patch("clock", {"rate": 0})
        await wire.call("POST", "/_fakefax/wait", json={})
        await wire.raw(b"no HTTP at all\r\n\r\n")
        await wire.post("clock/advance", {"by": "1h"})
        await wire.call("POST", "/_fakefax/rules/faxes", json={"then": {"msg_code": "busy"}})
        entries = wire.server.sandbox.journal.entries()
    assert len({entry.kind for entry in entries}) >= 16
    assert [
        (entry.kind, name) for entry in entries for name in entry.detail if name not in entry.kind.details
    ] == []


@pytest.mark.parametrize("resets", [False, True], ids=["hangs up", "resets"])
async def test_a_wait_is_given_up_when_its_client_is_gone(wire, resets):
    """A client that hangs up, or whose connection breaks, frees its place long before its time is up."""
    lookout = wire.server.sandbox.journal_waiter
    body = b'{"for": {"kind": "fax"}, "timeout": "10m"}'
    head = b"POST /_fakefax/wait HTTP/1.1\r\nHost: fakefax\r\nContent-Length: %d\r\n\r\n" % len(body)
    _, writer = await asyncio.open_connection("127.0.0.1", URL(wire.url).port)
    writer.write(head + body)
    await under_way(wire)
    if resets:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    async with asyncio.timeout(DEADLINE):
        while len(lookout):
            await wire.get("readyz")


async def test_a_wait_for_what_was_evicted_is_gone():
    """When `after` is before what the journal keeps, the answer is 410."""
    async with open_wire(journal_limit=5) as wire:
        for _ in range(4):
            await wire.send()
        answer = await wire.call("POST", "/_fakefax/wait", json={"for": {"kind": "fax"}, "after": 1})
        assert answer.status == 410
        assert KEY not in answer.json["message"]


async def test_an_amount_can_be_waited_for_however_it_is_written(wire):
    """The balance 99.70 of the sentence is the 99.7 of JSON."""
    await wire.send()
    await wire.send()
    for balance in (99.7, "99.7", "99.70", "99.*"):
        answer = await wait(wire, {"kind": "fax.accepted", "balance": balance}, timeout="0", after=3)
        assert answer["found"], balance
    assert answer["entries"][0]["detail"]["balance"] == "99.7"
    assert ", cost 0.15, balance 99.70; " in answer["entries"][0]["message"]


async def test_a_client_that_half_closes_learns_why_the_wait_ended(wire):
    """A client that only closes its own side gets an answer, which says that the wait was given up."""
    body = b'{"for": {"kind": "fax"}, "timeout": "10m"}'
    reader, writer = await asyncio.open_connection("127.0.0.1", URL(wire.url).port)
    writer.write(b"POST /_fakefax/wait HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    await under_way(wire)
    writer.write_eof()
    async with asyncio.timeout(DEADLINE):
        answer = await reader.read()
    writer.close()
    assert b'"found":false' in answer
    assert b"the client has closed its side of the connection; leave it open while you wait" in answer
