"""A bundle runs again: the same journal to the byte, or where and why not."""

import asyncio
import contextlib
import copy
from typing import Any

import aiohttp

from fakefax.bundles.journals import first_difference
from fakefax.bundles.replay import Replay
from tests.api.wire import NOT_NOW, OK, Receiver
from tests.bundles.conftest import Recorded, recording

FAXES = 8


async def replayed(bundle: dict[str, Any]) -> dict[str, Any]:
    async with Replay(bundle) as replay:
        return (await replay.run()).bundle


async def story(fakefax: Recorded) -> None:
    """Sends, refusals, a fault, changes, and advances with many attempts."""
    await fakefax.send()
    await fakefax.send("+15005550002")
    await fakefax.send("12")
    await fakefax.control("POST", "/rules/callbacks", {"when": {"attempt": 2}, "then": {"lose_ack": True}})
    await fakefax.advance("2h")
    await fakefax.control("PATCH", "/account", {"balance": 55.5})
    await fakefax.send("+4420123456")
    await fakefax.control("POST", "/faxes/200/resend")
    await fakefax.advance("50h")


async def test_the_same_journal_to_the_byte():
    """Ids, times, reasons, answers of the endpoint and money come out as they were; nothing is posted."""
    asked = []

    async def answer(request):
        asked.append(request)
        return OK if len(asked) % 5 == 0 else NOT_NOW

    async with Receiver(answer).listening() as receiver, recording(callback_url=receiver.url) as fakefax:
        await story(fakefax)
        bundle = await fakefax.bundle()
    again = await replayed(bundle)
    assert len(bundle["outcome"]["journal"]) > 30
    assert first_difference(bundle, again) is None
    for part in ("faxes", "ledger", "audit", "verdict", "account"):
        assert again["outcome"][part] == bundle["outcome"][part]


async def test_a_difference_is_reported():
    """Where a bundle was changed, the first entry that differs is named with what it was and what it is."""
    async with recording() as fakefax:
        await fakefax.send()
        await fakefax.advance("1m")
        bundle = await fakefax.bundle()
    changed = copy.deepcopy(bundle)
    changed["inputs"][0]["request"]["target"] = changed["inputs"][0]["request"]["target"].replace(
        "123456789", "123456780"
    )
    reported = first_difference(bundle, await replayed(changed))
    assert reported is not None
    assert reported.startswith("entry 2 is another one: ")
    assert "+123456789" in reported


async def test_overlapping_requests_come_in_the_same_order():
    """Sends at once, resends at once and advances: the journal is the same, to the byte."""
    answered = 0

    async def answer(_: bytes) -> bytes:
        nonlocal answered
        answered += 1
        return OK if answered % 3 == 0 else NOT_NOW

    async with Receiver(answer).listening() as receiver, recording(callback_url=receiver.url) as fakefax:
        await asyncio.gather(*(fakefax.send(f"+44201234560{number}") for number in range(FAXES)))
        await fakefax.advance("1h")
        resend = (fakefax.control("POST", f"/faxes/{200 + number}/resend") for number in range(FAXES))
        await asyncio.gather(*resend)
        await fakefax.advance("2h")
        bundle = await fakefax.bundle()
    for _ in range(2):
        assert first_difference(bundle, await replayed(bundle)) is None


async def test_uploads_at_once():
    """Files that are examined side by side get the ids that they had."""
    async with recording() as fakefax:

        async def upload(number: int) -> None:
            form = aiohttp.FormData({"api_key": fakefax.key})
            form.add_field("file", b"text " * number * 100, filename=f"{number}.txt", content_type="text/plain")
            assert (await fakefax.wire.call("POST", "/api/v2/files", data=form)).status == 200

        await asyncio.gather(*(upload(number) for number in range(1, 6)))
        await fakefax.send(document="100")
        bundle = await fakefax.bundle()
    assert first_difference(bundle, await replayed(bundle)) is None


async def test_faults_of_replies():
    """Replies that are lost, replaced or refused happen again, with what was charged."""
    async with recording() as fakefax:
        for fault in ({"lose_reply": "after_commit"}, {"lose_reply": "before_commit"}, {"status": 503}):
            await fakefax.control("POST", "/rules/requests", {"when": {}, "then": fault, "times": 1})
            with contextlib.suppress(aiohttp.ClientError):
                await fakefax.send()
        await fakefax.advance("1h")
        bundle = await fakefax.bundle()
    assert [entry["kind"] for entry in bundle["outcome"]["journal"]].count("fault.request") == 3
    assert first_difference(bundle, await replayed(bundle)) is None
