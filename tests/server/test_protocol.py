"""A request that is answered or begun without a task is carried out once, whatever comes after it."""

import asyncio
from collections.abc import Callable

from aiohttp import web

from fakefax.api.at_once import Answer, response_of
from fakefax.api.reply import Reply
from fakefax.core.outbox import Outbox
from fakefax.core.real_time import breathe
from fakefax.server.protocol import Begin, Protocol
from tests.server.test_outbox import Pipe

REQUEST = b"GET /fax HTTP/1.1\r\nHost: fax\r\n\r\n"


class Waiting:
    """Answers of an operation that has to wait, and how often it was begun."""

    def __init__(self) -> None:
        self.begun = 0
        self.ready = asyncio.get_running_loop().create_future()
        self.handled = asyncio.Event()

    async def begin(self, _: web.BaseRequest) -> web.StreamResponse:
        self.begun += 1
        await self.ready
        return web.Response(text="carried out")

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        assert isinstance(request.protocol, Protocol)
        begun = request.protocol.take_begun()
        assert begun is not None
        self.handled.set()
        return response_of(await begun, request)


async def connected(waiting: Waiting, begins: Callable[[], Begin] | None = None) -> tuple[Protocol, Pipe]:
    """A connection that waits for its first request; `begins` tells how each is begun."""
    pipe = Pipe()
    server = web.Server(waiting.handle)
    protocol = Protocol(server, print, lambda _: begins() if begins else waiting.begin, Outbox(), access_log=None)
    protocol.connection_made(pipe)
    await breathe()
    return protocol, pipe


async def test_what_follows_at_once_does_not_begin_it_again():
    """Two reads in one turn of the loop, as uvloop does them, are one send and half of another."""
    waiting = Waiting()
    protocol, pipe = await connected(waiting)
    protocol.data_received(REQUEST)
    protocol.data_received(REQUEST[:9])
    assert (waiting.begun, pipe.written) == (1, [])
    async with asyncio.timeout(10):
        await waiting.handled.wait()
        waiting.ready.set_result(None)
        while not any(b"carried out" in written for written in pipe.written):
            await breathe()
    assert waiting.begun == 1
    protocol.connection_lost(None)


async def test_a_client_that_leaves_meanwhile_leaves_nothing_behind():
    """What had begun is not kept for a request that nobody waits for."""
    waiting = Waiting()
    protocol, _ = await connected(waiting)
    protocol.data_received(REQUEST)
    protocol.connection_lost(None)
    assert protocol.take_begun() is None


async def test_a_rule_that_writes_by_itself_waits_for_the_answers_before():
    """Two reads in one turn: the first request's answer leaves first, though the second's is written at once."""
    waiting = Waiting()

    async def answer(request: web.BaseRequest) -> Answer:
        return Reply(200, b"first")

    async def write(request: web.BaseRequest) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.write(b"second")
        request.transport.close()
        return web.Response()

    protocol, pipe = await connected(waiting, iter((answer, write)).__next__)
    protocol.data_received(REQUEST)
    protocol.data_received(REQUEST)
    assert [written[-6:] for written in pipe.written] == [b"\nfirst", b"second"]
    protocol.connection_lost(None)
