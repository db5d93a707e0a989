"""A bundle runs again: the same journal to the byte, or where and why not."""

import copy
from typing import Any

from fakefax.bundles.replay import Replay, first_difference
from tests.api.wire import NOT_NOW, OK, Receiver
from tests.bundles.conftest import Recorded, recording


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


async def test_what_is_another_is_told():
    """Where a bundle was changed, the first entry that differs is named with what it was and what it is."""
    async with recording() as fakefax:
        await fakefax.send()
        await fakefax.advance("1m")
        bundle = await fakefax.bundle()
    changed = copy.deepcopy(bundle)
    changed["inputs"][0]["request"]["target"] = changed["inputs"][0]["request"]["target"].replace(
        "123456789", "123456780"
    )
    told = first_difference(bundle, await replayed(changed))
    assert told is not None
    assert told.startswith("entry 2 is another one: ")
    assert "+123456789" in told
