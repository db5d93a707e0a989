"""The clock over HTTP: look at it, set its rate, advance it, and what happens when a receiver hangs or meddles."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from yarl import URL

from fakefax.core.journal import Entry
from tests.api.wire import DEADLINE, NOT_NOW, OK, Receiver, Wire, always, hang, open_wire

NOW = "2026-01-05T09:00:00Z"

END = {
    "at": "2026-01-05T09:00:30Z",
    "name": "fax 200 ends",
    "fax_job_id": 200,
    "incoming_fax_id": None,
    "attempt": None,
}


async def test_the_clock_shows_time_and_what_waits(wire):
    """GET clock shows now, the rate, and the timers in the order in which they fire."""
    await wire.send()
    assert await wire.get("clock") == {
        "now": NOW,
        "rate": 0,
        "pending": 1,
        "next_due": "2026-01-05T09:00:30Z",
        "holds": [],
        "timers": [END],
        "next": END,
        "advancing": False,
    }


async def test_an_advance_answers_with_all_it_did():
    """The answer has now, advanced, each timer fired, what is pending and due next, and no open holds."""
    async with Receiver(always(NOT_NOW)).listening() as receiver, open_wire(callback_url=receiver.url) as wire:
        await wire.send()
        answer = await wire.post("clock/advance", {"by": "20m"})
    assert answer == {
        "now": "2026-01-05T09:20:00Z",
        "advanced": "20m",
        "fired": [
            END,
            END | {"at": "2026-01-05T09:15:30Z", "name": "receipt 200, attempt 2", "attempt": 2},
        ],
        "fired_count": 2,
        "pending": 1,
        "next_due": "2026-01-05T09:30:30Z",
        "holds": [],
        "settled": True,
        "message": None,
    }


@pytest.mark.parametrize(
    ("body", "now", "advanced", "fired"),
    [
        ({"by": "29.999999s"}, "2026-01-05T09:00:29.999999Z", "29.999999s", 0),
        ({"by": "30s"}, "2026-01-05T09:00:30Z", "30s", 1),
        ({"by": "0"}, NOW, "0s", 0),
        ({"to": "2026-01-05T09:00:30Z"}, "2026-01-05T09:00:30Z", "30s", 1),
        ({"to": "2026-01-05T11:00:30+02:00"}, "2026-01-05T09:00:30Z", "30s", 1),
        ({"to": NOW}, NOW, "0s", 0),
        ({"until": "idle"}, "2026-01-05T09:00:30Z", "30s", 1),
        ({"to": "9000-01-01T00:00:00Z"}, "9000-01-01T00:00:00Z", "61132719h", 1),
    ],
    ids=json.dumps,
)
async def test_time_goes_by_a_span_to_a_time_or_until_idle(wire, body, now, advanced, fired):
    """Exactly due counts as due; an answer's time is UTC, and the next send works whatever time it is."""
    await wire.send()
    answer = await wire.post("clock/advance", body)
    assert (answer["now"], answer["advanced"], answer["fired_count"]) == (now, advanced, fired)
    assert answer["settled"] is True
    assert (await wire.get("clock"))["now"] == now
    assert (await wire.send())["fax_job_id"] == 201


@pytest.mark.parametrize("body", [{"to": "9999-12-31T23:59:59-12:00"}, {"by": "876000h"}], ids=json.dumps)
async def test_time_that_ends_says_so(body):
    """An advance beyond the year 9000 stops there, is not settled, and its message says why; sends still work."""
    async with open_wire() as wire:
        await wire.post("clock/advance", {"to": "8999-12-31T00:00:00Z"})
        answer = await wire.post("clock/advance", body)
        assert (answer["now"], answer["settled"]) == ("9000-01-01T00:00:00Z", False)
        assert answer["message"] == "simulated time ends at 9000-01-01T00:00:00+00:00"
        assert (await wire.get("journal?kind=clock.gave_up"))["entries"][0]["message"] == (
            "clock advanced by 24h only, 0 timer(s) fired: simulated time ends at 9000-01-01T00:00:00+00:00"
        )
        assert (await wire.send())["fax_job_id"] == 200


async def test_until_idle_is_bounded_and_names_what_comes_next():
    """With attempts still to come after `within`, the answer is not settled and says what is next."""
    async with Receiver(always(NOT_NOW)).listening() as receiver, open_wire(callback_url=receiver.url) as wire:
        await wire.send()
        answer = await wire.post("clock/advance", {"until": "idle", "within": "1h"})
        assert (answer["settled"], answer["now"], answer["pending"]) == (False, "2026-01-05T09:45:30Z", 1)
        assert answer["message"] == (
            "not idle within 1h: 'receipt 200, attempt 5' is next, at 2026-01-05T10:00:30+00:00"
        )
        rest = await wire.post("clock/advance", {"until": "idle"})
        assert (rest["settled"], rest["pending"], rest["now"]) == (True, 0, "2026-01-07T09:00:30Z")
        assert len((await wire.get("faxes/200"))["attempts"]) == 193


async def test_time_at_a_rate_flows_and_stands_still_when_paused(wire):
    """PATCH clock sets the rate; faxes end by themselves then, and 0 pauses."""
    reported: asyncio.Queue[Entry] = asyncio.Queue()
    wire.server.sandbox.journal.listen(reported.put_nowait)
    await wire.send()
    assert (await wire.patch("clock", {"rate": 100_000}))["rate"] == 100_000
    async with asyncio.timeout(DEADLINE):
        while (await reported.get()).kind != "fax.finished":
            pass
    paused = await wire.patch("clock", {"rate": 0})
    passed = datetime.fromisoformat(paused["now"]) - datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert timedelta(seconds=30) <= passed
    assert (await wire.get("clock"))["now"] == paused["now"]
    messages = [entry["message"] for entry in (await wire.get("journal?kind=clock"))["entries"]]
    assert messages == ["clock: 100000 simulated seconds a real second", "clock: paused"]


HOW_FAR = 'say how far, in one way: {"by": "15m"}, {"to": "2026-01-05T10:00:00Z"} or {"until": "idle"}'
FIELDS = "its fields are: api_key, by, to, until, within, budget"


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({}, 400, HOW_FAR),
        ({"by": "1m", "until": "idle"}, 400, HOW_FAR),
        ({"by": "15"}, 400, "by: '15' is not a duration such as 45s, 15m, 1h30m or 48h"),
        ({"by": "-15m"}, 400, "by: '-15m' is not a duration such as 45s, 15m, 1h30m or 48h"),
        ({"by": "9999999h"}, 400, "by: '9999999h' is longer than the longest duration, 876000h"),
        ({"by": 900}, 400, "by: 900 is not text"),
        (
            {"until": "idle", "within": "soon"},
            400,
            "within: 'soon' is not a duration such as 45s, 15m, 1h30m or 48h",
        ),
        ({"by": "1m", "budget": "x"}, 400, "budget: 'x' is not a duration such as 45s, 15m, 1h30m or 48h"),
        ({"until": "over"}, 400, "until: 'over' is not 'idle' or 'next'"),
        ({"to": "noon"}, 400, "to: 'noon' is not a time such as 2026-01-05T09:00:00Z"),
        (
            {"to": "2026-01-05T10:00:00"},
            400,
            "to 2026-01-05T10:00:00 has no time zone; write 2026-01-05T10:00:00Z",
        ),
        (
            {"to": "2026-01-05T08:59:59.999999Z"},
            409,
            "time cannot go back: it is 2026-01-05T09:00:00+00:00 and 2026-01-05T08:59:59.999999+00:00 is before",
        ),
        (
            {"to": "0001-01-01T00:00:00+14:00"},
            409,
            "time cannot go back: it is 2026-01-05T09:00:00+00:00 and 0001-01-01T00:00:00+14:00 is before",
        ),
    ],
    ids=json.dumps,
)
async def test_an_advance_that_makes_no_sense_is_refused_and_time_stands(wire, body, status, message):
    """Neither way, two ways, bad durations, times without a zone or in the past: a sentence that names the cure."""
    answer = await wire.call("POST", "/_fakefax/clock/advance", json=body)
    assert (answer.status, answer.json) == (status, {"status": "failed", "message": message})
    assert (await wire.get("clock"))["now"] == NOW


@pytest.mark.parametrize(
    ("rate", "reported"),
    [(-1, "-1"), (100_001, "100001"), ("fast", "'fast'"), (None, "null")],
)
async def test_a_rate_out_of_range_is_refused(wire, rate, reported):
    """A rate below 0, beyond 100,000 or of another type is a 400, and the rate stays."""
    answer = await wire.call("PATCH", "/_fakefax/clock", json={"rate": rate})
    assert answer.status == 400
    assert answer.json["message"] == f"rate: {reported} is not a number from 0 to 100,000"
    assert (await wire.get("clock"))["rate"] == 0


async def test_an_advance_inside_an_advance_is_refused():
    """A receiver that asks for an advance during its call gets 409 with the reason; the outer one goes on."""
    wires: list[Wire] = []
    inner = []

    async def meddle(_: bytes) -> bytes:
        inner.append(await wires[0].call("POST", "/_fakefax/clock/advance", json={"by": "1m"}))
        return OK

    async with Receiver(meddle).listening() as receiver, open_wire(callback_url=receiver.url) as wire:
        wires.append(wire)
        await wire.send()
        outer = await wire.post("clock/advance", {"by": "1m"})
        assert [answer.status for answer in inner] == [409]
        assert inner[0].json == {
            "status": "failed",
            "message": "an advance is already under way in this sandbox; it waits for each callback to be "
            "answered, so the program that answers must not ask for another advance",
        }
        assert (outer["settled"], outer["now"]) == (True, "2026-01-05T09:01:00Z")
        assert (await wire.get("faxes/200"))["receipt"] == "acknowledged"


async def test_a_hanging_receiver_costs_the_budget_and_no_more():
    """When the real-time budget is used up, the answer is not settled and names what is being waited for."""
    async with Receiver(hang).listening() as receiver, open_wire(callback_url=receiver.url) as wire:
        await wire.send()
        async with asyncio.timeout(DEADLINE):
            answer = await wire.post("clock/advance", {"by": "48h", "budget": "50ms"})
        hold = f"receipt 200, attempt 1 to {receiver.url}"
        assert (answer["settled"], answer["now"], answer["holds"]) == (False, "2026-01-05T09:00:30Z", [hold])
        assert answer["message"] == f"gave up after 0.05 real seconds, still waiting for: {hold}"
        assert (await wire.get("clock"))["holds"] == [hold]


async def test_a_receiver_that_hangs_too_long_is_a_failed_attempt_and_time_goes_on():
    """After the attempt's own time limit the advance settles, with the retry scheduled."""
    async with (
        Receiver(hang).listening() as receiver,
        open_wire(callback_url=receiver.url, callback_timeout=0.05) as wire,
    ):
        await wire.send()
        answer = await wire.post("clock/advance", {"by": "1m"})
        assert (answer["settled"], answer["next_due"]) == (True, "2026-01-05T09:15:30Z")
        assert (await wire.get("faxes/200"))["attempts"][0]["failure"] == "no answer within 0.05s"


async def test_within_goes_with_idle_only(wire):
    """A field that would have no effect is refused, not ignored."""
    for how in ({"by": "1m"}, {"until": "next"}):
        answer = await wire.call("POST", "/_fakefax/clock/advance", json={**how, "within": "1h"})
        assert (answer.status, answer.json["message"]) == (400, 'within goes with {"until": "idle"} only')


async def test_a_long_advance_lists_the_first_of_what_fired_and_counts_all(wire):
    """An answer stays short: of hundreds of timers the first 100 are listed, and fired_count has all."""
    for _ in range(120):
        await wire.send()
    answer = await wire.post("clock/advance", {"by": "1m"})
    assert (len(answer["fired"]), answer["fired_count"]) == (100, 120)
    assert answer["fired"][-1]["name"] == "fax 299 ends"


async def test_an_advance_goes_on_when_its_connection_closes():
    """The client may hang up: the advance still goes to its end, with all that is due."""
    answering = asyncio.Event()

    async def late(_: bytes) -> bytes:
        await answering.wait()
        return OK

    async with Receiver(late).listening() as receiver, open_wire(callback_url=receiver.url) as wire:
        await wire.send()
        _, writer = await asyncio.open_connection("127.0.0.1", URL(wire.url).port)
        body = b'{"by": "1h"}'
        writer.write(
            b"POST /_fakefax/clock/advance HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )
        await receiver.next()
        writer.transport.abort()
        await wire.get("faxes")
        answering.set()
        assert (await wire.post("wait", {"for": {"kind": "clock.advanced"}, "timeout": "10s"}))["found"]
        assert (await wire.get("clock"))["now"] == "2026-01-05T10:00:00Z"
        assert (await wire.get("faxes/200"))["receipt"] == "acknowledged"
