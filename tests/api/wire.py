"""A running fakefax on a paused clock, and the plain sockets that talk to it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from fakefax.documents.pool import FilePool
from fakefax.scenario.loader import load_scenario, parse_scenario
from fakefax.scenario.overrides import override
from fakefax.server.app import Server, ServerOptions

KEY = "f@x2r0ckkz"
START = "2026-01-05T09:00:00Z"
ORDER = {"api_key": KEY, "fax_number": "+123456789", "document_id": "10"}
QUERY = urlencode(ORDER)
FIRST_ANSWER = b'{"status":"executed","fax_job_id":200,"user_cash_balance":99.85,"cost":0.15}'
DEADLINE = 10.0
"""Real seconds after which a test that waits has failed."""

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
NOT_NOW = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


SHARED_POOLS: WeakKeyDictionary[asyncio.AbstractEventLoop, FilePool] = WeakKeyDictionary()
"""The pools that look at the files of all servers of a module that uses the fixture `shared_pool`."""


class Answer(NamedTuple):
    """An HTTP answer as it came; `interim` are the 1xx heads before it."""

    status: int
    headers: CIMultiDict[str]
    body: bytes
    interim: tuple[bytes, ...] = ()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def reason(self) -> str | None:
        return self.headers.get("X-Fakefax-Reason")


class Wire:
    """A server under test. Targets are sent byte for byte."""

    def __init__(self, server: Server, session: aiohttp.ClientSession) -> None:
        self.server = server
        self.url = server.url
        self.session = session

    async def call(self, method: str, target: str, **options: Any) -> Answer:
        """One request by aiohttp's client."""
        url = URL(self.url + target, encoded=True)
        async with asyncio.timeout(DEADLINE), self.session.request(method, url, **options) as answer:
            return Answer(answer.status, CIMultiDict(answer.headers), await answer.read())

    async def raw(self, request: bytes) -> Answer:
        """One request on a connection of its own, as these bytes."""
        async with asyncio.timeout(DEADLINE):
            reader, writer = await asyncio.open_connection("127.0.0.1", URL(self.url).port)
            try:
                writer.write(request)
                return await _read_answer(reader, without_body=request.startswith(b"HEAD "))
            finally:
                writer.close()

    async def send(self, **changes: str) -> Any:
        """Send the documented fax, or another one; the answer must be an acceptance."""
        answer = await self.call("GET", f"/api/v2/fax?{urlencode(ORDER | changes)}")
        assert answer.status == 200, answer
        return answer.json

    async def get(self, path: str) -> Any:
        """The control API's object at a path."""
        return await self._control("GET", path, None)

    async def post(self, path: str, body: object = None) -> Any:
        """Post to the control API and return its answer."""
        return await self._control("POST", path, body)

    async def patch(self, path: str, body: object) -> Any:
        return await self._control("PATCH", path, body)

    async def _control(self, method: str, path: str, body: object) -> Any:
        answer = await self.call(method, f"/_fakefax/{path}", **({} if body is None else {"json": body}))
        assert answer.status == 200, answer
        return answer.json


@asynccontextmanager
async def open_wire(
    scenario: str | None = None, *, callback_url: str | None = None, **options: Any
) -> AsyncIterator[Wire]:
    """A server of the default scenario, or of this YAML; `options` are the server's, and `rate` and `sock`."""
    story = load_scenario("default") if scenario is None else parse_scenario(scenario, "story.yaml")
    transform = partial(override, rate=options.pop("rate", 0), start=START, callback_url=callback_url)
    sock, pool = options.pop("sock", None), SHARED_POOLS.get(asyncio.get_running_loop())
    server = Server(story, ServerOptions(port=0, **options), sock=sock, transform=transform, pool=pool)
    async with server, aiohttp.ClientSession() as session:
        yield Wire(server, session)


async def _read_answer(reader: asyncio.StreamReader, *, without_body: bool) -> Answer:
    interim: list[bytes] = []
    while (head := await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].startswith(b"1"):
        interim.append(head)
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    headers: CIMultiDict[str] = CIMultiDict()
    for line in lines:
        name, _, value = line.partition(": ")
        headers.add(name, value)
    body = b"" if without_body else await reader.readexactly(int(headers["Content-Length"]))
    return Answer(int(first.split(" ")[1]), headers, body, tuple(interim))


class Receiver:
    """A callback endpoint. `arrived` gets each request as it comes, before it is answered."""

    def __init__(self, answering: Callable[[bytes], Awaitable[bytes]]) -> None:
        self.arrived: asyncio.Queue[bytes] = asyncio.Queue()
        self.url = ""
        self._answering = answering
        self._tasks: set[asyncio.Task[Any]] = set()

    async def next(self) -> bytes:
        """The next request, waited for."""
        async with asyncio.timeout(DEADLINE):
            return await self.arrived.get()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Receiver"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/faxto"
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.split(b"\r\n") if line.startswith(b"Content-Length: "))[16:]
            request = head + await reader.readexactly(int(length))
            self.arrived.put_nowait(request)
            writer.write(await self._answering(request))
        except asyncio.CancelledError:
            pass  # the test is over; asyncio's stream server would log a cancelled handler as an error
        finally:
            writer.close()


async def hang(_: bytes) -> bytes:
    """Never answer."""
    never: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    return await never


def always(answer: bytes) -> Callable[[bytes], Awaitable[bytes]]:
    """Answer every request alike."""

    async def answering(_: bytes) -> bytes:
        return answer

    return answering
