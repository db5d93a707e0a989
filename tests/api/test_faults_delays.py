"""Answers held back: in simulated time they come when it has gone by, and no advance is ever stuck on them."""

import asyncio

import pytest

from fakefax.core.journal import Entry, Kind
from fakefax.core.real_time import real_seconds, real_sleep
from tests.api.wire import DEADLINE, FIRST_ANSWER, QUERY, Answer, Wire, open_wire

SEND = f"/api/v2/fax?{QUERY}"


def story(then: str, times: int = 1) -> str:
    return f"requests: [{{when: {{operation: send_fax}}, times: {times}, then: {then}}}]"


def faulted(wire: Wire) -> asyncio.Event:
    """Set when a fault is in the journal."""
    journaled = asyncio.Event()

    def listen(entry: Entry) -> None:
        if entry.kind is Kind.REQUEST_FAULT:
            journaled.set()

    wire.server.sandbox.journal.listen(listen)
    return journaled


async def sent(wire: Wire) -> "asyncio.Task[Answer]":
    """A send under way, whose fault is in the journal already."""
    journaled = faulted(wire)
    task = asyncio.ensure_future(wire.call("POST", SEND))  # a GET would be tried again by the client
    async with asyncio.timeout(DEADLINE):
        await journaled.wait()
    return task


async def test_a_slow_answer_comes_when_simulated_time_has_gone_by():
    """The fax is charged at once; the answer comes with the advance that reaches its time, and not before."""
    async with open_wire(story("{delay: 90s}")) as wire:
        task = await sent(wire)
        assert (await wire.get("account"))["balance"] == 99.85
        await wire.post("clock/advance", {"by": "89s"})
        assert not task.done()
        advance = await wire.post("clock/advance", {"by": "1s"})
        assert advance["settled"] is True
        assert [timer["name"] for timer in advance["fired"]] == ["answer to POST send_fax"]
        async with asyncio.timeout(DEADLINE):
            answer = await task
        assert (answer.status, answer.body) == (200, FIRST_ANSWER)
        assert answer.reason is not None
        assert answer.reason.startswith("requests[0]: answer delayed by 1m30s; ")


async def test_the_next_request_on_the_connection_waits_too():
    """Answers keep the order of their requests, whichever of them is held back."""
    async with open_wire(story("{delay: 10s}")) as wire:
        journaled = faulted(wire)
        host, port = wire.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        async with asyncio.timeout(DEADLINE):
            writer.write(f"GET {SEND} HTTP/1.1\r\nHost: fax\r\n\r\n".encode())
            await journaled.wait()
            writer.write(b"GET /api/v2/balance?api_key=f%40x2r0ckkz HTTP/1.1\r\nHost: fax\r\n\r\n")
            await wire.post("clock/advance", {"by": "10s"})
            assert FIRST_ANSWER in await reader.readuntil(b"}")
            assert b'"balance":99.85' in await reader.readuntil(b"}")
        writer.close()


async def test_an_advance_past_the_delay_is_not_stuck():
    """`advance` of an hour with a slow answer in the middle goes through, and the fax's own end with it."""
    async with open_wire(story("{delay: 10s}")) as wire:
        task = await sent(wire)
        assert (await wire.post("clock/advance", {"by": "1h"}))["settled"] is True
        async with asyncio.timeout(DEADLINE):
            assert (await task).status == 200
        assert (await wire.get("clock"))["holds"] == []


async def test_a_slow_error_charges_nothing():
    """`status` beside `delay` is a slow refusal."""
    async with open_wire(story("{status: 500, delay: 10s}")) as wire:
        task = await sent(wire)
        await wire.post("clock/advance", {"by": "10s"})
        async with asyncio.timeout(DEADLINE):
            assert (await task).status == 500
        assert (await wire.get("ledger"))["entries"] == []


async def test_a_client_that_gives_up_has_paid():
    """A client that closes the connection during the delay has sent a fax: it is charged, and it ends."""
    async with open_wire(story("{delay: 10s}")) as wire:
        task = await sent(wire)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert (await wire.post("clock/advance", {"by": "1m"}))["settled"] is True
        (fax,) = (await wire.get("faxes"))["faxes"]
        assert fax["status"] == "success"
        assert (await wire.get("account"))["balance"] == 99.85


@pytest.mark.parametrize("then", ["{delay: 10s}", "{real_delay: 1h}"])
async def test_a_reset_answers_whoever_waits(then: str):
    """When the sandbox is reset, an answer that is held back comes at once, as 503."""
    async with open_wire(story(then)) as wire:
        task = await sent(wire)
        await wire.post("reset")
        async with asyncio.timeout(DEADLINE):
            answer = await task
        assert (answer.status, answer.json["status"]) == (503, "failed")
        assert answer.reason == "this sandbox was reset or closed while the answer was held back"


@pytest.mark.parametrize("then", ["{delay: 10s}", "{real_delay: 1h}"])
async def test_a_server_that_stops_waits_for_no_delay(then: str):
    """Stopping the server with an answer held back takes no longer than its grace."""
    async with open_wire(story(then)) as wire:
        task = await sent(wire)
        started = real_seconds()
    assert real_seconds() - started < 3
    await asyncio.gather(task, return_exceptions=True)


async def test_a_delay_flows_with_the_rate():
    """At a rate the answer comes by itself."""
    async with open_wire(story("{delay: 60s}"), rate=6000) as wire:
        assert (await wire.call("GET", SEND)).status == 200


async def test_a_real_delay_takes_real_time_and_no_simulated():
    """A real delay is felt by a client with a paused clock, and simulated time stands still meanwhile."""
    async with open_wire(story("{real_delay: 100ms..120ms}")) as wire:
        started = real_seconds()
        assert (await wire.call("GET", SEND)).status == 200
        assert 0.1 <= real_seconds() - started < 5
        assert (await wire.get("clock"))["now"] == "2026-01-05T09:00:00Z"


async def test_both_delays_in_one_rule():
    """With both, the answer comes after the real delay and then the simulated one."""
    async with open_wire(story("{delay: 60s, real_delay: 200ms}")) as wire:
        started = real_seconds()
        task = await sent(wire)
        timers: list[str] = []
        async with asyncio.timeout(DEADLINE):
            while "answer to POST send_fax" not in timers:
                await real_sleep(0.01)
                timers = [timer["name"] for timer in (await wire.get("clock"))["timers"]]
        assert real_seconds() - started >= 0.2
        assert not task.done()
        await wire.post("clock/advance", {"by": "60s"})
        async with asyncio.timeout(DEADLINE):
            assert (await task).status == 200


async def test_a_client_that_has_closed_its_side_gets_a_late_answer_and_the_end():
    """It may read until the connection ends, which it does after the answer."""
    async with open_wire(story("{real_delay: 50ms}")) as wire, asyncio.timeout(DEADLINE):
        host, port = wire.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"GET {SEND} HTTP/1.1\r\nHost: fax\r\n\r\n".encode())
        writer.write_eof()
        assert (await reader.read()).endswith(FIRST_ANSWER)
        writer.close()


async def test_an_advance_during_a_real_delay_is_not_stuck():
    """A real delay of an hour keeps no advance waiting."""
    async with open_wire(story("{real_delay: 1h}")) as wire:
        task = await sent(wire)
        assert (await wire.post("clock/advance", {"by": "48h"}))["settled"] is True
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_many_slow_answers_come_in_their_turn():
    """Fifty answers held back at once all come with one advance."""
    async with open_wire(story("{delay: 1s..20s}", times=50)) as wire:
        tasks = [asyncio.ensure_future(wire.call("GET", SEND)) for _ in range(50)]
        while (await wire.get("clock"))["pending"] < 100:
            pass
        assert (await wire.post("clock/advance", {"by": "1m"}))["settled"] is True
        async with asyncio.timeout(DEADLINE):
            answers = await asyncio.gather(*tasks)
        assert {answer.status for answer in answers} == {200}
        assert len({answer.json["fax_job_id"] for answer in answers}) == 50
        assert (await wire.get("audit"))["ok"] is True
