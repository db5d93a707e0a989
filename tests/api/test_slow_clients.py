"""Clients that hang, dawdle, half-close or come in crowds: each is dropped or answered, and nobody else waits."""

import asyncio
import contextlib
import gzip
import logging
import socket
from collections.abc import AsyncIterator

import pytest
from yarl import URL

from fakefax.core.journal import Entry, Kind
from tests.api.test_strange_requests import HOST, post
from tests.api.wire import DEADLINE, FIRST_ANSWER, QUERY, Wire, open_wire

GET = f"GET /api/v2/fax?{QUERY} HTTP/1.1\r\n".encode() + HOST + b"\r\n"
SECOND = FIRST_ANSWER.replace(b"200", b"201").replace(b"99.85", b"99.7")
LIMIT = 10
IMPATIENT = 0.2
"""Real seconds that a client gets in these tests."""


@contextlib.asynccontextmanager
async def connected(
    wire: Wire, *, receive_buffer: int | None = None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection that takes in at most so much when nobody reads."""
    raw = socket.socket()
    if receive_buffer is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    raw.setblocking(False)
    async with asyncio.timeout(DEADLINE):
        await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", URL(wire.url).port or 0))
        reader, writer = await asyncio.open_connection(sock=raw, limit=1024)
        try:
            yield reader, writer
        finally:
            writer.close()


@contextlib.asynccontextmanager
async def crowd(wire: Wire, said: bytes) -> AsyncIterator[list[asyncio.StreamReader]]:
    """As many connections as the limit allows, each of which says this and no more."""
    connections = [await asyncio.open_connection("127.0.0.1", URL(wire.url).port) for _ in range(LIMIT)]
    try:
        for _, writer in connections:
            writer.write(said)
        yield [reader for reader, _ in connections]
    finally:
        for _, writer in connections:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


def listen_for(wire: Wire, kind: str, count: int = 1) -> "asyncio.Future[Entry]":
    """The next entry of this kind, or the one so many later."""
    left = iter(range(count - 1, -1, -1))
    heard: asyncio.Future[Entry] = asyncio.get_running_loop().create_future()

    def listener(entry: Entry) -> None:
        if entry.kind == kind and not heard.done() and next(left) == 0:
            heard.set_result(entry)

    wire.server.sandbox.journal.listen(listener)
    return heard


@pytest.mark.parametrize("request_bytes", [GET, post("application/json", b"{}")], ids=["GET", "POST"])
async def test_a_client_that_half_closes_gets_its_answer(wire, request_bytes):
    """A client that half-closes after a whole request is charged and answered, and then closed."""
    async with connected(wire) as (reader, writer):
        writer.write(request_bytes)
        writer.write_eof()
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(FIRST_ANSWER)


async def test_all_of_a_half_closed_pipeline_is_answered(wire):
    """Two requests at once and the half-close: both answers come."""
    async with connected(wire) as (reader, writer):
        writer.write(GET + GET)
        writer.write_eof()
        answers = await reader.read()
    assert answers.count(b"HTTP/1.1 200 OK") == 2
    assert FIRST_ANSWER in answers
    assert answers.endswith(SECOND)


async def test_half_a_request_and_a_half_close_is_no_fax(wire):
    """A client that closes its side in the middle is closed, charged nothing, and leaves a trace."""
    refused = listen_for(wire, "request.refused")
    async with connected(wire) as (reader, writer):
        writer.write(post("application/json", b"{" + b" " * 100)[:-50])
        writer.write_eof()
        assert await reader.read() == b""
        assert "did not arrive whole" in (await refused).message
    assert wire.server.sandbox.fax_jobs(wire.server.sandbox.first_account) == []


async def test_a_half_closed_connection_without_a_request_is_closed(wire):
    """Nothing, or half a head, and the half-close: closed at once."""
    for said in (b"", GET[:30]):
        async with connected(wire) as (reader, writer):
            writer.write(said)
            writer.write_eof()
            assert await reader.read() == b""


@pytest.mark.parametrize("said", [b"", GET[:30]], ids=["nothing", "half a head"])
async def test_a_silent_client_is_dropped_after_its_time(said):
    """A connection that says nothing, or stops in its head, is closed after --client-timeout."""
    async with open_wire(client_timeout=IMPATIENT) as wire, connected(wire) as (reader, writer):
        writer.write(said)
        assert await reader.read() == b""


async def test_half_a_body_is_refused_after_its_time():
    """A body that stops arriving is answered with 400 and the reason; no fax was sent."""
    async with open_wire(client_timeout=IMPATIENT) as wire, connected(wire) as (reader, writer):
        writer.write(post("application/json", b" " * 100)[:-50])
        answer = await reader.read()
        assert wire.server.sandbox.fax_jobs(wire.server.sandbox.first_account) == []
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"the body did not arrive whole: it took longer than 0.2s" in answer


async def test_half_a_body_is_refused_to_the_account_of_its_key():
    """Wherever the key stands, the refusal is in the journal as that account's."""
    two = "accounts: [{api_key: one}, {api_key: two}]"
    async with open_wire(two, client_timeout=IMPATIENT / 4) as wire:
        for query, extra in (("api_key=two", b""), ("", b"api_key: two\r\n")):
            refused = listen_for(wire, "request.refused")
            async with connected(wire) as (reader, writer):
                writer.write(post("application/json", b" " * 100, query, extra)[:-50])
                assert (await reader.read()).startswith(b"HTTP/1.1 400 ")
                assert (await refused).api_key == "two"


async def test_a_client_that_does_not_read_is_dropped():
    """An answer that nobody takes is dropped after --client-timeout, and the journal says so."""
    async with open_wire(client_timeout=IMPATIENT) as wire:
        for _ in range(1000):  # more than the system itself keeps for a client
            wire.server.sandbox.record(Kind.ACCOUNT_CHANGED, {"change": "x" * 10_000})
        dropped = listen_for(wire, "connection.dropped")
        async with connected(wire, receive_buffer=4096) as (_, writer):
            writer.write(b"GET /_fakefax/journal HTTP/1.1\r\n" + HOST + b"\r\n")
            entry = await dropped
        assert entry.message == (
            "1 connection(s) dropped: each kept fakefax waiting for 0.2s; see --client-timeout"
        )
        assert (await wire.send())["status"] == "executed"


async def test_a_client_that_asks_and_asks_and_never_reads_is_dropped():
    """Answers that nobody takes do not pile up, however small each is."""
    balance = b"GET /api/v2/balance?api_key=f%40x2r0ckkz HTTP/1.1\r\n" + HOST + b"\r\n"
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)  # as connections that it accepts have
    async with open_wire(client_timeout=IMPATIENT, sock=listening) as wire:
        dropped = listen_for(wire, "connection.dropped")
        async with connected(wire, receive_buffer=4096) as (_, writer):
            writer.write(balance * 5_000)
            async with asyncio.timeout(DEADLINE):
                entry = await dropped
        assert "client-timeout" in entry.message
        assert wire.server.sandbox.journal.last_seq < 5_000


@pytest.mark.parametrize("said", [b"", GET[:30], post("application/json", b"{}")[:-1]])
async def test_a_crowd_of_silent_clients_keeps_nobody_out(said):
    """With --connection-limit reached, the oldest idle connection is closed to make room for the next."""
    async with (
        open_wire(connection_limit=LIMIT, client_timeout=10 * DEADLINE) as wire,
        crowd(wire, said) as first,
        crowd(wire, said),
        asyncio.timeout(DEADLINE),
    ):
        for _ in range(3):
            assert (await wire.raw(GET)).status == 200
        for reader in first:
            with contextlib.suppress(ConnectionResetError):  # or closed, as the system likes
                assert await reader.read() == b""


WAITING = "requests: [{when: {operation: balance}, then: {real_delay: 1h}}]"


async def test_when_all_are_at_work_one_more_is_refused():
    """When every connection is being answered, the next gets 503 with the setting to change."""
    balance = GET.replace(b"/fax?", b"/balance?")
    async with open_wire(WAITING, connection_limit=LIMIT) as wire:
        last = listen_for(wire, "fault.request", LIMIT)
        async with crowd(wire, balance), asyncio.timeout(DEADLINE):
            await last
            async with connected(wire) as (reader, _):
                answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"X-Fakefax-Reason: there are too many connections; see --connection-limit\r\n" in answer


BROKEN_GZIP = post(
    "application/json", gzip.compress(b"{}" * 100)[:20] + b"garbage" * 9, extra=b"Content-Encoding: gzip\r\n"
)


async def test_a_broken_gzip_body_is_refused_without_a_traceback(wire, caplog):
    """A body that does not unpack is the client's trouble: a 400, and nothing in the log."""
    with caplog.at_level(logging.INFO):
        answer = await wire.raw(BROKEN_GZIP)
    assert answer.status == 400
    assert (await wire.send())["status"] == "executed"
    assert [record.message for record in caplog.records if record.levelno > logging.INFO] == []


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "a connection without an HTTP request was answered 400: "),
        (
            bytes.fromhex("16030100c8010000c40303") + bytes(50),
            "a connection without an HTTP request was answered 400: the client speaks TLS",
        ),
    ],
)
async def test_input_that_is_not_http_leaves_a_trace(wire, said, reason):
    """Another protocol on the port is in the journal; TLS with the setting that would help."""
    reported = listen_for(wire, "connection.no_http")
    assert (await wire.raw(said)).status == 400
    assert (await reported).message.startswith(reason)
