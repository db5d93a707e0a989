"""Callback endpoints that share no code with fakefax: the standard library's http.server, and raw sockets."""

import http.client
import json
import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from fakefax import FakeFax

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK"
DEADLINE = 10.0
"""Real seconds after which a test that waits has failed."""


class Posted(NamedTuple):
    """A request as it arrived; `target` is the request line's, byte for byte."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("ascii"), strict_parsing=True, encoding="utf-8", errors="strict"))


Answering = Callable[[int], int | tuple[int, dict[str, str]]]
"""The status, and headers if any, for the nth request, counted from 0."""


class Receiver(ThreadingHTTPServer):
    """An http.server that notes every request and answers as it is configured."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, answering: Answering) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answering = answering
        self.posted: list[Posted] = []

    def url(self, target: str = "/faxto") -> str:
        return f"http://127.0.0.1:{self.server_port}{target}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Receiver

    def do_POST(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.posted.append(Posted(self.command, self.path, dict(self.headers.items()), body))
        answer = self.server.answering(len(self.server.posted) - 1)
        status, headers = (answer, {}) if isinstance(answer, int) else answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


_Server = TypeVar("_Server", bound=socketserver.BaseServer)


@contextmanager
def in_a_thread(server: _Server) -> Iterator[_Server]:
    """Let a server of the standard library serve in a thread, and close it at the end."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def receiver(answering: Answering = lambda _: 200) -> Iterator[Receiver]:
    """An http.server in a thread."""
    with in_a_thread(Receiver(answering)) as server:
        yield server


Behaviour = Callable[[socket.socket], None]
"""The behaviour of a raw endpoint on one connection; the connection is closed when it returns."""


class RawEndpoint(socketserver.ThreadingTCPServer):
    """Knows no HTTP. Each of `behaviours` is for one connection, and the last for all that follow."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, behaviours: tuple[Behaviour, ...]) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.behaviours = behaviours
        self.connections = 0
        self.connected = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/faxto"

    def handle_error(self, *_: object) -> None:
        """The other side may go away at any time."""


class _Connection(socketserver.BaseRequestHandler):
    server: RawEndpoint

    def handle(self) -> None:
        number = self.server.connections
        self.server.connections += 1
        self.server.connected.set()
        self.server.behaviours[min(number, len(self.server.behaviours) - 1)](self.request)


@contextmanager
def raw_endpoint(*behaviours: Behaviour) -> Iterator[RawEndpoint]:
    """A raw socket server in a thread."""
    with in_a_thread(RawEndpoint(behaviours)) as server:
        yield server


def read_request(connection: socket.socket) -> bytes:
    """One whole request; b"" when the other side closed before its end."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next((int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length")), 0)
    whole = len(data) - len(body) + length
    while len(data) < whole:
        more = connection.recv(65536)
        if not more:
            return b""
        data += more
    return data


def says(answer: bytes) -> Behaviour:
    """Read the request, say this, close."""

    def behave(connection: socket.socket) -> None:
        if read_request(connection):
            connection.sendall(answer)

    return behave


def closes(connection: socket.socket) -> None:
    """Read the request and close without a word."""
    read_request(connection)


def resets(connection: socket.socket) -> None:
    """Read the request and reset the connection."""
    read_request(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hangs(connection: socket.socket) -> None:
    """Read the request and say nothing until the other side gives up."""
    read_request(connection)
    connection.recv(1)


def talks_forever(connection: socket.socket) -> None:
    """200 OK with a body that has no end."""
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


answers_ok = says(OK)


def send(fax: FakeFax, fax_number: str = "+123456789", document_id: int = 10) -> int:
    """Send a fax as a program would; the fax_job_id."""
    address = urlsplit(fax.base_url)
    connection = http.client.HTTPConnection(address.netloc, timeout=DEADLINE)
    try:
        order = {"api_key": fax.api_key, "fax_number": fax_number, "document_id": document_id}
        connection.request("GET", f"{address.path}/fax?{urlencode(order)}")
        answer = json.load(connection.getresponse())
    finally:
        connection.close()
    assert answer["status"] == "executed", answer
    return int(answer["fax_job_id"])
