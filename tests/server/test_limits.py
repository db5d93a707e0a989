"""Limits of client connections and file descriptors: which are closed, when, and with what message."""

import asyncio
import errno
import logging
import socket
from typing import Any

import pytest
from yarl import URL

from fakefax.core.journal import Kind
from fakefax.core.real_time import real_sleep
from fakefax.server import limits
from fakefax.server.connection import ClientConnection
from fakefax.server.limits import ConnectionLimits, Connections
from fakefax.server.tls.context import TlsOptions
from fakefax.values import descriptors
from tests.api.wire import DEADLINE, open_wire

TIMEOUT = 10.0


class Idle(ClientConnection):
    """A connection whose client has sent so many requests and is idle now."""

    def __init__(self, registry: Connections) -> None:
        super().__init__(registry, asyncio.Protocol)
        self.is_closed = False

    def time_out(self) -> bool:
        self.is_closed = True
        return False

    def abort(self) -> None:
        self.is_closed = True


class OpenTransport(asyncio.Transport):
    """A transport whose client has so many bytes yet to read."""

    left = 0
    written = b""

    def write(self, data: Any) -> None:
        self.written += data

    def close(self) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return self.left

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass


class Reading(Idle):
    """One whose client has an answer to read, and is dropped when it takes too long."""

    def time_out(self) -> bool:
        self.is_closed = True
        self.connection_lost(None)
        return True


def recorded(_: Kind, __: dict[str, object]) -> None:
    """Nothing is recorded here."""


async def test_a_client_that_goes_on_asking_is_not_closed():
    """--client-timeout counts from the last request, not from the beginning of the connection."""
    connections = Connections(ConnectionLimits(client_timeout=TIMEOUT), recorded)
    active, idle = Idle(connections), Idle(connections)
    for connection in (active, idle):
        connection.connection_made(OpenTransport())
    for now in range(0, 50, 5):
        active.requests += 1
        connections.sweep(float(now))
    assert [active.is_closed, idle.is_closed] == [False, True]
    connections.close()


class Hanging:
    """A disk that takes for ever."""

    problem: str | None = None

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    def refusal(self) -> str | None:
        return None

    async def saved(self) -> None:
        self.asked.set()
        await asyncio.Event().wait()


async def test_an_answer_that_waits_for_a_hanging_disk_does_not_stop_the_sweep(monkeypatch):
    """Its client is closed when its time is up, though the rest of its body never came, and so are others."""
    failures: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))
    async with open_wire(client_timeout=0.2) as wire:
        disk = Hanging()
        monkeypatch.setattr(wire.server._handler, "_keeping", disk)
        port = URL(wire.url).port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"POST /api/v2/fax?api_key=wrong HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\nfax"
        )
        async with asyncio.timeout(DEADLINE):
            await disk.asked.wait()
            assert await reader.read() == b""
        writer.close()
    assert failures == []


async def test_an_idle_client_gets_a_little_longer_than_said():
    """A client that asks every --client-timeout seconds finds its connection open."""
    connections = Connections(ConnectionLimits(client_timeout=TIMEOUT), recorded)
    idle = Idle(connections)
    idle.connection_made(OpenTransport())
    connections.sweep(2.5)  # the first sweep after it was opened
    connections.sweep(2.5 + TIMEOUT - 0.1)
    closed = [idle.is_closed]
    connections.sweep(2.5 + TIMEOUT)
    assert [*closed, idle.is_closed] == [False, True]
    connections.close()


async def test_a_client_that_reads_its_answer_slowly_has_time_for_each_step():
    """--client-timeout counts from the last bytes that it has read; one that reads no more is dropped, once."""
    records: list[dict[str, object]] = []
    connections = Connections(
        ConnectionLimits(client_timeout=TIMEOUT), lambda _, detail: records.append(dict(detail))
    )
    slow, stuck = Reading(connections), Reading(connections)
    transports = [OpenTransport(), OpenTransport()]
    for connection, transport in zip((slow, stuck), transports, strict=True):
        connection.connection_made(transport)
        transport.left = 1000
    for now in range(0, 50, 5):
        transports[0].left -= 1
        connections.sweep(float(now))
    assert [slow.is_closed, stuck.is_closed] == [False, True]
    assert records == [{"count": 1, "reason": "kept fakefax waiting for 10s; see --client-timeout"}]
    connections.close()


async def test_a_new_connection_beyond_the_limit_has_a_moment_to_ask(monkeypatch):
    """Within the grace period none is dropped for being idle; after it the oldest is, and no more than needed."""
    monkeypatch.setattr(limits, "GRACE_PERIOD", 0.04)
    loop = asyncio.get_running_loop()
    connections = Connections(ConnectionLimits(connections=1), recorded)
    older, newer = Idle(connections), Idle(connections)
    for connection in (older, newer):
        connection.connection_made(OpenTransport())
        connection.made = loop.time() + DEADLINE  # it never gets old
    await real_sleep(0.03)
    assert [older.is_closed, newer.is_closed] == [False, False]
    older.made = newer.made = loop.time() - DEADLINE
    async with asyncio.timeout(DEADLINE):
        while not older.is_closed:
            await real_sleep(0.005)
    await real_sleep(0.03)
    assert not newer.is_closed
    connections.close()


async def test_a_client_that_never_asked_makes_room_before_one_that_did():
    """Of idle connections the oldest without a request goes first, then the oldest; never one that is answered."""
    connections = Connections(ConnectionLimits(), recorded)
    opened = {name: Idle(connections) for name in ("asked", "silent", "answered", "silent too", "asked too")}
    for name, connection in opened.items():
        connection.connection_made(OpenTransport())
        connection.requests = int(not name.startswith("silent"))
    opened["answered"].handling = True
    went: list[str] = []
    while connections.make_room():
        went += [name for name, connection in opened.items() if connection.is_closed and name not in went]
    assert went == ["silent", "silent too", "asked", "asked too"]
    assert len(connections) == 1
    connections.close()


async def test_a_limit_that_the_process_cannot_keep_is_lowered(monkeypatch):
    """With few file descriptors there are fewer connections, and the journal says why one was refused."""
    monkeypatch.setattr(limits, "for_connections", lambda: 2)
    records: list[dict[str, object]] = []
    connections = Connections(ConnectionLimits(), lambda _, detail: records.append(dict(detail)))
    for number in range(3):
        connection, transport = Idle(connections), OpenTransport()
        connection.handling = number < 2
        connection.connection_made(transport)
    assert (len(connections), transport.written[:12]) == (2, b"HTTP/1.1 503")
    connections.sweep(0.0)
    (record,) = records
    assert "as many as --connection-limit (2 here, as the process may open " in str(record["reason"])
    connections.close()


async def test_connections_count_before_their_tls_handshake(tmp_path):
    """Clients of the HTTPS port that never begin their handshake are dropped beyond --connection-limit."""
    tls = TlsOptions(tmp_path / "tls", port=0)
    async with open_wire(tls=tls, connection_limit=3, client_timeout=10 * DEADLINE) as wire:
        port = URL(wire.server.tls_url or "").port
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(10)]
        async with asyncio.timeout(DEADLINE):
            for reader, _ in silent[:7]:
                assert await reader.read() == b""
            assert (await wire.send())["status"] == "executed"
        for _, writer in silent:
            writer.close()


async def test_without_a_descriptor_it_is_said_once_and_idle_clients_make_room(monkeypatch, caplog):
    """Accepting goes on after EMFILE, without a busy loop, and the log has one line with the cure."""
    monkeypatch.setattr(descriptors, "_reported", set())
    loop, failures = asyncio.get_running_loop(), 3
    accept = loop.sock_accept

    async def sock_accept(sock: socket.socket) -> tuple[socket.socket, object]:
        nonlocal failures
        if failures:
            failures -= 1
            raise OSError(errno.EMFILE, "Too many open files")
        accepted: tuple[socket.socket, object] = await accept(sock)
        return accepted

    monkeypatch.setattr(loop, "sock_accept", sock_accept)
    with caplog.at_level(logging.ERROR):
        async with open_wire() as wire:
            assert (await wire.send())["status"] == "executed"
    (line,) = [record.message for record in caplog.records]
    assert line.startswith("a connection could not be accepted: no file descriptor is left, of ")
    assert "ulimit -n" in line


@pytest.mark.parametrize(("limit", "connections", "callbacks"), [(64, 32, 16), (1024, 512, 256)])
def test_descriptors_are_shared_out(monkeypatch, limit, connections, callbacks):
    """Half of them are for clients, a quarter for callbacks; the rest is a reserve."""
    monkeypatch.setattr(descriptors, "descriptor_limit", lambda: limit)
    assert (descriptors.for_connections(), descriptors.for_callbacks()) == (connections, callbacks)


async def test_all_ipv6_addresses_are_all_ipv4_addresses_too():
    """--host :: serves both families on one port."""
    try:
        async with open_wire(host="::") as wire:
            port = URL(wire.url).port
            assert wire.url == f"http://[::1]:{port}"
            for host in ("127.0.0.1", "::1"):
                _, writer = await asyncio.open_connection(host, port)
                writer.close()
    except OSError:
        pytest.skip("this machine has no IPv6")
