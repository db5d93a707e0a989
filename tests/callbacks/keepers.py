"""Endpoints by what they do with their connections; each notes the bodies of the requests that it has seen."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.callbacks.endpoints import Behaviour, RawEndpoint, raw_endpoint, read_request

SILENT = b"HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n"
"""An answer that says nothing of the connection; by HTTP/1.1 it is kept."""

KEEPS = SILENT.replace(b"\r\n", b"\r\nConnection: keep-alive\r\n", 1)
CLOSES = SILENT.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)

Ending = Callable[[socket.socket, "Seen"], None]
"""The behaviour of an endpoint on one connection, until the end of that."""


class Seen:
    """The requests of all connections, and how many of them asked for a connection to be kept."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.asked = 0
        self.ended = threading.Event()

    def one(self, connection: socket.socket) -> bool:
        """Read a request; False when the other side has closed instead."""
        request = read_request(connection)
        if request:
            head, _, body = request.partition(b"\r\n\r\n")
            self.bodies.append(body)
            self.asked += b"\r\nConnection: keep-alive" in head
        else:
            self.ended.set()
        return bool(request)


@contextmanager
def keeper(ending: Ending) -> Iterator[tuple[RawEndpoint, Seen]]:
    """An endpoint, and what it has seen."""
    seen = Seen()
    behave: Behaviour = lambda connection: ending(connection, seen)  # noqa: E731
    with raw_endpoint(behave) as endpoint:
        yield endpoint, seen


def answers(*each: bytes) -> Ending:
    """Answer requests so, one after the other, then close."""

    def ending(connection: socket.socket, seen: Seen) -> None:
        for answer in each:
            if not seen.one(connection):
                return
            connection.sendall(answer)

    return ending


def hangs_after(*each: bytes) -> Ending:
    """Answer requests so, and read one more without an answer, until the other side closes."""

    def ending(connection: socket.socket, seen: Seen) -> None:
        answers(*each)(connection, seen)
        while seen.one(connection):
            pass

    return ending


def answers_always(answer: bytes) -> Ending:
    """Answer every request so, until the other side closes."""

    def ending(connection: socket.socket, seen: Seen) -> None:
        while seen.one(connection):
            connection.sendall(answer)

    return ending


def promises_who_asks(connection: socket.socket, seen: Seen) -> None:
    """Answer every request, with a promise to keep the connection if this very request asked for it."""
    asked = seen.asked
    while seen.one(connection):
        connection.sendall(KEEPS if seen.asked > asked else SILENT)
        asked = seen.asked


def idles(seconds: float, answer: bytes) -> Ending:
    """Answer every request, and close when none follows within so many real seconds."""

    def ending(connection: socket.socket, seen: Seen) -> None:
        answers(answer)(connection, seen)
        connection.settimeout(seconds)
        answers_always(answer)(connection, seen)

    return ending


def half_closes(connection: socket.socket, seen: Seen) -> None:
    """Answer, say no more, and go on listening until the other side closes."""
    if seen.one(connection):
        connection.sendall(SILENT)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
