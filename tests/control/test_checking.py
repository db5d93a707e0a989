"""Large scenarios and rules are checked beside the event loop: whatever client else asks is answered meanwhile."""

import asyncio
import signal
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from fakefax.control.checking import MAX_WAITING, SMALL, Checking, TooManyChecks
from tests.api.wire import Wire
from tests.processes import has_failed, serving

WRONG = "faxes:\n" + f"  - {{name: {'x' * 400}, when: {{pages: 1}}, then: {{msg_code: bussy}}}}\n" * 2_000
"""900 kB, of which every rule is wrong."""

GENEROUS = 60.0
"""Real seconds in which a check ends, on a busy machine too."""


async def test_others_are_answered_while_a_wrong_scenario_is_checked(wire: Wire):
    """A check holds the event loop at no time for long: many requests of another sandbox are answered meanwhile."""
    other = (await wire.call("POST", "/_fakefax/sandboxes", json={})).json["api_key"]

    async def put() -> tuple[int, list[str]]:
        url = f"{wire.url}/_fakefax/scenario"
        async with wire.session.put(url, data=WRONG.encode()) as answer:
            return answer.status, (await answer.json())["problems"]

    async with asyncio.timeout(GENEROUS):
        putting, answered = asyncio.create_task(put()), 0
        while not putting.done():
            assert (await wire.call("GET", f"/api/v2/balance?api_key={other}")).status == 200
            answered += 1
        status, problems = await putting
    assert status == 400
    assert problems[-1] == "scenario: and 1,950 more"
    assert answered >= 10


async def test_a_reset_during_a_check_is_reported(wire: Wire):
    """Nothing is put into a sandbox that was reset while its large rule was checked."""
    rule = {"then": {"status": 200, "body": "x" * 500_000}}
    one = asyncio.create_task(wire.call("POST", "/_fakefax/rules/requests", json=rule))
    await wire.post("reset")
    assert (await one).status in (201, 409)
    assert (await wire.get("rules/requests"))["rules"][0]["at_run_time"] in (False, (await one).status == 201)


def test_a_signal_is_heard_while_something_is_checked():
    """SIGTERM ends the server with its usual status, whatever is being checked."""
    with serving() as server, ThreadPoolExecutor(1) as pool:
        request = urllib.request.Request(server.url + "/_fakefax/scenario", WRONG.encode(), method="PUT")
        asking = pool.submit(urllib.request.urlopen, request, timeout=GENEROUS)
        server.ask("/_fakefax/clock")
        assert server.end(signal.SIGTERM) == 0
        assert has_failed(asking)


async def test_only_so_many_wait():
    """Large bodies are checked one at a time, in their turn, and beyond a number refused; small ones never wait."""
    checking, go = Checking(), threading.Event()
    done: list[int] = []
    tasks = [asyncio.create_task(checking.run(SMALL + 1, go.wait))]

    def work(number: int) -> bool:
        done.append(number)
        return True

    tasks += [asyncio.create_task(checking.run(SMALL + 1, partial(work, number))) for number in range(MAX_WAITING)]
    await asyncio.wait(tasks, timeout=0.05)
    with pytest.raises(TooManyChecks):
        await checking.run(SMALL + 1, lambda: True)
    assert await checking.run(SMALL, lambda: "at once") == "at once"
    go.set()
    async with asyncio.timeout(GENEROUS):
        assert all(await asyncio.gather(*tasks))
    assert done == list(range(MAX_WAITING))
    with pytest.raises(ZeroDivisionError):
        await checking.run(SMALL + 1, lambda: 1 // 0)
