"""The dispatcher: how many attempts at once, and what becomes of one when fakefax itself fails."""

import asyncio
from datetime import UTC, datetime

from fakefax.callbacks.client import CallbackClient
from fakefax.callbacks.dispatcher import PARALLEL_PER_ENDPOINT, Dispatcher
from fakefax.callbacks.pool import ConnectionPool
from fakefax.core.callbacks.callback import Answer
from fakefax.core.clock import Clock
from fakefax.core.real_time import breathe
from fakefax.values.forms import PostedBody

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
DEADLINE = 5.0
BODY = PostedBody("application/x-www-form-urlencoded", b"")
ANSWER = Answer(200, None, 0.0)


class Counting(CallbackClient):
    """A client that counts the attempts in flight, and answers when a test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.in_flight = 0
        self.most = 0
        self.go = asyncio.Event()
        self.full = asyncio.Event()

    async def post(self, url: str, body: PostedBody) -> Answer:
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)
        if self.in_flight == PARALLEL_PER_ENDPOINT:
            self.full.set()
        await self.go.wait()
        self.in_flight -= 1
        return ANSWER


async def test_attempts_at_one_endpoint_run_side_by_side_up_to_a_limit():
    """Many receipts due at once neither wait for each other nor overrun a small endpoint; all are made."""
    client = Counting()
    dispatcher = Dispatcher(client, Clock(START))
    answers: list[Answer] = []
    everything = asyncio.Event()

    def done(answer: Answer) -> None:
        answers.append(answer)
        if len(answers) == 3 * PARALLEL_PER_ENDPOINT:
            everything.set()

    for number in range(3 * PARALLEL_PER_ENDPOINT):
        dispatcher.post(f"receipt {number}", "http://127.0.0.1:9/faxto", BODY, done)
    async with asyncio.timeout(DEADLINE):
        await client.full.wait()
        assert (client.most, answers) == (PARALLEL_PER_ENDPOINT, [])
        client.go.set()
        await everything.wait()
    assert client.most == PARALLEL_PER_ENDPOINT
    await dispatcher.close()


async def test_closing_drops_what_waits_too():
    """When a sandbox is closed, the receipts that wait for their turn are dropped with those in flight."""
    client = Counting()
    dispatcher = Dispatcher(client, Clock(START))
    answers: list[Answer] = []
    for number in range(2 * PARALLEL_PER_ENDPOINT):
        dispatcher.post(f"receipt {number}", "http://127.0.0.1:9/faxto", BODY, answers.append)
    async with asyncio.timeout(DEADLINE):
        await client.full.wait()
        client.go.set()
        await dispatcher.close()
    dispatcher.post("receipt", "http://127.0.0.1:9/faxto", BODY, answers.append)
    await breathe()
    assert (client.most, client.in_flight, answers) == (PARALLEL_PER_ENDPOINT, PARALLEL_PER_ENDPOINT, [])


async def test_endpoints_do_not_wait_for_each_other():
    """An endpoint whose line is full does not hold up another one."""
    client = Counting()
    dispatcher = Dispatcher(client, Clock(START))
    for number in range(PARALLEL_PER_ENDPOINT + 1):
        dispatcher.post(f"receipt {number}", "http://127.0.0.1:9/faxto", BODY, lambda _: None)
    dispatcher.post("another", "http://127.0.0.1:10/faxto", BODY, lambda _: None)
    async with asyncio.timeout(DEADLINE):
        await client.full.wait()
        await breathe()
    assert client.in_flight == PARALLEL_PER_ENDPOINT + 1
    await dispatcher.close()


async def fail(*_: object) -> int:
    raise RuntimeError("a bug of fakefax")


async def test_a_failure_of_fakefax_itself_is_an_attempt_too(caplog, monkeypatch):
    """Any internal failure is reported to the receipt, and time goes on."""
    clock = Clock(START)
    monkeypatch.setattr(ConnectionPool, "take", fail)
    dispatcher = Dispatcher(CallbackClient(), clock)
    answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    dispatcher.post("receipt 200", "http://127.0.0.1:9/faxto", BODY, answered.set_result)
    async with asyncio.timeout(DEADLINE):
        answer = await answered
    assert answer.failure == "fakefax itself failed, please report it: RuntimeError('a bug of fakefax')"
    assert "an attempt at http://127.0.0.1:9/faxto failed in fakefax itself" in caplog.text
    await dispatcher.close()
    assert clock.holds == []


async def test_attempts_that_wait_for_their_turn_are_made_in_their_order(monkeypatch):
    """First come, first served, and all URLs of one host and port are one endpoint."""
    monkeypatch.setattr("fakefax.callbacks.dispatcher.PARALLEL_PER_ENDPOINT", 2)
    posted: list[str] = []

    class Noting(Counting):
        async def post(self, url: str, body: PostedBody) -> Answer:
            posted.append(url)
            return await super().post(url, body)

    client = Noting()
    dispatcher = Dispatcher(client, Clock(START))
    answers: asyncio.Queue[Answer] = asyncio.Queue()
    urls = [f"http://127.0.0.1:9/tenant-{number}" for number in range(6)]
    for url in urls:
        dispatcher.post("receipt", url, BODY, answers.put_nowait)
    await breathe()
    assert posted == urls[:2]
    client.go.set()
    async with asyncio.timeout(DEADLINE):
        for _ in urls:
            await answers.get()
    assert (posted, client.most) == (urls, 2)
    await dispatcher.close()
