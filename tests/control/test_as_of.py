"""Looking back: faxes, lists, account and ledger as they were, or a refusal."""

from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any

import pytest

from tests.api.wire import NOT_NOW, OK, Receiver, open_wire
from tests.control.test_faxes import in_turn

pytestmark = pytest.mark.usefixtures("shared_pool")

BILLED = "billing: {refund_failed: true}\nfaxes: [{then: {msg_code: busy, after: 30s}}]"


async def test_every_moment_of_the_past_is_as_it_was_seen():
    """Views as of each step of a story are those that were shown then, by seq and by time."""
    seen = []
    async with (
        Receiver(in_turn(NOT_NOW, NOT_NOW, OK)).listening() as receiver,
        open_wire(BILLED, callback_url=receiver.url) as wire,
    ):

        async def look() -> tuple[Any, ...]:
            return await wire.get("faxes?detail=true"), await wire.get("account"), await wire.get("ledger")

        steps: list[Callable[[], Awaitable[Any]]] = [
            wire.send,
            lambda: wire.post("clock/advance", {"by": "40s"}),
            lambda: wire.patch("account", {"balance": 50, "received_fax_url": "http://localhost:1/in"}),
            lambda: wire.send(fax_number="+442071838750"),
            lambda: wire.post("clock/advance", {"by": "10m"}),
            lambda: wire.patch("account", {"received_fax_url": None}),
            lambda: wire.post("clock/advance", {"by": "1h"}),
        ]
        for step in steps:
            await step()
            clock, journal = await wire.get("clock"), await wire.get("journal")
            seen.append((journal["last_seq"], clock["now"], await look()))
        for seq, now, (faxes, account, ledger) in seen:
            moment = {"as_of": {"seq": seq, "at": now}}
            assert await wire.get(f"faxes?detail=true&as_of={seq}") == faxes | moment
            assert await wire.get(f"account?as_of={seq}") == account | moment
            assert await wire.get(f"ledger?as_of={seq}") == ledger | moment
        for seq, now, (faxes, account, _) in (seen[3], seen[5], seen[6]):  # the last of all at their time
            moment = {"as_of": {"seq": seq, "at": now}}
            assert await wire.get(f"faxes?detail=true&as_of={now}") == faxes | moment
            assert await wire.get(f"account?as_of={now}") == account | moment


async def test_a_receipt_that_expired_and_was_acknowledged_later_had_expired():
    """Between its expiry and the resend that was acknowledged, a receipt was expired and not pending."""
    async with (
        Receiver(in_turn(NOT_NOW, NOT_NOW, OK)).listening() as receiver,
        open_wire("receipts: {retry_every: 15m, expires_after: 15m}", callback_url=receiver.url) as wire,
    ):
        await wire.send()
        await wire.post("clock/advance", {"by": "1h"})
        expired = (await wire.get("journal"))["last_seq"]
        before = await wire.get("faxes/200")
        await wire.post("faxes/200/resend")
        await wire.post("wait", {"for": {"kind": "receipt.acknowledged"}})
        after = await wire.get("faxes/200")
        assert (after["receipt"], after["timeline"][-1]["event"]) == ("acknowledged", "attempt 3: acknowledged")
        then = await wire.get(f"faxes/200?as_of={expired}")
        assert (then["receipt"], then["timeline"]) == ("expired", before["timeline"])
        (entry,) = (await wire.get("journal?kind=receipt.expired"))["entries"]
        at_once = await wire.get(f"faxes/200?as_of={entry['seq']}")
        assert (at_once["receipt"], at_once["timeline"]) == ("expired", before["timeline"])


async def test_documents_are_there_again_that_were_deleted(wire):
    """An upload is not there before it came, and is there until it was deleted."""
    upload = await wire.call("POST", "/api/v2/files?api_key=f@x2r0ckkz", data={"file": BytesIO(b"Hello")})
    document_id = upload.json["document_id"]
    there = (await wire.get("journal"))["last_seq"]
    await wire.call("DELETE", f"/api/v2/files/{document_id}?api_key=f@x2r0ckkz")

    async def documents(seq: int) -> list[int]:
        return [row["document_id"] for row in (await wire.get(f"account?as_of={seq}"))["documents"]]

    assert document_id not in await documents(1)
    assert document_id in await documents(there)
    assert document_id not in await documents(there + 2)


async def test_a_fax_that_was_not_there_is_not_shown(wire):
    """A fax that was accepted later is a 404 that says when, and is in no list of that time."""
    await wire.send()
    answer = await wire.call("GET", "/_fakefax/faxes/200?as_of=1")
    assert (answer.status, answer.json["message"]) == (
        404,
        "fax job 200 had not been accepted then; it was at entry 2",
    )
    assert (await wire.get("faxes?as_of=1"))["total"] == 0
    await wire.post("clock/advance", {"by": "1m"})
    for asked, found in (("status=executed", 1), ("status=success", 0), ("q=is:executed", 1), ("q=is:ok", 0)):
        assert (asked, (await wire.get(f"faxes?as_of=3&{asked}"))["total"]) == (asked, found)


@pytest.mark.parametrize("path", ["faxes", "faxes/200", "account", "ledger"])
async def test_evicted_entries_are_not_guessed(path):
    """A moment before what the bounded journal keeps is a 410 with the reason."""
    async with open_wire(journal_limit=5) as wire:
        for _ in range(4):
            await wire.send()
        assert await wire.get(f"{path}?as_of=7")
        for moment in ("4", "2026-01-05T09:00:00Z"):
            answer = await wire.call("GET", f"/_fakefax/{path}?as_of={moment}")
            assert answer.status == 410
            assert "has dropped what came before entry 5" in answer.json["message"]


async def test_amounts_that_were_carried_forward_are_not_guessed():
    """A ledger that keeps old movements as one sum says so rather than show a wrong balance."""
    async with open_wire(fax_limit=100, callback_url=None) as wire:
        for _ in range(130):
            await wire.send()
        await wire.post("clock/advance", {"by": "1m"})
        assert (await wire.get("faxes"))["let_go"] > 10
        answer = await wire.call("GET", "/_fakefax/account?as_of=5")
        assert answer.status == 410
        assert "as one sum, to keep to --fax-limit" in answer.json["message"]


async def test_an_account_that_was_opened_later_is_not_shown(wire):
    """What it was before it existed is refused, and not made up from what it is now."""
    api_key = wire.server.sandbox.open_account().api_key
    opened = (await wire.get("journal"))["last_seq"]
    answer = await wire.call("GET", f"/_fakefax/account?as_of={opened - 1}&api_key={api_key}")
    assert (answer.status, answer.json["message"]) == (
        400,
        "as_of: the account had not been opened at 2026-01-05T09:00:00+00:00",
    )
    assert (await wire.get(f"account?as_of={opened}&api_key={api_key}"))["balance"] == 0
