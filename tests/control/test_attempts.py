"""Each attempt at a callback with what was posted and what came back, kept within a bound."""

from fakefax.core.callbacks.exchanges import Exchange, Exchanges, Response
from tests.api.wire import OK, Receiver, open_wire
from tests.control.test_faxes import in_turn

BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nDate: Mon, 05 Jan 2026 09:00:30 GMT\r\nX-Worker: 7\r\n"
    b"Content-Length: 3000\r\nConnection: close\r\n\r\n" + b"<b>\xc3\xa9" * 600
)
CHANGED = """
accounts: [{api_key: f@x2r0ckkz, documents: [{id: 10, filename: a.pdf, pages: 1}]}]
callbacks:
  - {when: {attempt: 1}, then: {change: {msg_code: melted, extra: "1"}}}
  - {when: {attempt: 2}, then: {drop: true}}
"""
RECEIPT = [
    ["fax_job_id", "200"],
    ["status", "success"],
    ["msg_code", "ok"],
    ["message", "Fax was successfully transmitted"],
]


async def test_an_attempt_shows_what_was_posted_and_what_came_back():
    """Headers, form and the first 2 kB of the answer, without its date; the password of the URL is masked."""
    async with Receiver(in_turn(BUSY, OK)).listening() as receiver:
        url = receiver.url.replace("http://", "http://ada:secret@")
        async with open_wire(callback_url=url) as wire:
            await wire.send()
            await wire.post("clock/advance", {"by": "16m"})
            first = await wire.get("faxes/200/attempts/1")
            whole = await wire.get("faxes/200?attempts=full")
            assert whole == {**await wire.get("faxes/200"), "attempts": whole["attempts"]}
            listed = whole["attempts"]
            page = (await wire.get("faxes?attempts=full&fields=attempts"))["faxes"]
            missing = await wire.call("GET", "/_fakefax/faxes/200/attempts/3")
    sent = dict(first["posted"]["headers"])
    assert (sent["Content-Type"], sent["Authorization"]) == ("application/x-www-form-urlencoded", "Basic ***")
    assert [name for name, _ in first["posted"]["fields"]] == [name for name, _ in RECEIPT]
    assert first["posted"]["fields"][:3] == RECEIPT[:3]
    answer = first["answer"]
    assert answer["headers"] == [["X-Worker", "7"], ["Content-Length", "3000"], ["Connection", "close"]]
    assert (answer["status_code"], answer["body_truncated"], answer["dropped"]) == (503, True, False)
    assert answer["body"] == ("<b>é" * 600).encode()[:2048].decode(errors="replace")
    assert (first["attempt"], first["failure"]) == (1, "503 Service Unavailable")
    assert listed[0] == first
    assert (listed[1]["answer"]["status_code"], listed[1]["failure"]) == (200, None)
    assert page == [{"attempts": listed}]
    assert (missing.status, missing.json["message"]) == (
        404,
        "unknown attempt '3'; attempts 1 to 2 were made",
    )


async def test_the_work_of_a_rule_on_an_attempt_is_shown():
    """A form that a rule has changed is shown as it went out; an attempt that a rule lost was not posted."""
    async with (
        Receiver(in_turn(BUSY, OK)).listening() as receiver,
        open_wire(CHANGED, callback_url=receiver.url) as wire,
    ):
        await wire.send()
        await wire.post("clock/advance", {"by": "16m"})
        first, second = (await wire.get("faxes/200?attempts=full"))["attempts"]
        await receiver.next()
    assert dict(first["posted"]["fields"])["msg_code"] == "melted"
    assert dict(first["posted"]["fields"])["extra"] == "1"
    assert (second["posted"], second["answer"]) == (None, None)


async def test_an_endpoint_that_is_down_has_sent_nothing():
    """No connection means no headers and no answer; the form is what would have been posted."""
    async with open_wire(callback_url="http://127.0.0.1:1/faxto") as wire:
        await wire.send()
        await wire.post("clock/advance", {"by": "1m"})
        attempt = await wire.get("faxes/200/attempts/1")
    assert attempt["posted"]["headers"] == []
    assert attempt["posted"]["fields"][:3] == RECEIPT[:3]
    assert attempt["answer"] is None


async def test_of_an_attempt_that_was_posted_twice_the_second_is_shown():
    """By its number an attempt is found as it ended; the list has both."""
    duplicated = "callbacks: [{then: {duplicate: true}}]"
    async with (
        Receiver(in_turn(BUSY, OK)).listening() as receiver,
        open_wire(duplicated, callback_url=receiver.url) as wire,
    ):
        await wire.send()
        await wire.post("clock/advance", {"by": "1m"})
        listed = (await wire.get("faxes/200"))["attempts"]
        shown = await wire.get("faxes/200/attempts/1")
    assert [(each["attempt"], each["status_code"]) for each in listed] == [(1, 503), (1, 200)]
    assert shown["status_code"] == 200


async def test_attempts_at_another_url_are_not_folded_with_those_before():
    """A run is of one URL, and says when the attempt after its last one is due."""
    async with open_wire(callback_url="http://127.0.0.1:1/old") as wire:
        await wire.send()
        await wire.post("clock/advance", {"by": "16m"})
        await wire.patch("account", {"callback_url": "http://127.0.0.1:1/new"})
        await wire.post("clock/advance", {"by": "15m"})
        old, new = (await wire.get("faxes/200?attempts=runs"))["attempts"]
    assert [(run["url"][-3:], run["first"], run["last"]) for run in (old, new)] == [("old", 1, 2), ("new", 3, 3)]
    assert old["next_due"] == new["first_due"]


async def test_the_callback_of_a_received_fax_is_shown_alike():
    """Its file stands there as name and size; equal attempts can be folded."""
    async with Receiver(in_turn(BUSY, BUSY, OK)).listening() as receiver, open_wire() as wire:
        await wire.patch("account", {"received_fax_url": receiver.url})
        fax = await wire.post("incoming-faxes", {"pages": 1})
        await wire.post("clock/advance", {"by": "31m"})
        path = f"incoming-faxes/{fax['incoming_fax_id']}"
        third = await wire.get(f"{path}/attempts/3")
        full = (await wire.get(f"{path}?attempts=full"))["attempts"]
        runs = (await wire.get("incoming-faxes?attempts=runs"))["incoming_faxes"][0]["attempts"]
        missing = await wire.call("GET", f"/_fakefax/{path}/attempts/x")
        wrong = await wire.call("GET", f"/_fakefax/{path}?attempts=some")
    fields = dict(third["posted"]["fields"])
    assert fields["file"] == f"{fax['filename']}, {fax['size']} bytes"
    assert (fields["uuid"], third["answer"]["status_code"]) == (fax["uuid"], 200)
    assert full[2] == third
    assert [(run["first"], run["last"], run["status_code"]) for run in runs] == [(1, 2, 503), (3, 3, 200)]
    assert missing.status == 404
    assert (wrong.status, wrong.json["message"]) == (400, "attempts 'some' is none of plain, runs, full")


def test_exchanges_are_shared_and_bounded():
    """Equal answers take memory once, whatever their date; the newest stay, and a dropped one says so."""
    kept = Exchanges(limit=20_000)

    def keep(worker: int):
        dated = ((b"Date", b"%d" % worker), (b"X-Worker", b"7"))
        return kept.keep(b"POST / HTTP/1.1\r\n\r\n", None, Response(503, dated, b"x" * 1000))

    assert all(keep(count) is keep(0) for count in range(100))
    first = keep(0)
    bodies = [kept.keep(b"POST", None, Response(503, (), b"%d" % count * 1000)) for count in range(10, 99)]
    assert first == Exchange(b"", None, None, dropped=True)
    assert bodies[-1] == Exchange(b"POST", None, Response(503, (), b"98" * 1000))
    assert sum(not each.dropped for each in bodies if each) == 20_000 // 2304
    assert kept.keep(b"", None, None) is None


def test_one_that_is_too_large_is_not_kept():
    """The bound holds for a single one too."""
    kept = Exchanges(limit=1000)
    exchange = kept.keep(b"POST", None, Response(200, ((b"X", b"y" * 2000),)))
    assert exchange == Exchange(b"", None, None, dropped=True)
