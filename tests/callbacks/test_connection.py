"""The bytes of an attempt at raw sockets, and the connection after it."""

import asyncio
import gc
import hashlib
import re
import socket
import struct
import threading
import weakref
from contextlib import suppress

import pytest

from fakefax.callbacks.client import CallbackClient
from fakefax.callbacks.connection import Connection
from fakefax.callbacks.target import Origin, TransportError
from fakefax.core.callbacks.callback import Answer
from fakefax.values.forms import PostedBody
from tests.callbacks.attempts import KEEPS, KEPT, LARGE, SMALL, Run, post, reported
from tests.callbacks.endpoints import DEADLINE, hangs, raw_endpoint
from tests.callbacks.keepers import Seen, answers, answers_always, keeper

OK = (200, None)

KEEPABLE = {
    "a length": KEEPS,
    "chunks": KEPT + b"Transfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n0\r\n\r\n",
    "information first": b"HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n" + KEEPS,
    "no body": KEPT.replace(b"200 OK", b"204 No Content") + b"\r\n",
}


@pytest.mark.parametrize("answer", KEEPABLE.values(), ids=KEEPABLE)
def test_every_answer_with_an_end_leaves_its_connection_for_the_next(run: Run, answer: bytes):
    """Three attempts on one connection, each read to the end of its answer, which comes byte by byte."""

    def slowly(connection: socket.socket, seen: Seen) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while seen.one(connection):
            for byte in answer:
                connection.sendall(bytes([byte]))

    with keeper(slowly) as (endpoint, seen):
        made = post(run, *3 * [endpoint.url])
        assert {answer.failure for answer in made} == {None}
        assert (len(seen.bodies), endpoint.connections) == (3, 1)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(KEEPS + KEEPS, id="an answer too many"),
        pytest.param(KEEPS + b"rubbish", id="rubbish behind"),
        pytest.param(KEPT + b"Content-Length: 99999\r\n\r\n" + bytes(99999), id="longer than is read"),
    ],
)
def test_a_connection_with_more_on_it_is_not_used_again(run: Run, answer: bytes):
    """Bytes behind an answer would be taken for the next one: each attempt gets a connection and its own answer."""
    with keeper(answers_always(answer)) as (endpoint, seen):
        assert reported(*post(run, *3 * [endpoint.url])) == 3 * [OK]
        assert (len(seen.bodies), endpoint.connections) == (3, 3)


def test_unasked_bytes_end_a_waiting_connection(run: Run):
    """A response that was not asked for, such as a 408, is not taken for the answer of the next attempt."""
    over = threading.Event()

    def speaks_up(connection: socket.socket, seen: Seen) -> None:
        answers(KEEPS)(connection, seen)
        connection.sendall(b"HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\n\r\n")
        assert connection.recv(1) == b""
        over.set()

    async def wait_between() -> list[Answer]:
        client = CallbackClient()
        first = await client.post(endpoint.url, SMALL)
        await asyncio.to_thread(over.wait, DEADLINE)
        second = await client.post(endpoint.url, SMALL)
        await client.close()
        return [first, second]

    with keeper(speaks_up) as (endpoint, _):
        assert reported(*run(wait_between())) == [OK, OK]
        assert endpoint.connections == 2


@pytest.mark.parametrize("body", [SMALL, LARGE], ids=["small", "large"])
def test_a_peer_that_speaks_first_is_not_http(run: Run, body: PostedBody):
    """A callback URL with the port of a mail server: the reason shows what is there, whatever it says next."""

    def greets(connection: socket.socket) -> None:
        connection.sendall(b"220 mail.example ESMTP\r\n")
        connection.recv(1)
        with suppress(OSError):
            connection.sendall(b"500 unknown command\r\n")
            while connection.recv(1024):
                pass

    with raw_endpoint(*6 * [greets]) as endpoint:
        failures = {answer.failure for answer in post(run, *6 * [endpoint.url], body=body)}
    (failure,) = failures
    assert failure is not None
    assert failure.startswith("the answer is not HTTP: Expected HTTP/")
    assert "b'220 mail.example ESMTP" in failure


@pytest.mark.parametrize("body", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("resets", [False, True])
def test_an_immediate_close_fails_the_attempt_with_a_reason(run: Run, body: PostedBody, resets: bool):
    """At whatever moment of an attempt the connection goes away, the reason is the endpoint's."""

    def goes_away(connection: socket.socket) -> None:
        if resets:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with raw_endpoint(goes_away) as endpoint:
        reasons = {str(answer.failure) for answer in post(run, *40 * [endpoint.url], body=body)}
    words = r"the connection was (closed without an answer|lost: .+)|cannot connect to .+"
    assert all(re.fullmatch(words, reason) for reason in reasons), reasons


def test_a_large_body_arrives_whole_at_a_slow_reader(run: Run):
    """Megabytes, read in small bits, and once more on the same connection."""
    arrived: list[str] = []

    def read_slowly(connection: socket.socket) -> None:
        for _ in range(2):
            data = bytearray()
            while b"\r\n\r\n" not in data:
                data += connection.recv(100)
            body = data.partition(b"\r\n\r\n")[2]
            while len(body) < len(LARGE.content):
                body += connection.recv(10_000)
            arrived.append(hashlib.sha256(body).hexdigest())
            connection.sendall(KEEPS)

    with raw_endpoint(read_slowly) as endpoint:
        assert reported(*post(run, *2 * [endpoint.url], body=LARGE)) == [OK, OK]
        assert endpoint.connections == 1
    assert arrived == 2 * [hashlib.sha256(LARGE.content).hexdigest()]


@pytest.mark.parametrize("status", [200, 413])
def test_an_answer_before_the_end_of_the_body_counts(run: Run, status: int):
    """An endpoint that has seen enough is believed; the connection, with half a body on it, is not used again."""
    over = threading.Event()

    def answers_early(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 10_000)
        connection.recv(100)
        connection.sendall(KEEPS.replace(b"200", b"%d" % status))
        over.wait(DEADLINE)

    with raw_endpoint(answers_early) as endpoint:
        more_than_fits = PostedBody("application/octet-stream", bytes(2**24))
        assert reported(*post(run, *2 * [endpoint.url], body=more_than_fits)) == 2 * [(status, None)]
        assert endpoint.connections == 2
        over.set()


@pytest.mark.parametrize("body", [SMALL, LARGE], ids=["small", "large"])
def test_an_attempt_that_is_dropped_leaves_nothing_open(run: Run, body: PostedBody):
    """When a sandbox is closed in the middle of an attempt, the endpoint sees the end of its connection."""
    busy, ended = threading.Event(), threading.Event()

    def reads_no_more(connection: socket.socket) -> None:
        connection.recv(10)
        busy.set()
        assert dropped.wait(DEADLINE)
        while connection.recv(65536):
            pass

    def watched(connection: socket.socket) -> None:
        with suppress(ConnectionResetError):
            reads_no_more(connection)
        ended.set()

    dropped = threading.Event()

    async def drop() -> None:
        client = CallbackClient()
        attempt = asyncio.create_task(client.post(endpoint.url, body))
        await asyncio.to_thread(busy.wait, DEADLINE)
        attempt.cancel()
        await asyncio.wait([attempt])
        dropped.set()
        assert attempt.cancelled()
        assert await asyncio.to_thread(ended.wait, DEADLINE)
        await client.close()

    with raw_endpoint(watched) as endpoint:
        run(drop())


def test_closing_ends_an_attempt_in_flight(run: Run):
    """Closing the client does not wait for an endpoint that hangs."""

    async def close() -> Answer:
        client = CallbackClient(timeout=60)
        attempt = asyncio.create_task(client.post(endpoint.url, SMALL))
        await asyncio.to_thread(endpoint.connected.wait, DEADLINE)
        await client.close()
        return await attempt

    with raw_endpoint(hangs) as endpoint:
        assert run(close()).failure == "the connection was closed without an answer"


def test_one_alarm_is_enough_for_many_attempts(run: Run):
    """The time of an attempt counts from its own beginning, on a connection that is used for longer."""

    def hangs_in_the_end(connection: socket.socket, seen: Seen) -> None:
        answers(*20 * [KEEPS])(connection, seen)
        seen.one(connection)
        connection.recv(1)

    with keeper(hangs_in_the_end) as (endpoint, seen):
        made = post(run, *21 * [endpoint.url], timeout=0.5)
        assert reported(*made) == [*20 * [OK], (None, "no answer within 0.5s")]
        assert made[-1].latency >= 0.49
        assert (len(seen.bodies), endpoint.connections) == (21, 1)


@pytest.mark.parametrize("large", [False, True])
def test_hosts_that_are_mapped_to_one_share_no_connection(run: Run, large: bool):
    """Two names of one place are two endpoints: the other's connection may lead to the other's program."""
    body = LARGE if large else SMALL
    with keeper(answers_always(KEEPS)) as (endpoint, seen):
        port = endpoint.server_address[1]
        urls = [f"http://{name}.invalid:{port}/" for name in ("one", "two")]
        host_map = {"one.invalid": "127.0.0.1", "two.invalid": "127.0.0.1"}
        assert reported(*post(run, *2 * urls, body=body, host_map=host_map)) == 4 * [OK]
        assert (len(seen.bodies), endpoint.connections) == (4, 2)


class Wire(asyncio.Transport):
    """A transport to nowhere."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Take it."""

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0


def connected() -> Connection:
    connection = Connection(Origin(tls=False, host="127.0.0.1", port=9, name="127.0.0.1"), set())
    connection.connection_made(Wire())
    return connection


async def test_bytes_from_before_the_request_are_taken_for_its_answer():
    """A peer that spoke before the request was written fails the attempt immediately, with its own words."""
    connection = connected()
    connection.data_received(b"220 mail")
    connection.data_received(b".example ESMTP\r\n")
    deadline = asyncio.get_running_loop().time() + DEADLINE
    with pytest.raises(TransportError, match=r"^the answer is not HTTP: .*: b'220 mail\.example ESMTP'$"):
        await connection.request(b"POST / HTTP/1.1\r\n\r\n", b"", deadline)
    connection.connection_lost(None)


async def test_a_closed_connection_leaves_no_garbage():
    """Its parser is freed with it, without the garbage collector."""
    gc.collect()
    gc.disable()
    try:
        connection = connected()
        gone = weakref.ref(connection.parser)
        connection.connection_lost(None)
        del connection
        assert gone() is None
    finally:
        gc.enable()
