"""The connections of the client: whatever way an answer comes, and what comes in place of one."""

import socket
import threading
from collections.abc import Mapping

import pytest

from fakefax.client.control_client import TIMEOUT, ControlClient
from fakefax.client.errors import Unreachable, WrongValue
from fakefax.schemas import ReadyView
from tests.callbacks.endpoints import DEADLINE, RawEndpoint, raw_endpoint, read_request, says

BODY = b'{"status": "ready", "version": "1"}'
WITH_LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
IN_CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)


def ready(endpoint: RawEndpoint) -> ReadyView:
    client = ControlClient(endpoint.url.removesuffix("/faxto"))
    try:
        return client.ask("GET", "/readyz", ReadyView)
    finally:
        client.close()


@pytest.mark.parametrize("answer", [WITH_LENGTH, IN_CHUNKS, b"HTTP/1.0 200 OK\r\n\r\n" + BODY])
def test_an_answer_is_read_however_its_end_is_reported(answer: bytes):
    """By its length, in chunks as a proxy may send it, or by the end of the connection."""
    with raw_endpoint(says(answer)) as endpoint:
        assert ready(endpoint).status == "ready"


def test_an_answer_may_come_byte_by_byte():
    """However the network cuts an answer, it is put together."""

    def slowly(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        read_request(connection)
        for byte in WITH_LENGTH:
            connection.sendall(bytes([byte]))

    with raw_endpoint(slowly) as endpoint:
        assert ready(endpoint).status == "ready"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"", "the connection was closed before the answer was whole"),
        (WITH_LENGTH[:-1], "the connection was closed before the answer was whole"),
        (b"220 mail.example ESMTP\r\n", "the answer is not HTTP: .+"),
    ],
)
def test_a_broken_answer_is_reported(answer: bytes, why: str):
    """Half an answer, none, or that of something else is not taken for fakefax's."""
    with raw_endpoint(says(answer)) as endpoint, pytest.raises(Unreachable, match=f"^no answer from .*: {why}$"):
        ready(endpoint)


def test_a_connection_that_the_server_has_closed_is_replaced():
    """A server may close what is idle; the next request then has a connection of its own."""
    closed = threading.Event()

    def answer_once(connection: socket.socket) -> None:
        says(WITH_LENGTH)(connection)
        connection.shutdown(socket.SHUT_RDWR)
        closed.set()

    with raw_endpoint(answer_once) as endpoint:
        client = ControlClient(endpoint.url.removesuffix("/faxto"))
        for number in (1, 2):
            assert client.ask("GET", "/readyz", ReadyView).version == "1"
            assert closed.wait(DEADLINE)
            assert endpoint.connections == number
        client.close()


def test_an_answer_may_take_as_long_as_the_question_and_longer():
    """What a request asks fakefax to wait comes on top of what any answer may take."""
    waited: list[float] = []

    def server(method: str, path: str, query: Mapping[str, str], body: bytes, timeout: float) -> tuple[int, bytes]:
        waited.append(timeout)
        return 200, b"{}"

    client = ControlClient("http://127.0.0.1:9", server)
    for wait in (0.0, 5.0, 600.0):
        client.ask_bytes("POST", "/wait", wait=wait)
    assert waited == [TIMEOUT, TIMEOUT + 5, TIMEOUT + 600]


@pytest.mark.parametrize("url", ["http://localhost:0", "http://localhost:port", "http://[::1"])
def test_a_port_or_host_that_cannot_be_is_refused(url: str):
    """A URL that cannot be connected with is named at once."""
    with pytest.raises(WrongValue, match="is not the URL of a fakefax"):
        ControlClient(url)
