"""Sandboxes: isolated sandboxes that are made, listed and freed at run time."""

import asyncio
import gc
import re
import weakref
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest

from fakefax.core.clock import ClockClosed
from fakefax.core.real_time import wall_clock
from fakefax.sandbox.keys import KeyTaken
from fakefax.values.urls import masked_key
from tests.api.wire import DEADLINE, KEY, NOT_NOW, Receiver, Wire, always, hang, open_wire

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

TWO_ACCOUNTS = """
accounts: [{api_key: one, balance: 1}, {api_key: two, balance: 2}]
faxes:
  - {when: {api_key: two}, then: {msg_code: hangup}}
  - {then: {msg_code: busy}}
"""


async def make(wire: Wire, **body: object) -> dict[str, object]:
    answer = await wire.call("POST", "/_fakefax/sandboxes", json=body)
    assert answer.status == 201, answer
    made: dict[str, object] = answer.json
    return made


async def refused(wire: Wire, method: str = "POST", query: str = "", **body: object) -> tuple[int, str]:
    answer = await wire.call(method, f"/_fakefax/sandboxes{query}", json=body)
    return answer.status, answer.json["message"]


async def test_a_new_sandbox_is_isolated(wire):
    """Its key sends faxes at once; clock, balance and scenario are as asked; the first sandbox notices nothing."""
    made = await make(
        wire,
        scenario="busy",
        rate=0,
        start="2026-03-01T00:00:00Z",
        balance="5.00",
        callback_url="http://127.0.0.1:9/x",
    )
    key = str(made["api_key"])
    assert UUID.fullmatch(key)
    assert (made["base_url"], made["now"], made["rate"]) == (f"{wire.url}/api/v2", "2026-03-01T00:00:00Z", 0)
    assert made["api_keys"] == {KEY: key}
    assert made["strangers_after"] == (await wire.get("journal"))["last_seq"]
    assert (await wire.send(api_key=key))["user_cash_balance"] == 4.85
    await wire.post(f"clock/advance?api_key={key}", {"by": "45s"})
    (fax,) = (await wire.get(f"faxes?api_key={key}"))["faxes"]
    assert (fax["msg_code"], fax["finished_at"]) == ("busy", "2026-03-01T00:00:45Z")
    assert await wire.get("faxes") == {"faxes": [], "let_go": 0, "total": 0, "more": False}
    assert (await wire.get("clock"))["now"] == "2026-01-05T09:00:00Z"
    assert (await wire.get("account"))["balance"] == 100


async def test_without_a_scenario_it_is_a_copy_of_the_servers_own():
    """A setting that the body leaves out is as at the server's start, even if the account was changed since."""
    async with open_wire(TWO_ACCOUNTS) as wire:
        await wire.patch("account", {"balance": 50})
        made = await make(wire)
    assert (made["now"], made["rate"]) == ("2026-01-05T09:00:00Z", 0)
    assert [account["balance"] for account in made["accounts"]] == [1, 2]  # type: ignore[attr-defined]


async def test_without_a_start_it_begins_now(wire):
    """Its simulated time begins when it is made, not when the server was started."""
    before = wall_clock()
    made = await make(wire, scenario="busy", rate=0)
    assert before <= datetime.fromisoformat(str(made["now"])) <= wall_clock()


async def test_every_account_gets_a_key_of_its_own_and_rules_go_along():
    """Two sandboxes of one scenario share no key, and a rule that names an account means the new one."""
    async with open_wire() as wire:
        made = [await make(wire, scenario=TWO_ACCOUNTS, rate=0) for _ in range(2)]
        keys = [key for box in made for key in box["api_keys"].values()]  # type: ignore[attr-defined]
        assert len(set(keys)) == 4
        assert [list(box["api_keys"]) for box in made] == 2 * [["one", "two"]]  # type: ignore[call-overload]
        for key, code in zip(keys, 2 * ["busy", "hangup"], strict=True):
            fax_job_id = (await wire.send(api_key=key))["fax_job_id"]
            assert (await wire.get(f"faxes/{fax_job_id}?api_key={key}"))["plan"]["msg_code"] == code


async def test_the_keys_come_again_with_the_seed_and_never_twice():
    """Two fresh servers give the same series of keys; a deleted key is not given out again."""
    series = []
    for _ in range(2):
        async with open_wire() as wire:
            first = await make(wire)
            await wire.call("DELETE", f"/_fakefax/sandboxes?api_key={first['api_key']}")
            series.append([first["api_key"], (await make(wire))["api_key"]])
    assert series[0] == series[1]
    assert series[0][0] != series[0][1]


async def test_a_key_can_be_asked_for(wire):
    """An api_key in the body is the new sandbox's; one that is taken, by whatever account, is a 409."""
    assert (await make(wire, api_key="mine"))["api_key"] == "mine"
    for taken in ("mine", KEY):
        message = f"the api_key '{masked_key(taken)}' is taken by another account; leave it out to get a new one"
        assert await refused(wire, api_key=taken) == (409, message)
    assert (await wire.call("DELETE", "/_fakefax/sandboxes?api_key=mine")).status == 200
    assert (await make(wire, api_key="mine"))["api_key"] == "mine"


@pytest.mark.parametrize("options", [{"params": {"api_key": "mine"}}, {"headers": {"api_key": "mine"}}])
async def test_a_key_can_be_asked_for_where_a_proxy_sees_it(wire, options):
    """An api_key of query or header is the new sandbox's too, also beside the same one in the body."""
    path = "/_fakefax/sandboxes"
    url = f"{wire.url}{path}"
    async with aiohttp.ClientSession() as session:
        for body in ({}, {"api_key": "mine"}):
            async with session.post(url, json=body, **options) as made:
                assert (made.status, (await made.json())["api_key"]) == (201, "mine")
            async with session.post(url, json=body, **options) as again:
                assert again.status == 409
            await wire.call("DELETE", f"{path}?api_key=mine")
        async with session.post(url, json={"api_key": "yours"}, **options) as two:
            message = "the body names the api_key 'you...', the request 'min...'; name the same one"
            assert (two.status, (await two.json())["message"]) == (400, message)


async def test_a_scenario_can_be_sent_whole(wire):
    """A scenario comes as a name, as YAML text or as a JSON object, and means the same."""
    forms: list[object] = [
        "hangup",
        "faxes: [{then: {msg_code: hangup}}]",
        {"faxes": [{"then": {"msg_code": "hangup"}}]},
    ]
    for form in forms:
        key = str((await make(wire, scenario=form, rate=0))["api_key"])
        fax_job_id = (await wire.send(api_key=key))["fax_job_id"]
        assert (await wire.get(f"faxes/{fax_job_id}?api_key={key}"))["plan"]["msg_code"] == "hangup"


@pytest.mark.parametrize(
    ("scenario", "problems"),
    [
        (
            "seed: x\nfaxes: [{then: {msg_code: bussy}}]",
            [
                "scenario:1:7: seed: 'x' is not a whole number",
                "scenario:2:27: faxes[0].then.msg_code: 'bussy' is not a msg_code; did you mean 'busy'? "
                "(busy, file_error, hangup, no_answer, ok, unknown)",
            ],
        ),
        (
            {"seed": "x", "faxes": [{"wen": {}, "then": {}}], "accounts": [{"api_key": "a"}, {"api_key": "a"}]},
            [
                "scenario: accounts[1].api_key: 'a' is the key of accounts[0] already; give each its own",
                "scenario: faxes[0].wen: unknown key; did you mean 'when'? (then, name, when, times)",
                "scenario: seed: 'x' is not a whole number",
            ],
        ),
        ([], None),
        ("bussy", None),
        ("/etc/passwd", None),
        ("../scenarios/busy.yaml", None),
    ],
)
async def test_a_wrong_scenario_is_refused_with_every_problem(wire, scenario, problems):
    """Each problem is reported with its place and cure, and no sandbox is made; a path is never opened."""
    answer = await wire.call("POST", "/_fakefax/sandboxes", json={"scenario": scenario})
    assert (answer.status, answer.json["status"]) == (400, "failed")
    reported = answer.json["problems"]
    assert answer.json["message"] == "\n".join(reported)
    if problems is not None:
        assert sorted(reported) == problems
    elif isinstance(scenario, str):
        path_hint = "; a path is not taken here: send the scenario itself, or start with --scenarios-dir"
        hint = path_hint if "/" in scenario else ""
        assert reported[0].startswith(f"'{scenario}' is not a scenario that this server knows{hint}; ")
        assert "busy-then-ok" in reported[0]
    assert (await wire.get("sandboxes"))["total"] == 1


async def test_a_folder_of_scenarios_can_be_named_and_nothing_beside_it(tmp_path: Path):
    """The files of --scenarios-dir are known by name, read again when they change; other files are not."""
    folder = tmp_path / "stories"
    folder.mkdir()
    (tmp_path / "secret.yaml").write_text("description: secret.")
    (folder / "mine.yaml").write_text("description: First.")
    (folder / "busy.yml").write_text("description: Not the one that comes with fakefax.")
    async with open_wire(scenarios_dir=folder) as wire:
        assert (await make(wire, scenario="mine"))["scenario"] == "First."
        assert str((await make(wire, scenario="busy"))["scenario"]).startswith("Not the one")
        (folder / "mine.yaml").write_text("description: Second edition.")
        assert (await make(wire, scenario="mine"))["scenario"] == "Second edition."
        for name in ("../secret", "secret", str(folder / "mine.yaml")):
            assert (await refused(wire, scenario=name))[0] == 400


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"balance": -1}, "'-1.0' is below 0"),
        ({"balance": "much"}, "'much' is not an amount such as 0.15, with at most 6 decimals, below 1,000,000,000"),
        ({"callback_url": "nowhere"}, "'nowhere' is not an http or https URL such as http://localhost:8000/faxto"),
        ({"rate": -1}, "-1.0 is not a rate from 0 (paused) to 100,000"),
        ({"start": "noon"}, "'noon' is not a time such as 2026-01-05T09:00:00Z"),
        ({"api_key": "a key"}, "'a key' is not a key of visible ASCII characters without blanks"),
        (
            {"ballance": 1},
            "the body is wrong: Object contains unknown field `ballance`; its fields are: scenario, api_key, "
            "balance, callback_url, received_fax_url, rate, start, seed, kept, record",
        ),
    ],
)
async def test_a_wrong_value_is_named(wire, body, message):
    """A value that no scenario could have is a 400 that says so, and makes nothing."""
    assert await refused(wire, **body) == (400, message)
    assert (await wire.get("sandboxes"))["total"] == 1


async def test_null_takes_a_url_of_the_scenario_away():
    """A sandbox need not call back where its scenario says."""
    both = "callback_url: http://127.0.0.1:9/first, received_fax_url: http://127.0.0.1:9/in"
    async with open_wire(f"accounts: [{{api_key: one, {both}}}]") as wire:
        made = [await make(wire, **gone) for gone in ({}, {"callback_url": None}, {"received_fax_url": None})]
    accounts = [box["accounts"][0] for box in made]  # type: ignore[index]
    assert [account["callback_url"] is None for account in accounts] == [False, True, False]
    assert [account["received_fax_url"] is None for account in accounts] == [False, False, True]


async def test_they_are_listed_the_servers_own_first(wire):
    """The list has key, scenario and time of each, is cut at `limit`, and goes on after a key."""
    keys = [(await make(wire, scenario="busy", rate=0))["api_key"] for _ in range(3)]
    whole = await wire.get("sandboxes")
    assert [box["api_key"] for box in whole["sandboxes"]] == [KEY, *keys]
    assert [box["first"] for box in whole["sandboxes"]] == [True, False, False, False]
    assert (whole["total"], whole["more"]) == (4, False)
    assert (await wire.get("sandboxes?limit=4"))["more"] is False
    await wire.send(api_key=str(keys[1]))
    assert [box["pending"] for box in (await wire.get("sandboxes"))["sandboxes"]] == [0, 0, 1, 0]
    part = await wire.get(f"sandboxes?limit=2&after={KEY}")
    assert ([box["api_key"] for box in part["sandboxes"]], part["more"]) == (keys[:2], True)
    for query, message in (
        ("limit=0", "limit 0 is not between 1 and 1000"),
        ("after=x", "after 'x' is the api_key of no sandbox; begin again without it"),
    ):
        assert await refused(wire, "GET", f"?{query}") == (400, message)


async def test_a_deleted_sandbox_is_gone_for_everybody(wire):
    """After DELETE its keys are unknown to both APIs; the first sandbox cannot be deleted."""
    made = await make(wire, scenario=TWO_ACCOUNTS)
    answer = await wire.call("DELETE", f"/_fakefax/sandboxes?api_key={made['api_key']}")
    assert answer.json == {"status": "success", "api_keys": list(made["api_keys"].values())}  # type: ignore[attr-defined]
    for key in answer.json["api_keys"]:
        assert (await wire.call("GET", f"/api/v2/balance?api_key={key}")).status == 401
        assert (await wire.call("GET", f"/_fakefax/journal?api_key={key}")).status == 404
    assert (await wire.get("sandboxes"))["total"] == 1
    for query in ("", f"?api_key={KEY}"):
        assert await refused(wire, "DELETE", query) == (
            409,
            "the first sandbox is the server's own and cannot be deleted; name another by its api_key, "
            "or POST /_fakefax/reset",
        )


async def test_a_deleted_sandbox_leaves_nothing(wire):
    """A hanging delivery, waiting retries, a flowing clock and an advance: all end, and memory is freed."""
    async with Receiver(hang).listening() as hanging, Receiver(always(NOT_NOW)).listening() as failing:
        made = await make(wire, rate=0, callback_url=failing.url)
        key = str(made["api_key"])
        await wire.send(api_key=key)
        await wire.post(f"clock/advance?api_key={key}", {"by": "1m"})
        await wire.patch(f"account?api_key={key}", {"callback_url": hanging.url})
        await wire.send(api_key=key)
        await wire.patch(f"clock?api_key={key}", {"rate": 60})
        advance = asyncio.ensure_future(
            wire.call("POST", f"/_fakefax/clock/advance?api_key={key}", json={"by": "1h", "budget": "5m"})
        )
        await hanging.next()
        found = wire.server.sandboxes.find(key)
        assert found is not None
        sandbox = weakref.ref(found[0])
        del found
        tasks = asyncio.all_tasks()

        await wire.call("DELETE", f"/_fakefax/sandboxes?api_key={key}")

        async with asyncio.timeout(DEADLINE):
            assert (await advance).status == 409
    left = {task.get_name() for task in asyncio.all_tasks() - tasks}
    assert not any(name.startswith("receipt") for name in left)
    del advance, tasks
    gc.collect()
    assert sandbox() is None


async def test_a_reset_keeps_the_keys_of_a_sandbox(wire):
    """After its reset a sandbox is as it was made, under the same keys; the others are as they were."""
    made = await make(wire, scenario=TWO_ACCOUNTS, rate=0)
    one, two = made["api_keys"].values()  # type: ignore[attr-defined]
    await wire.send(api_key=two)
    await wire.send()
    await wire.post(f"clock/advance?api_key={one}", {"by": "1h"})
    answer = await wire.post(f"reset?api_key={two}")
    assert (answer["now"], answer["account"]["api_key"], answer["account"]["balance"]) == (made["now"], two, 2)
    assert (await wire.get(f"faxes?api_key={two}"))["faxes"] == []
    assert len((await wire.get("faxes"))["faxes"]) == 1


async def test_the_number_of_sandboxes_is_bounded():
    """At --sandbox-limit another one is a 409 with the cure; a freed place can be taken."""
    async with open_wire(sandbox_limit=2) as wire:
        made = await make(wire)
        assert await refused(wire) == (
            409,
            "there are 2 sandboxes already, which is the limit; DELETE /_fakefax/sandboxes those that are done, "
            "or start with a larger --sandbox-limit",
        )
        await wire.call("DELETE", f"/_fakefax/sandboxes?api_key={made['api_key']}")
        await make(wire)


async def test_an_unused_sandbox_is_freed():
    """After --sandbox-idle without a request the sandbox is gone by itself; the first one stays."""
    async with open_wire(sandbox_idle=0.02) as wire:
        await make(wire, rate=0)
        async with asyncio.timeout(DEADLINE):
            while (await wire.get("sandboxes"))["total"] > 1:
                pass
        assert (await wire.call("GET", f"/api/v2/balance?api_key={KEY}")).status == 200


async def test_a_sandbox_in_use_is_not_freed(wire):
    """A request of either API, an entry of the journal or an advance under way keeps a sandbox."""
    used = [str((await make(wire, rate=0))["api_key"]) for _ in range(4)]
    registry = wire.server.sandboxes
    registry.free_unused(1000.0)
    await wire.get(f"account?api_key={used[0]}")
    await wire.call("GET", f"/api/v2/balance?api_key={used[1]}")
    hold = registry.find(used[2])[0].clock.hold("a receipt")
    registry.free_unused(1000.0 + 3600)
    assert [registry.find(key) is not None for key in used] == [True, True, True, False]
    hold.release()
    registry.free_unused(1000.0 + 3600 + 3599)
    assert len(registry) == 4
    registry.free_unused(1000.0 + 3600 + 3600)
    assert len(registry) == 1


async def test_a_listener_hears_every_sandbox(wire):
    """The log of a server has sandboxes that are made after it began to listen, each entry with a key."""
    heard: list[tuple[str | None, str]] = []
    wire.server.sandboxes.listen(lambda entry: heard.append((entry.api_key, entry.kind)))
    key = (await make(wire, rate=0))["api_key"]
    await wire.post(f"clock/advance?api_key={key}", {"by": "1s"})
    await wire.post(f"reset?api_key={key}")
    await wire.post("clock/advance", {"by": "1s"})
    assert heard == [
        (key, "sandbox.started"),
        (key, "clock.advanced"),
        (key, "sandbox.started"),
        (None, "clock.advanced"),
    ]


async def test_an_account_opened_at_run_time_goes_away_with_its_sandbox(wire):
    """Its key works at once in its own sandbox, is nobody else's, and means nothing after a reset."""
    sandbox = wire.server.sandbox
    account = sandbox.open_account(documents=dict(sandbox.first_account.documents))
    await wire.patch(f"account?api_key={account.api_key}", {"balance": 1})
    assert (await wire.send(api_key=account.api_key))["user_cash_balance"] == 0.85
    with pytest.raises(KeyTaken, match="is taken by another account"):
        sandbox.open_account(api_key=KEY)
    answer = await wire.post(f"reset?api_key={account.api_key}")
    assert answer["account"]["api_key"] == KEY
    assert (await wire.call("GET", f"/api/v2/balance?api_key={account.api_key}")).status == 401
    with pytest.raises(ClockClosed):
        sandbox.open_account()


async def test_resets_and_deletes_at_once_lose_nothing(wire):
    """In any order, every request is answered, and a deleted sandbox is not built again."""
    key = (await make(wire, rate=0))["api_key"]
    calls = [wire.call("POST", f"/_fakefax/reset?api_key={key}") for _ in range(10)]
    calls += [wire.call("DELETE", f"/_fakefax/sandboxes?api_key={key}") for _ in range(3)]
    calls += [wire.call("POST", f"/_fakefax/reset?api_key={key}") for _ in range(10)]
    statuses = [answer.status for answer in await asyncio.gather(*calls)]
    assert set(statuses) <= {200, 404, 409}
    assert (await wire.get("sandboxes"))["total"] == 1
    assert (await wire.call("GET", f"/_fakefax/account?api_key={key}")).status == 404
