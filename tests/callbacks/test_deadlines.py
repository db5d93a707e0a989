"""Each attempt has a deadline of its own, and a response that is there is read whatever happened before."""

import asyncio
import socket
import threading

from fakefax.callbacks.client import CallbackClient
from fakefax.callbacks.connection import Connection
from fakefax.callbacks.target import Origin
from fakefax.core.real_time import real_seconds
from fakefax.values.forms import PostedBody
from tests.callbacks.endpoints import DEADLINE, raw_endpoint, read_request

KEEP = b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"
BODY = PostedBody("text/plain", b"x")


async def test_a_second_request_on_a_kept_connection_has_its_own_deadline():
    """The deadline of the second is neither that of the first nor missing."""
    accepted: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
    server = await asyncio.start_server(lambda _, writer: accepted.put_nowait(writer), "127.0.0.1", 0)
    loop, opened = asyncio.get_running_loop(), set[Connection]()
    host, port = server.sockets[0].getsockname()
    _, connection = await loop.create_connection(
        lambda: Connection(Origin(tls=False, host=host, port=port, name=host), opened), host, port
    )
    writer = await accepted.get()
    first = loop.create_task(connection.request(b"POST / HTTP/1.1\r\n\r\n", b"", loop.time() + 0.3))
    writer.write(KEEP)
    assert (await first).status == 200
    begun = loop.time()
    second = loop.create_task(connection.request(b"POST / HTTP/1.1\r\n\r\n", b"", begun + 0.6))
    async with asyncio.timeout(DEADLINE):
        (failure,) = await asyncio.gather(second, return_exceptions=True)
    assert isinstance(failure, TimeoutError)
    assert loop.time() - begun >= 0.6
    connection.abort()
    writer.close()
    server.close()


async def test_a_response_to_a_body_that_was_not_read_counts():
    """An endpoint that answers a large body unread, and closes, has answered: every attempt sees its status."""

    def refuses(connection: socket.socket) -> None:
        connection.recv(1024)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    client = CallbackClient(timeout=DEADLINE)
    large = PostedBody("application/octet-stream", bytes(4_000_000))
    with raw_endpoint(refuses) as endpoint:
        answers = [await client.post(endpoint.url, large) for _ in range(10)]
    await client.close()
    assert [(answer.status_code, answer.failure) for answer in answers] == 10 * [(200, None)]


async def test_attempts_of_all_sandboxes_together_are_bounded(monkeypatch):
    """As many attempts hang as there are descriptors for; the others wait for their turn."""
    monkeypatch.setattr("fakefax.callbacks.client.for_callbacks", lambda: 3)
    go_on, hanging = threading.Event(), threading.Semaphore(0)

    def hangs(connection: socket.socket) -> None:
        read_request(connection)
        hanging.release()
        assert go_on.wait(DEADLINE)
        connection.sendall(KEEP.replace(b"keep-alive", b"close"))

    client = CallbackClient(timeout=DEADLINE)
    with raw_endpoint(hangs) as endpoint:
        posts = [asyncio.create_task(client.post(endpoint.url, BODY)) for _ in range(8)]
        for _ in range(3):
            assert await asyncio.to_thread(hanging.acquire, timeout=DEADLINE)
        assert endpoint.connections == 3
        go_on.set()
        answers = await asyncio.gather(*posts)
    await client.close()
    assert [answer.status_code for answer in answers] == 8 * [200]


async def test_the_time_that_an_attempt_waits_for_its_turn_is_not_the_endpoints(monkeypatch):
    """An attempt that had to wait for one that hung has its own deadline, and its latency begins with it."""
    monkeypatch.setattr("fakefax.callbacks.client.for_callbacks", lambda: 1)
    hung = threading.Event()

    def hangs_first(connection: socket.socket) -> None:
        read_request(connection)
        if not hung.is_set():
            hung.set()
            connection.recv(1)
        connection.sendall(KEEP.replace(b"keep-alive", b"close"))

    client, begun = CallbackClient(timeout=0.3), real_seconds()
    with raw_endpoint(hangs_first) as endpoint:
        first, second = await asyncio.gather(client.post(endpoint.url, BODY), client.post(endpoint.url, BODY))
    taken = real_seconds() - begun
    await client.close()
    assert first.failure == "no answer within 0.3s"
    assert second.latency <= taken - 0.29
    assert second.failure is None or second.latency >= 0.29  # on a machine that is too busy to answer at once
