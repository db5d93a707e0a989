"""The sandbox as a whole: readyz and reset."""

import asyncio

from fakefax import __version__
from tests.api.wire import DEADLINE, KEY, NOT_NOW, QUERY, Receiver, Wire, always, hang, open_wire

STORY = """
accounts:
  - {api_key: f@x2r0ckkz, balance: 1, callback_url: "http://localhost:9/first"}
  - {api_key: other, balance: 2}
faxes:
  - {name: once, when: {nth: 1}, then: {msg_code: hangup}}
  - {name: in turn, times: 2, then: [{msg_code: busy}, {msg_code: no_answer}]}
"""


async def plans(wire: Wire) -> tuple[list[int], list[str]]:
    """The msg_codes that the rules give to four faxes."""
    ids = [(await wire.send())["fax_job_id"] for _ in range(4)]
    return ids, [(await wire.get(f"faxes/{fax_job_id}"))["plan"]["msg_code"] for fax_job_id in ids]


async def test_readyz_says_ready_and_which_version(wire):
    """readyz answers 200 with the version as soon as the server listens."""
    assert await wire.get("readyz") == {"status": "ready", "version": __version__}


async def test_reset_brings_everything_back_but_the_ids():
    """State, balance, counters of the rules, URLs and time start anew; fax_job_ids go on rising."""
    async with open_wire(STORY) as wire:
        opening = await wire.get("account")
        first = await plans(wire)
        await wire.patch(
            "account", {"balance": 50, "callback_url": None, "received_fax_url": "http://localhost:9/in"}
        )
        await wire.patch("account?api_key=other", {"balance": 7})
        await wire.patch("clock", {"rate": 0})
        await wire.post("clock/advance", {"by": "1h"})

        answer = await wire.post("reset")

        assert answer == {"status": "success", "now": "2026-01-05T09:00:00Z", "account": opening}
        assert await wire.get("account") == opening
        assert (await wire.get("account?api_key=other"))["balance"] == 2
        assert await wire.get("faxes") == {"faxes": [], "let_go": 0, "total": 0, "more": False}
        assert (await wire.get("ledger"))["entries"] == []
        assert (await wire.get("clock"))["pending"] == 0
        assert [entry["kind"] for entry in (await wire.get("journal"))["entries"]] == ["sandbox.started"]
        assert (await wire.call("GET", f"/api/v2/fax/200/status?api_key={KEY}")).status == 404
        assert first == ([200, 201, 202, 203], ["hangup", "busy", "no_answer", "ok"])
        assert await plans(wire) == ([204, 205, 206, 207], first[1])


async def test_a_listener_of_the_journal_goes_on_listening(wire):
    """A log that follows the journal also has the sandbox after a reset, each entry once."""
    heard: list[str] = []
    wire.server.sandbox.journal.listen(lambda entry: heard.append(entry.message))
    await wire.post("reset")
    await wire.call("GET", f"/api/v2/balance?api_key={KEY}")
    assert heard == ["GET balance: 200"]


async def test_a_delivery_in_flight_at_a_reset_leaves_no_trace():
    """The sandbox after a reset has no entry of a callback that hung before it, nor of its retries."""
    async with Receiver(hang).listening() as receiver, open_wire(callback_url=receiver.url) as wire:
        await wire.send()
        held_up = await wire.post("clock/advance", {"by": "30s", "budget": "0s"})
        assert held_up["holds"] == [f"receipt 200, attempt 1 to {receiver.url}"]
        await receiver.next()

        await wire.post("reset")

        clock = await wire.get("clock")
        assert (clock["now"], clock["pending"], clock["holds"]) == ("2026-01-05T09:00:00Z", 0, [])
        later = await wire.post("clock/advance", {"by": "48h"})
        assert (later["settled"], later["fired"]) == (True, [])
        kinds = [entry["kind"] for entry in (await wire.get("journal"))["entries"]]
        assert kinds == ["sandbox.started", "clock.advanced"]
        assert receiver.arrived.empty()


async def test_retries_of_the_old_sandbox_never_come():
    """A receipt that was waiting for its next attempt is not attempted after a reset."""
    async with Receiver(always(NOT_NOW)).listening() as receiver, open_wire(callback_url=receiver.url) as wire:
        await wire.send()
        assert (await wire.post("clock/advance", {"by": "30s"}))["pending"] == 1
        await receiver.next()
        await wire.post("reset")
        assert (await wire.post("clock/advance", {"by": "48h"}))["fired_count"] == 0
        assert receiver.arrived.empty()


async def test_an_advance_during_a_reset_ends_with_the_reason():
    """A client that waits for an advance during a reset gets 409 at once."""
    async with Receiver(hang).listening() as receiver, open_wire(callback_url=receiver.url) as wire:
        await wire.send()
        advance = asyncio.ensure_future(
            wire.call("POST", "/_fakefax/clock/advance", json={"by": "1h", "budget": "5m"})
        )
        await receiver.next()
        await wire.post("reset")
        async with asyncio.timeout(DEADLINE):
            answer = await advance
        assert answer.status == 409
        assert answer.json == {
            "status": "failed",
            "message": "this sandbox was reset or closed while it was being advanced",
        }
        assert (await wire.get("clock"))["now"] == "2026-01-05T09:00:00Z"


async def test_many_resets_and_sends_at_once_keep_the_books_right():
    """Resets in the middle of parallel sends lose no answer, and the last sandbox's audit holds."""
    async with open_wire("accounts: [{api_key: f@x2r0ckkz, balance: 1.50}]") as wire:
        requests = []
        for number in range(60):
            target = "/_fakefax/reset" if number % 10 == 9 else f"/api/v2/fax?{QUERY}"
            requests.append(wire.call("POST", target))
        answers = await asyncio.gather(*requests)
        assert {answer.status for answer in answers} <= {200, 400}
        ids = [answer.json["fax_job_id"] for answer in answers if "fax_job_id" in answer.json]
        assert len(ids) == len(set(ids))
        assert (await wire.get("audit"))["ok"] is True
