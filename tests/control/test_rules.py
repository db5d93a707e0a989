"""Rules at run time: put in front, listed with their counters, taken away; checked as those of a file are."""

from typing import Any

import pytest

from tests.api.wire import KEY, QUERY, Wire, open_wire

SEND = f"/api/v2/fax?{QUERY}"
SECTIONS = ("faxes", "requests", "callbacks")
STORY = """
faxes:
  - {name: long, when: {pages: ">20"}, then: {msg_code: hangup}}
  - {name: all, then: {msg_code: busy}}
"""


async def outcome(wire: Wire, **changes: str) -> tuple[str, str]:
    """How the next fax will end, and the rule that says so."""
    job = (await wire.send(**changes))["fax_job_id"]
    plan = (await wire.get(f"faxes/{job}"))["plan"]
    return plan["msg_code"], plan["rule"].partition(":")[0]


async def put(wire: Wire, section: str, rule: object) -> Any:
    answer = await wire.call("POST", f"/_fakefax/rules/{section}", json=rule)
    assert answer.status == 201, answer
    return answer.json


async def remove(wire: Wire, section: str, query: str = "") -> list[str]:
    answer = await wire.call("DELETE", f"/_fakefax/rules/{section}{query}")
    assert answer.status == 200, answer
    return [rule["id"] for rule in answer.json["rules"]]


async def test_a_rule_put_in_front_decides_and_is_used_up():
    """With `times: 1` it is one-shot: the next fax is the scenario's again."""
    async with open_wire(STORY) as wire:
        rule = {
            "name": "just this one",
            "when": {"fax_number": "+1*"},
            "then": {"msg_code": "no_answer"},
            "times": 1,
        }
        assert await put(wire, "faxes", rule) == {
            "id": "r1",
            "rule": "run-time rule r1 'just this one'",
            "at_run_time": True,
            "fitted": 0,
            "used": 0,
            "left": 1,
            "written": rule,
        }
        assert await outcome(wire) == ("no_answer", "run-time rule r1 'just this one'")
        assert await outcome(wire) == ("busy", "faxes[1] 'all'")
        assert [
            (rule["id"], rule["fitted"], rule["used"]) for rule in (await wire.get("rules/faxes"))["rules"]
        ] == [
            ("r1", 2, 1),
            ("faxes[0]", 0, 0),
            ("faxes[1]", 2, 1),
        ]


async def test_the_newest_rule_stands_first_and_each_can_be_taken_away():
    """Of two rules put in front the later one decides, until it is taken away by its id; then the earlier one."""
    async with open_wire(STORY) as wire:
        await put(wire, "faxes", {"then": {"msg_code": "unknown"}})
        await put(wire, "faxes", {"then": {"msg_code": "ok"}})
        assert await outcome(wire) == ("ok", "run-time rule r2")
        assert await remove(wire, "faxes", "?id=r2") == ["r2"]
        assert await outcome(wire) == ("unknown", "run-time rule r1")
        await put(wire, "faxes", {"then": {"msg_code": "ok"}})
        assert await remove(wire, "faxes") == ["r3", "r1"]
        assert await outcome(wire) == ("busy", "faxes[1] 'all'")
        changes = [entry["message"] for entry in (await wire.get("journal?kind=rules"))["entries"]]
        assert changes == [
            "rules: run-time rule r1 put in front of faxes",
            "rules: run-time rule r2 put in front of faxes",
            "rules: run-time rule r2 taken away from faxes",
            "rules: run-time rule r3 put in front of faxes",
            "rules: run-time rule r3 taken away from faxes",
            "rules: run-time rule r1 taken away from faxes",
        ]


async def test_a_rule_for_a_number_that_was_dialled_before_decides_too(wire):
    """Put in front or taken away: the next fax to a number that the scenario names goes by what is there."""
    number = "+15005550002"
    named = {"when": {"fax_number": number}, "then": {"msg_code": "hangup"}}
    assert (await outcome(wire, fax_number=number))[0] == "busy"
    await put(wire, "faxes", named)
    assert (await outcome(wire, fax_number=number))[0] == "hangup"
    await remove(wire, "faxes", "?id=r1")
    assert (await outcome(wire, fax_number=number))[0] == "busy"


async def test_a_fault_of_callbacks_can_be_put_in_front_where_the_scenario_has_none():
    """The first rule of its section counts from the next fax on."""
    async with open_wire("accounts: [{api_key: f@x2r0ckkz}]", callback_url="http://127.0.0.1:1/") as wire:
        await wire.send()
        await put(wire, "callbacks", {"then": {"drop": True}})
        await wire.send(document_id="10", fax_number="+442012345")
        await wire.post("clock/advance", {"by": "1m"})
        faults = (await wire.get("journal?kind=fault.callback"))["entries"]
        assert [entry["fax_job_id"] for entry in faults] == [200, 201]


async def test_a_fault_of_the_api_can_be_put_in_front():
    """A rule of `requests` works from the next request on, in sequence, and in its own sandbox only."""
    async with open_wire("accounts: [{api_key: f@x2r0ckkz}]") as wire:
        await put(wire, "requests", {"when": {"operation": "send_fax"}, "then": [{"status": 500}, {}]})
        answers = [await wire.call("GET", SEND) for _ in range(2)]
        assert [answer.status for answer in answers] == [500, 200]
        assert answers[0].reason == "run-time rule r1: answered with 500"
        other = await wire.call("POST", "/_fakefax/sandboxes", json={})
        key = other.json["api_key"]
        await put(wire, "requests", {"api_key": key, "then": {"status": 500}, "when": {"operation": "balance"}})
        assert (await wire.call("GET", f"/api/v2/balance?api_key={key}")).status == 500
        assert (await wire.call("GET", f"/api/v2/balance?api_key={KEY}")).status == 200
        await put(wire, "requests", {"when": {"header": {"x-try": "2"}}, "then": {"status": 502}})
        statuses = [(await wire.call("GET", SEND, headers={"X-Try": number})).status for number in "12"]
        assert statuses == [200, 502]


async def test_a_reset_drops_rules_put_in_front():
    """After a reset the scenario's rules are all there is, with fresh counters, and ids begin again."""
    async with open_wire(STORY) as wire:
        for section in SECTIONS:
            await put(wire, section, {"then": {}})
        await outcome(wire)
        await wire.post("reset")
        assert [rule["id"] for rule in (await wire.get("rules/faxes"))["rules"]] == ["faxes[0]", "faxes[1]"]
        assert (await wire.get("rules/requests"), await wire.get("rules/callbacks")) == ({"rules": []},) * 2
        assert {rule["fitted"] for rule in (await wire.get("rules/faxes"))["rules"]} == {0}


@pytest.mark.parametrize(
    ("section", "rule", "problems"),
    [
        ("faxes", {}, ["then is missing"]),
        ("faxes", [], ["[] is not a mapping"]),
        ("faxes", {"then": {"msg_code": "bussy"}},
         ["then.msg_code: 'bussy' is not a msg_code; did you mean 'busy'? "
         "(busy, file_error, hangup, no_answer, ok, unknown)"]),
        ("faxes", {"wen": {}, "then": {"after": "2m..20s"}, "times": 0},
         ["then.after: '2m..20s' starts with its longer end; write 20s..2m", "times: 0 is below 1",
          "wen: unknown key; did you mean 'when'? (then, name, when, times)"]),
        ("requests", {"then": {"status": 500, "refuse": "unauthorized"}},
         ["then.refuse: refuse beside status; keep one of the two"]),
        ("requests", {"then": {"mix": {"200": 9, "204": 1}}},
         ["then.mix.204: 204 is not an error; write 200, which is answered as usual"]),
        ("requests", {"when": {"operation": "sendfax"}, "then": {}},
         ["when.operation: 'sendfax' is not an operation; did you mean 'send_fax'? "]),
        ("callbacks", {"when": {"attempt": "first"}, "then": [{"drop": True, "duplicate": True}]},
         ["then[0].drop: drop beside duplicate, which needs it to be posted; keep one of the two",
          'when.attempt: \'first\' is not a number or a condition such as ">20", "<=3" or "1..5"']),
    ],
)  # fmt: skip
async def test_a_wrong_rule_is_refused_with_every_problem(wire, section, rule, problems):
    """The words are those of `fakefax check`, the places those within the rule; nothing was put in front."""
    before = await wire.get(f"rules/{section}")
    answer = await wire.call("POST", f"/_fakefax/rules/{section}", json=rule)
    assert answer.status == 400
    reported = answer.json["problems"]
    assert len(reported) == len(problems)
    assert all(line.startswith(problem) for line, problem in zip(reported, problems, strict=True)), reported
    assert answer.json["message"] == "\n".join(reported)
    assert await wire.get(f"rules/{section}") == before


async def test_a_body_that_is_not_json_is_refused(wire):
    """A body that cannot be read is reported as such."""
    answer = await wire.call("POST", "/_fakefax/rules/faxes", data=b"{then")
    assert answer.status == 400
    assert answer.json["message"].startswith("the body is not JSON: ")
    answer = await wire.call("POST", "/_fakefax/rules/faxes", json={"api_key": 5, "then": {}})
    assert (answer.status, answer.json["message"]) == (400, "api_key: 5 is not text")


@pytest.mark.parametrize(
    ("rule_id", "message"),
    [
        ("r7", "no rule of faxes put in front at run time has the id 'r7'; there are: none"),
        (
            "faxes[0]",
            "faxes[0] is a rule of the scenario; only rules put in front at run time can be taken away: none",
        ),
    ],
)
async def test_only_rules_put_in_front_can_be_taken_away(wire, rule_id, message):
    """An id that is unknown, or of the scenario's own rule, is refused with the ids that there are."""
    await put(wire, "faxes", {"then": {"msg_code": "ok"}})
    for part in ("", "r"):  # it does not mean all of them, nor those that begin so
        assert (await wire.call("DELETE", f"/_fakefax/rules/faxes?id={part}")).status == 404
    assert await remove(wire, "faxes") == ["r1"]
    answer = await wire.call("DELETE", f"/_fakefax/rules/faxes?id={rule_id}")
    assert (answer.status, answer.json["message"]) == (404, message)


async def test_a_rule_is_listed_as_it_was_written():
    """The list shows each rule in the shape of a file, so that it can be sent or written again."""
    rule = {
        "name": "n",
        "when": {"kind": "receipt", "attempt": "1..3", "msg_code": "busy"},
        "times": 2,
        "then": [{"change": {"status": "success", "message": None}}, {"lose_ack": True, "delay": "5s..6s"}],
    }
    async with open_wire("") as wire:
        assert (await put(wire, "callbacks", rule))["written"] == rule
        assert (await wire.get("rules/callbacks"))["rules"][0]["written"] == rule
