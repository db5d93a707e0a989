"""Thousands of clients and receivers that hang, reset and half-close, all at once: fakefax serves on, unchanged.

The server is a process of its own, so that its memory and its files are its own. `/proc` has both, so Linux only.
"""

import asyncio
import contextlib
import gc
import resource
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.api.wire import QUERY
from tests.processes import Serving, serving

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="memory and files are read from /proc")

CLIENTS = 200
"""Of each kind, in each round."""

RECEIPTS = 100
"""Receipts that meet a receiver that hangs, resets or half-closes, in each round."""

USUAL = 20.0
"""Real seconds in which a send has to be answered: room for a machine that is also busy otherwise."""

LIMITS = ("--connection-limit", "400", "--client-timeout", "500ms", "--callback-timeout", "200ms")
GROWTH_MB = 8
"""Bytes that a second round may add to the memory: faxes, journal entries, and the allocator's."""

HEAD = f"GET /api/v2/balance?{QUERY} HTTP/1.1\r\nHost: fax.to\r\n".encode()
POST = HEAD.replace(b"GET", b"POST") + b"Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{"

Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def hang(client: Client) -> None:
    """Say nothing, for as long as one is let."""
    await client[0].read()


async def half_a_head(client: Client) -> None:
    client[1].write(HEAD)
    await client[0].read()


async def half_a_body(client: Client) -> None:
    client[1].write(POST)
    await client[0].read()


async def reset(client: Client) -> None:
    """A request, and the connection is reset before the answer."""
    client[1].write(HEAD + b"\r\n")
    raw = client[1].get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client[1].transport.abort()


async def half_close(client: Client) -> None:
    """A whole request and no more; the answer has to come, unless the crowd was too large for it."""
    client[1].write(HEAD + b"\r\n")
    client[1].write_eof()
    await client[0].read()


async def garbage(client: Client) -> None:
    client[1].write(bytes.fromhex("160301ff00") * 9)
    await client[0].read()


KINDS: tuple[Callable[[Client], Awaitable[None]], ...] = (
    hang,
    half_a_head,
    half_a_body,
    reset,
    half_close,
    garbage,
)


async def misbehave(port: int, kind: Callable[[Client], Awaitable[None]], room: asyncio.Semaphore) -> None:
    async with room:
        with contextlib.suppress(OSError):
            client = await asyncio.open_connection("127.0.0.1", port)
            try:
                await kind(client)
            finally:
                client[1].close()


class Receivers:
    """An endpoint whose connections hang, are reset, or half-closed without an answer, in turn."""

    def __init__(self) -> None:
        self.connections = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/faxto"
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.connections += 1
        turn = self.connections % 3
        try:
            if turn == 1:
                await reset((reader, writer))
            elif turn == 2:
                writer.write_eof()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await reader.read()
        finally:
            writer.close()


def files_of(server: Serving) -> int:
    return len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))


def megabytes_of(server: Serving) -> float:
    pages = int(Path(f"/proc/{server.process.pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def say(port: int) -> bytes:
    """A send as a program makes it: a thread of its own, which has to be answered within the usual time."""
    with socket.create_connection(("127.0.0.1", port), USUAL) as connection:
        connection.sendall(
            f"GET /api/v2/fax?{QUERY} HTTP/1.1\r\nHost: fax.to\r\nConnection: close\r\n\r\n".encode()
        )
        return b"".join(iter(lambda: connection.recv(4096), b""))


async def send(port: int) -> bytes:
    return await asyncio.to_thread(say, port)


async def one_round(port: int) -> None:
    """Faxes whose receipts meet the worst, and crowds of every kind; sends in between are answered as usual."""
    for _ in range(RECEIPTS):
        assert (await send(port)).startswith(b"HTTP/1.1 200 ")
    room = asyncio.Semaphore(800)
    crowd = [asyncio.create_task(misbehave(port, kind, room)) for _ in range(CLIENTS) for kind in KINDS]
    answers = 0
    while not all(task.done() for task in crowd):
        assert b'"status":"executed"' in await send(port)
        answers += 1
        await asyncio.wait(crowd, timeout=0.05)
    await asyncio.gather(*crowd)
    assert answers > 3


async def gone(server: Serving, before: int) -> None:
    """Time stands still, and no more files are open than before, once who kept it waiting is dropped."""
    await asyncio.to_thread(server.ask, "/_fakefax/clock", {"rate": 0}, "PATCH")
    async with asyncio.timeout(10):
        while files_of(server) > before:
            await asyncio.to_thread(server.ask, "/_fakefax/clock")
    await asyncio.to_thread(server.ask, "/_fakefax/clock", {"rate": 60}, "PATCH")


async def test_thousands_of_bad_clients_and_receivers_leave_no_trace():
    """Sends are answered within their usual time meanwhile and afterwards; memory and open files are back."""
    gc.collect()
    receivers = Receivers()
    async with receivers.listening() as url:
        with serving(
            "--rate", "60", "--balance", "1000000", "--callback-url", url, "--log-format", "off", *LIMITS
        ) as server:
            port = int(server.url.rpartition(":")[2])
            await send(port)
            files = files_of(server)
            await one_round(port)
            await gone(server, files)
            memory = megabytes_of(server)
            await one_round(port)
            await gone(server, files)
            assert megabytes_of(server) - memory < GROWTH_MB
            assert (await send(port)).startswith(b"HTTP/1.1 200 ")
            assert server.ask("/_fakefax/audit")["ok"]
            assert receivers.connections > RECEIPTS
