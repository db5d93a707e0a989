"""PUT scenario: another story for a running sandbox, or the old one untouched."""

import asyncio
import json
import threading
from typing import Any

import pytest

from fakefax.control.sandboxes import FLAT
from fakefax.sandbox.sandbox import Sandbox
from tests.api.wire import KEY, Answer, Wire, open_wire

BUSY = "description: All busy.\nfaxes: [{name: all, then: {msg_code: busy}}]\n"


async def put(wire: Wire, body: str | bytes, query: str = "") -> Answer:
    return await wire.call("PUT", f"/_fakefax/scenario{query}", data=body)


async def code(wire: Wire, key: str = KEY) -> str:
    """The msg_code that the rules give to a fax."""
    fax_job_id = (await wire.send(api_key=key))["fax_job_id"]
    plan = (await wire.get(f"faxes/{fax_job_id}?api_key={key}"))["plan"]
    return str(plan["msg_code"])


async def test_a_scenario_can_only_be_checked(wire):
    """`check=true` refuses what is wrong, accepts what is right, and changes nothing either way."""
    await wire.send()
    answer = await put(wire, BUSY, "?check=true")
    assert (answer.status, answer.json["scenario"]) == (200, "All busy.")
    wrong = await put(wire, "faxes: [{then: {msg_code: bussy}}]\n", "?check=true")
    assert wrong.status == 400
    assert "did you mean 'busy'?" in wrong.json["problems"][0]
    assert len((await wire.get("faxes"))["faxes"]) == 1
    assert await code(wire) == "ok"


@pytest.mark.parametrize(
    "body",
    [BUSY, json.dumps({"faxes": [{"then": {"msg_code": "busy"}}]}), "busy", '"busy"', "busy\n"],
    ids=["YAML", "JSON", "a name", "a name as JSON", "a name in a line"],
)
async def test_another_scenario_decides_from_now_on(wire, body):
    """A scenario comes as YAML, as JSON or by name; faxes sent before are gone, ids go on rising."""
    assert (await wire.send())["fax_job_id"] == 200
    answer = await put(wire, body)
    assert (answer.status, answer.json["status"], answer.json["api_keys"]) == (200, "success", {KEY: KEY})
    assert answer.json["account"]["balance"] == 100
    assert await wire.get("faxes") == {"faxes": [], "let_go": 0, "total": 0, "more": False}
    assert await code(wire) == "busy"
    assert (await wire.get("faxes"))["faxes"][0]["fax_job_id"] == 201


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        (
            "seed: x\nfaxes:\n  - then: {msg_code: bussy}\n",
            [
                "scenario:1:7: seed: 'x' is not a whole number",
                "scenario:3:22: faxes[0].then.msg_code: 'bussy' is not a msg_code; did you mean 'busy'? "
                "(busy, file_error, hangup, no_answer, ok, unknown)",
            ],
        ),
        ('{"seed": "x"}', ["scenario: seed: 'x' is not a whole number"]),
        ("faxes: [", None),
        ("accounts: []", None),
        ("/etc/passwd", None),
        ("[1]", None),
    ],
)
async def test_a_wrong_scenario_changes_nothing(wire, body, problems):
    """Every problem is reported with place and cure, and the old sandbox goes on as if nobody had asked."""
    await wire.send(fax_number="+15005550003")
    before = [await wire.get(path) for path in ("scenario", "faxes", "ledger", "clock", "account")]
    answer = await put(wire, body)
    assert answer.status == 400
    assert answer.json["message"] == "\n".join(answer.json["problems"])
    assert answer.json["problems"] == problems or problems is None
    assert [await wire.get(path) for path in ("scenario", "faxes", "ledger", "clock", "account")] == before
    assert (await wire.get("journal?limit=1"))["entries"][0]["kind"] == "control.refused"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b" \n", "the body is empty; send a scenario as YAML or JSON, or a shipped one's name"),
        (b"a: \xff", "the body is not UTF-8 text: byte 3 is 0xff"),
        (b"# yaml-language-server: nonefaxes: []", f"the body is one line of comment, so it says nothing; {FLAT}"),
    ],
)
async def test_a_body_that_is_not_text_is_refused(wire, body, message):
    """An empty body is a mistake, though an empty file is a scenario; bytes that are no text are named."""
    answer = await put(wire, body)
    assert (answer.status, answer.json["message"]) == (400, message)


async def test_the_scenario_can_be_read_and_put_back(wire):
    """GET shows a whole scenario, which PUT accepts as it is."""
    await put(wire, BUSY)
    shown = await wire.get("scenario")
    assert (shown["description"], shown["faxes"][0]["name"]) == ("All busy.", "all")
    assert (await put(wire, json.dumps(shown))).status == 200
    assert await wire.get("scenario") == shown


async def test_options_of_the_server_still_beat_the_scenario():
    """A flag beats the file, also one that is put later: time and rate stay as the server was started."""
    async with open_wire(callback_url="http://127.0.0.1:9/flag") as wire:
        await put(wire, "clock: {rate: 5}\naccounts: [{api_key: f@x2r0ckkz, balance: 7}]")
        assert (await wire.get("clock"))["rate"] == 0
        account = await wire.get("account")
    assert (account["balance"], account["callback_url"]) == (7, "http://127.0.0.1:9/flag")


async def test_the_key_of_the_caller_goes_on_working(wire):
    """The server's own sandbox takes the keys as written; its first account takes the caller's if it is missing."""
    answer = await put(wire, "accounts: [{api_key: other}, {api_key: f@x2r0ckkz, balance: 3}]")
    assert answer.json["api_keys"] == {"other": "other", KEY: KEY}
    assert answer.json["account"]["balance"] == 3
    answer = await put(wire, "accounts: [{api_key: one, balance: 1}, {api_key: two, balance: 2}]", "?api_key=other")
    assert answer.json["api_keys"] == {"one": "other", "two": "two"}
    assert answer.json["account"]["balance"] == 1
    for key, status in (("other", 200), ("two", 200), (KEY, 401), ("one", 401)):
        assert (await wire.call("GET", f"/api/v2/balance?api_key={key}")).status == status


async def test_a_sandbox_goes_on_with_its_keys(wire):
    """Another sandbox keeps its keys in their order, the caller's first; accounts beyond that get new ones."""
    made = await wire.call(
        "POST", "/_fakefax/sandboxes", json={"scenario": "accounts: [{api_key: a}, {api_key: b}]", "rate": 0}
    )
    first, second = made.json["api_keys"].values()
    accounts = "accounts: [{api_key: x}, {api_key: y}, {api_key: z}]"
    story = f"{accounts}\nfaxes: [{{when: {{api_key: y}}, then: {{msg_code: busy}}}}]"
    answer = await put(wire, story, f"?api_key={second}")
    keys = answer.json["api_keys"]
    assert (keys["x"], keys["y"]) == (second, first)
    assert keys["z"] not in (first, second)
    assert [await code(wire, key) for key in keys.values()] == ["ok", "busy", "ok"]
    assert (await wire.get(f"clock?api_key={keys['z']}"))["rate"] == 0
    assert (await wire.get("account"))["api_key"] == KEY


async def test_a_key_of_another_sandbox_is_not_taken(wire):
    """A scenario that would give the server's sandbox a key of another sandbox is a 409, and changes nothing."""
    await wire.call("POST", "/_fakefax/sandboxes", json={"api_key": "mine"})
    await wire.send()
    answer = await put(wire, "accounts: [{api_key: f@x2r0ckkz}, {api_key: mine}]")
    assert answer.status == 409
    assert answer.json["message"].startswith("the api_key 'min...' is taken by another account")
    assert len((await wire.get("faxes"))["faxes"]) == 1


async def test_puts_and_sends_at_once_keep_the_books_right(wire):
    """Scenarios change in the middle of parallel sends: each is answered, and the last sandbox's books hold."""
    calls = [
        put(wire, BUSY)
        if n % 7 == 3
        else wire.call("GET", f"/api/v2/fax?api_key={KEY}&fax_number=%2B123456&document_id=10")
        for n in range(40)
    ]
    answers = await asyncio.gather(*calls)
    assert {answer.status for answer in answers} == {200}
    assert (await wire.get("audit"))["ok"] is True


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "content_type", "hinted"),
    [
        ("description: All busy.faxes: [{then: {msg_code: busy}}]", FORM, True),
        ("description: All busy.faxes: [{then: {msg_code: busy}}]", "text/yaml", False),
        ("seed: x\nfaxes: []\n", FORM, False),
        ("bussy", FORM, False),
    ],
    ids=["curl -d @file", "another type", "curl --data-binary @file", "curl -d bussy"],
)
async def test_a_file_that_lost_its_line_breaks_gets_the_cure(wire, body, content_type, hinted):
    """`curl -d @file` makes one line of a file: the last problem says what leaves the line breaks in."""
    answer = await wire.call("PUT", "/_fakefax/scenario", data=body, headers={"Content-Type": content_type})
    assert answer.status == 400
    assert answer.json["message"] == "\n".join(answer.json["problems"])
    assert (answer.json["problems"][-1] == FLAT) is hinted


async def test_a_flow_scenario_is_one_line(wire):
    """A scenario that is written in one line is taken from curl's -d."""
    body = "faxes: [{then: {msg_code: busy}}]"
    answer = await wire.call("PUT", "/_fakefax/scenario", data=body, headers={"Content-Type": FORM})
    assert answer.status == 200
    assert await code(wire) == "busy"


async def test_a_large_scenario_becomes_a_sandbox_beside_the_event_loop(monkeypatch):
    """Put in force, reset or given to a new sandbox, its rules and accounts are made in a thread."""
    made_in = []

    class NotedSandbox(Sandbox):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            made_in.append(threading.current_thread())
            super().__init__(*arguments, **named)

    async with open_wire() as wire:
        monkeypatch.setattr("fakefax.sandbox.registry.Sandbox", NotedSandbox)
        text = "accounts: [{api_key: f@x2r0ckkz}]\nrequests:\n" + "  - {when: {document_id: 3}, then: {}}\n" * 500
        assert (await put(wire, text)).status == 200
        await wire.post("reset")
        made = (await wire.call("POST", "/_fakefax/sandboxes", json={"scenario": text})).json
        assert len(made_in) == 3
        assert threading.main_thread() not in made_in
        await wire.send()
        assert (await wire.get(f"account?api_key={made['api_key']}"))["balance"] == 100
        assert (await put(wire, "busy")).status == 200
        assert made_in[3] is threading.main_thread(), "a small one needs none"
