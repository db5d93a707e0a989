"""Snapshots over the control API: taken, put in force, refused with every problem."""

import asyncio
import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode

import aiohttp
import pytest

from fakefax.sandbox.keeping import StateOptions
from fakefax.state import check
from tests.api.wire import KEY, OK, Answer, Receiver, Wire, open_wire

pytestmark = pytest.mark.usefixtures("shared_pool")

JPEG = b"a picture that is none"


@pytest.fixture
async def wire():
    async with open_wire() as opened:
        yield opened


async def saved(wire: Wire, query: str = "?keys=true") -> str:
    answer = await wire.call("GET", f"/_fakefax/snapshot{query}")
    assert answer.status == 200, answer
    return answer.body.decode()


async def put(wire: Wire, text: str, query: str = "") -> Answer:
    return await wire.call("PUT", f"/_fakefax/snapshot{query}", data=text.encode())


async def loaded(wire: Wire, text: str, query: str = "") -> Any:
    answer = await put(wire, text, query)
    assert answer.status == 200, answer
    return answer.json


async def uploaded(wire: Wire, content: bytes = b"Dear Sir") -> None:
    form = aiohttp.FormData()
    form.add_field("file", content, filename="letter.txt")
    answer = await wire.call("POST", f"/api/v2/files?api_key={KEY}", data=form)
    assert answer.status == 200, answer


async def made(wire: Wire, path: str, body: object) -> None:
    assert (await wire.call("POST", f"/_fakefax/{path}", json=body)).status in (200, 201)


async def much(wire: Wire) -> None:
    """Something of everything that a snapshot has."""
    await uploaded(wire)
    await wire.send()
    await wire.send(fax_number="+15005550002", document_id="100")
    await made(wire, "rules/faxes", {"when": {"api_key": KEY}, "then": {"msg_code": "busy"}, "times": 3})
    await wire.send()
    body = {"name": "me", "email": "me@example.com", "password": "secret"}
    assert (await wire.call("POST", "/api/v2/user", json=body)).status == 200
    await made(wire, "incoming-faxes", {"from": "+4420123456", "text": "Hello"})
    await made(wire, "incoming-faxes", {"from": "+4420123456", "after": "1h"})
    await wire.patch("account", {"balance": 12.5, "callback_url": "http://127.0.0.1:9/faxto"})
    await wire.post("clock/advance", {"by": "20m"})


async def test_a_snapshot_that_is_loaded_and_saved_again_is_the_same_text(wire):
    """Nothing is lost on the way, and nothing is put in another order."""
    await much(wire)
    text = await saved(wire)
    assert (await loaded(wire, text))["moved"] == {}
    assert await saved(wire) == text
    masked = await saved(wire, "")
    await loaded(wire, masked)
    assert await saved(wire, "") == masked
    assert await saved(wire) == text


async def test_a_fresh_server_goes_on_from_it(wire):
    """Faxes, receipts, money, files, users and numbers are there; ids go on where they had come to."""
    await much(wire)
    text = await saved(wire)
    async with open_wire() as other:
        answer = await loaded(other, text)
        assert (answer["status"], answer["moved"]) == ("success", {})
        assert await saved(other) == text
        assert (await other.send())["fax_job_id"] == 203
        body = {"email": "me@example.com", "password": "secret"}
        assert (await other.call("POST", "/api/v2/user/login", json=body)).status == 200
        preview = "/_fakefax/documents/100/pages/1.png"
        assert (await other.call("GET", preview)).body == (await wire.call("GET", preview)).body
        for path in ("journal", "ledger", "audit", "verdict", "clock", "faxes?detail=true"):
            if path in ("journal", "ledger"):
                await wire.send()
            answers = [await each.call("GET", f"/_fakefax/{path}") for each in (wire, other)]
            if path == "audit":
                assert answers[1].json["ok"]


async def test_keys_are_masked_unless_asked_for(wire):
    """No key of the sandbox stands anywhere in it, not in rules, users or URLs; with `keys=true` they all do."""
    await much(wire)
    await wire.patch("account", {"callback_url": f"http://127.0.0.1:9/faxto?of={KEY}"})
    keys = [account.api_key for account in wire.server.sandbox.accounts.values()]
    assert len(keys) == 2
    masked = await saved(wire, "")
    assert not any(key in masked for key in keys)
    assert json.loads(masked)["accounts"][0]["callback_url"] == "http://127.0.0.1:9/faxto?of=<key 1>"
    text = await saved(wire)
    assert all(key in text for key in keys)
    assert check(masked) == []


@pytest.mark.parametrize(
    "url",
    [
        f"http://127.0.0.1:9/faxto?of={quote(KEY, safe='')}",
        f"http://127.0.0.1:9/{quote(KEY, safe='')}/faxto",
        f"http://127.0.0.1:9/?next={quote(f'http://127.0.0.1:9/?of={KEY}', safe='')}",
        f"http://127.0.0.1:9/{KEY}",
    ],
)
async def test_a_key_that_is_encoded_in_a_url_is_masked_too(wire, url):
    """No masked snapshot has the key, encoded or not; where it is loaded, the URL has the key of that sandbox."""
    await wire.patch("account", {"callback_url": url})
    await wire.send()
    await wire.post("clock/advance", {"by": "1m"})
    text = await saved(wire, "")
    assert KEY not in unquote(unquote(text))
    assert url in await saved(wire)
    asked = {"rate": 0, "api_key": "an+other@key"}
    key = (await wire.call("POST", "/_fakefax/sandboxes", json=asked)).json["api_key"]
    query = urlencode({"api_key": key, "keys": "true"})
    await loaded(wire, text, f"?{urlencode({'api_key': key})}")
    there = json.loads(await saved(wire, f"?{query}"))
    for found in (there["accounts"][0]["callback_url"], there["attempts"][0]["url"]):
        assert unquote(unquote(found)) == unquote(unquote(url)).replace(KEY, key)
    masked = json.dumps(await wire.get("journal?kind=receipt"))
    assert "receipt.attempt" in masked
    assert KEY not in unquote(unquote(masked)).replace(f'"api_key": "{KEY}"', "")


async def test_another_sandbox_takes_it_under_its_own_key(wire):
    """Its caller goes on with its key; ids that the first sandbox has move up, and nothing of that one changes."""
    await much(wire)
    text, before = await saved(wire, ""), await saved(wire)
    key = (await wire.call("POST", "/_fakefax/sandboxes", json={"rate": 0})).json["api_key"]
    answer = await loaded(wire, text, f"?api_key={key}")
    assert answer["api_keys"]["<key 1>"] == key
    assert answer["moved"]["faxes"] == {"200": 203, "201": 204, "202": 205}
    assert answer["moved"]["documents"] == {"100": 101}
    assert set(answer["moved"]) == {"faxes", "documents", "received_faxes", "numbers", "dids"}
    faxes = (await wire.get(f"faxes?api_key={key}"))["faxes"]
    assert [fax["fax_job_id"] for fax in faxes] == [203, 204, 205]
    assert [fax["document_id"] for fax in faxes] == [10, 101, 10]
    journal = await wire.get(f"journal?api_key={key}")
    assert {entry["fax_job_id"] for entry in journal["entries"]} == {None, 203, 204, 205}
    assert (await wire.get(f"audit?api_key={key}"))["ok"]
    assert KEY not in json.dumps(await wire.get(f"scenario?api_key={key}"))
    assert (await wire.send(api_key=key))["fax_job_id"] == 206
    now = await saved(wire)
    assert [line for line in now.splitlines() if '"ids"' not in line] == [
        line for line in before.splitlines() if '"ids"' not in line
    ]


async def test_a_posted_receipt_without_an_answer_is_posted_again():
    """At least once: what the endpoint has not answered when the snapshot was taken is posted as it is loaded."""

    async def answer(_: bytes) -> bytes:
        return OK

    async with Receiver(answer).listening() as receiver, open_wire(callback_url=receiver.url) as wire:
        sandbox = wire.server.sandbox
        sandbox.retry_scheduler.injector.post = lambda *_: None
        await wire.send()
        await wire.post("clock/advance", {"by": "1m"})
        text = await saved(wire)
        assert json.loads(text)["deliveries"][0]["url"] == receiver.url
        await loaded(wire, text)
        await wire.post("clock/advance", {"by": "0s"})
        (fax,) = (await wire.get("faxes?detail=true"))["faxes"]
        assert fax["receipt"] == "acknowledged"
        assert receiver.arrived.qsize() == 1


async def test_receipts_go_on_at_their_own_time(wire):
    """One at attempt 3 goes on with 4, due as it was."""
    await wire.patch("account", {"callback_url": "http://127.0.0.1:9/faxto"})
    await wire.send()
    await wire.post("clock/advance", {"by": "31m"})
    due = (await wire.get("clock"))["timers"]
    assert due[0]["name"] == "receipt 200, attempt 4"
    text = await saved(wire)
    async with open_wire() as other:
        await loaded(other, text)
        assert (await other.get("clock"))["timers"] == due
        await other.post("clock/advance", {"by": "15m"})
        (fax,) = (await other.get("faxes?detail=true"))["faxes"]
        assert [attempt["attempt"] for attempt in fax["attempts"]] == [1, 2, 3, 4]


WRONG = [
    ("", ["it is not JSON"]),
    ("[]", ["it is not a snapshot"]),
    ("{}", ["it is not a snapshot: it has no fakefax_snapshot"]),
    ('{"fakefax_snapshot": 2}', ["fakefax_snapshot: 2 is a format of a newer fakefax; this one knows 1"]),
    ('{"fakefax_snapshot": 1}', ["accounts: it is missing", "clock: it is missing", "scenario: it is missing"]),
]


@pytest.mark.parametrize(("text", "problems"), WRONG, ids=[text[:20] or "empty" for text, _ in WRONG])
async def test_other_documents_are_refused(wire, text, problems):
    """A document that is not a snapshot of this format is refused with that reason."""
    answer = await put(wire, text)
    assert answer.status == 400
    for problem in problems:
        assert any(line.startswith(problem) for line in answer.json["problems"]), answer.json


def changed(text: str, path: list[str | int], value: object) -> str:
    """The document with one value changed, or taken out if it is ..."""
    data = json.loads(text)
    place = data
    for step in path[:-1]:
        place = place[step]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return json.dumps(data)


@cache
def a_text() -> str:
    """A snapshot with something of everything."""

    async def get() -> str:
        async with open_wire() as wire:
            await much(wire)
            return await saved(wire)

    return asyncio.run(get())


CHANGES: list[tuple[list[str | int], object, str]] = [
    (["faxes", 0, "cost"], "much", "faxes[0].cost: 'much' is not valid"),
    (["faxes", 0, "cost"], "NaN", "faxes[0].cost: NaN is not an amount"),
    (["faxes", 0, "colour"], 1, "faxes[0].colour: unknown field"),
    (["faxes", 0, "document", "pages"], 0, "faxes[0].document.pages: 0 is not valid"),
    (
        ["faxes", 0, "accepted_at"],
        "2026-01-05T09:00:00",
        "faxes[0].accepted_at: '2026-01-05T09:00:00' is not valid",
    ),
    (["faxes", 0, "api_key"], "nobody", "faxes[0].api_key: there is no account 'nobody'"),
    (["faxes", 1, "fax_job_id"], 200, "faxes[1].fax_job_id: 200 is there twice"),
    (
        ["faxes", 0, "timer"],
        {"due": "2026-01-05T09:00:00Z", "order": 1},
        "faxes[0]: a fax has a timer until it ends",
    ),
    (["clock", "rate"], -1, "clock.rate: -1 is not valid"),
    (["clock", "next_order"], 0, "received_faxes[1].timer.order: "),
    (["accounts", 0, "ledger"], "nobody", "accounts[0].ledger: there is no ledger 'nobody'"),
    (["ledger_entries", 0, "index"], 5, "ledger_entries[0].index: 5 is not 0, the next one"),
    (["attempts", 0, "number"], 999, "attempts[0].number: there is no such callback of fax 999"),
    (["callbacks", 0, "timer"], ..., "callbacks[0]: it is pending"),
    (["journal", 1, "seq"], 9, "journal[1].seq: 9 is not 2"),
    (["journal", 0, "detail"], {}, "journal[0].detail: scenario is missing"),
    (["journal", 0, "detail"], {"scenario": {"time": "soon"}}, "journal[0].detail: {'time': 'soon'}"),
    (
        ["rules", 0, "written", "then"],
        {"msg_code": "bussy"},
        "rules[0].written: then.msg_code: 'bussy' is not a msg_code",
    ),
    (["rules", 0, "rule_id"], "r9", "rules[0].rule_id: 'r9' is not from r1 to r1"),
    (["scenario", "seed"], "x", "scenario: seed: 'x' is not a whole number"),
    (["files"], {"0" * 64: "eA=="}, f"files.{'0' * 64}: this is not the digest of its bytes"),
    (["documents", 1, "digest"], "0" * 64, f"documents[1].digest: files has no {'0' * 64}"),
    (["users", 0, "salt"], "###", "users[0].salt: '###' is not valid"),
    (["counters", "salts"], 10**12, "counters.salts: 1000000000000 is not valid"),
]


@pytest.mark.parametrize(("path", "value", "problem"), CHANGES, ids=[problem[:40] for *_, problem in CHANGES])
def test_each_problem_is_named_with_its_path(path, value, problem):
    """A wrong document says which value is wrong, where it stands, and often what it should be."""
    problems = check(changed(a_text(), path, value))
    assert any(line.startswith(problem) for line in problems), problems


async def test_every_problem_is_told_at_once_and_nothing_changes(wire):
    """Of shape first, then of what does not fit together; a great many are counted. The sandbox is as it was."""
    await much(wire)
    text = await saved(wire)
    shape = changed(changed(text, ["faxes", 0, "cost"], "x"), ["clock", "rate"], -1)
    assert len((await put(wire, shape)).json["problems"]) == 2
    fit = changed(changed(text, ["faxes", 0, "api_key"], "x"), ["journal", 0, "seq"], 7)
    assert len((await put(wire, fit)).json["problems"]) == 2
    many = json.loads(text)
    many["journal"] = [{"seq": "x"}] * 100
    assert (await put(wire, json.dumps(many))).json["problems"][-1].startswith("and ")
    now = json.loads(await saved(wire))
    refused = [entry for entry in now["journal"] if entry["kind"] == "control.refused"]
    assert len(refused) == 3
    assert now["faxes"] == json.loads(text)["faxes"]


async def test_files_beyond_the_limits_are_refused():
    """A snapshot with a file that this server would not take is too large for it, and changes nothing."""
    async with open_wire() as wire:
        await uploaded(wire, b"x" * 5000)
        text = await saved(wire)
    async with open_wire(upload_limit=4000) as small:
        await small.send()
        answer = await put(small, text)
        assert (answer.status, "--upload-limit" in answer.json["message"]) == (413, True)
        assert len((await small.get("faxes"))["faxes"]) == 1


def test_nothing_loads_the_room_before_a_snapshot():
    """A server without snapshots does not pay for them."""
    code = (
        "import sys, fakefax.server.app, fakefax.cli.serve; print([m for m in sys.modules if 'fakefax.state' in m])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
async def test_every_later_release_loads_it(path):
    """A file that this format's first release has saved is loaded, saved again as the same text, and goes on."""
    text = path.read_text(encoding="utf-8")
    async with open_wire() as wire:
        await loaded(wire, text)
        assert await saved(wire) == text
        await wire.post("clock/advance", {"until": "idle"})
        assert (await wire.send())["fax_job_id"] == 203
        faxes = (await wire.get("faxes?detail=true"))["faxes"]
        assert [fax["receipt"] for fax in faxes] == ["expired", "expired", "expired", None]
        assert (await wire.get("audit"))["ok"]


async def test_a_loaded_snapshot_is_in_the_state_file(tmp_path):
    """With --state a snapshot that was answered with 200 is there after a restart, in place of what was before."""
    options = StateOptions(tmp_path / "state.db")
    async with open_wire(state=options) as wire:
        await wire.send()
        await loaded(wire, GOLDEN[0].read_text(encoding="utf-8"))
        await wire.send()
        text = await saved(wire)
    async with open_wire(state=options) as again:
        assert without_restart(await saved(again)) == without_restart(text)


def without_restart(text: str) -> list[str]:
    """The lines of a snapshot but for those about a restart, which the journal tells of."""
    lines = [line.rstrip(",") for line in text.splitlines()]
    return [line for line in lines if '"last_seq"' not in line and "clock.changed" not in line]


def nested(depth: int) -> list[object]:
    value: list[object] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "wrong",
    [
        {f"unknown_{number}": 1 for number in range(100_000)},
        {"faxes": [{"unknown": 1}] * 100_000},
        {"x" * 5_000_000: 1},
        {"scenario": nested(900)},
        {"clock": {"now": {"x": nested(900)}}},
    ],
    ids=["fields", "records", "a long field", "deep", "deep in a record"],
)
async def test_the_search_for_problems_is_bounded(wire, wrong):
    """A document that is wrong all over is refused in time, with some of its problems and short quotations."""
    document = json.loads(await saved(wire))
    lines = check(json.dumps({**document, **wrong}))
    assert 1 <= len(lines) <= 51
    assert all(len(line) < 1_000 for line in lines)
    if len(lines) > 50:
        assert lines[-1] == "and at least 950 more"
