"""The dispatcher: how many attempts at once, and what becomes of one when fakefax itself fails."""

import asyncio
from datetime import UTC, datetime

from fakefax.core.clock import Clock
from fakefax.core.forms import Body
from fakefax.core.notices import Answer
from fakefax.delivery import PARALLEL_PER_ENDPOINT, CallbackClient, Dispatcher
from fakefax.kept_connections import Connections

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
DEADLINE = 5.0
BODY = Body("application/x-www-form-urlencoded", b"")
ANSWER = Answer(200, None, 0.0)


class Counting(CallbackClient):
    """A client that counts the attempts in flight, and answers when told."""

    def __init__(self) -> None:
        super().__init__()
        self.in_flight = 0
        self.most = 0
        self.go = asyncio.Event()
        self.full = asyncio.Event()

    async def post(self, url: str, body: Body) -> Answer:
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


async def fail(*_: object) -> int:
    raise RuntimeError("a bug of fakefax")


async def test_a_failure_of_fakefax_itself_is_an_attempt_too(caplog, monkeypatch):
    """Whatever goes wrong inside, the receipt hears of it and time goes on."""
    clock = Clock(START)
    monkeypatch.setattr(Connections, "post", fail)
    dispatcher = Dispatcher(CallbackClient(), clock)
    answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    dispatcher.post("receipt 200", "http://127.0.0.1:9/faxto", BODY, answered.set_result)
    async with asyncio.timeout(DEADLINE):
        answer = await answered
    assert answer.failure == "fakefax itself failed, please report it: RuntimeError('a bug of fakefax')"
    assert "an attempt at http://127.0.0.1:9/faxto failed in fakefax itself" in caplog.text
    await dispatcher.close()
    assert clock.holds == []
