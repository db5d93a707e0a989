"""A small client of the control API: synchronous, typed answers, connections that are kept."""

import contextlib
import socket
import threading
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from fakefax.handle.errors import FakeFaxError, HistoryGone, NotNow, Unknown, Unreachable, WrongValue

T = TypeVar("T")

TIMEOUT = 30.0
"""Real seconds that an answer may take, beyond what the request itself asks fakefax to wait."""

KEPT = 4
"""Idle connections that are kept for the next request."""

_ERRORS: dict[int, type[FakeFaxError]] = {
    400: WrongValue,
    404: Unknown,
    405: Unknown,
    409: NotNow,
    410: HistoryGone,
    413: WrongValue,
}

_encode = msgspec.json.Encoder(decimal_format="number").encode


class _Refusal(msgspec.Struct):
    message: str


class ControlClient:
    """Asks the fakefax at `url`, from any thread. Raises ValueError for what is no http or https URL."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
            raise WrongValue(f"{url!r} is not the URL of a fakefax, such as http://127.0.0.1:8080")
        self.url = f"{parts.scheme}://{parts.netloc}"
        self._kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._host = parts.netloc
        self._lock = threading.Lock()
        self._idle: list[HTTPConnection] = []
        self._busy: set[HTTPConnection] = set()
        self._decoders: dict[Any, msgspec.json.Decoder[Any]] = {}
        self.closed = False

    def ask(
        self,
        method: str,
        path: str,
        answer: type[T],
        body: object = None,
        *,
        wait: float = 0.0,
        **query: str | int | None,
    ) -> T:
        """The answer to a request of /_fakefax, as `answer`. `wait` is the real time that it asks for, in seconds.

        Raises a FakeFaxError that says what was wrong; Unreachable when there is no answer.
        """
        given = {name: value for name, value in query.items() if value is not None}
        target = f"/_fakefax{quote(path)}{'?' if given else ''}{urlencode(given)}"
        status, content = self._exchange(method, target, None if body is None else _encode(body), TIMEOUT + wait)
        if status >= 400:
            raise _ERRORS.get(status, FakeFaxError)(self._message(status, content))
        try:
            return self._decode(content, answer)
        except msgspec.DecodeError as error:
            raise FakeFaxError(
                f"{self.url} answered {method} {target} with what this version of fakefax does not know ({error}); "
                f"use the same version here and there"
            ) from None

    def close(self) -> None:
        """Close the idle connections; those in use are closed after their answer."""
        with self._lock:
            self.closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def abort(self) -> None:
        """End the requests that still wait for an answer, so that no thread waits for one that will not come."""
        self.close()
        with self._lock:
            for connection in self._busy:
                with contextlib.suppress(OSError, AttributeError):  # closed or not connected meanwhile
                    connection.sock.shutdown(socket.SHUT_RDWR)

    def _exchange(self, method: str, target: str, body: bytes | None, timeout: float) -> tuple[int, bytes]:
        connection, done = self._take(), False
        try:
            self._connect(connection, timeout)
            headers = {"Content-Type": "application/json"} if body is not None else {}
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, HTTPException) as error:
            why = str(error) or type(error).__name__
            raise Unreachable(f"no answer from fakefax at {self.url}: {why}") from None
        else:
            done = True
        finally:
            self._give_back(connection, reuse=done)
        return response.status, content

    def _connect(self, connection: HTTPConnection, timeout: float) -> None:
        connection.timeout = timeout
        if connection.sock is None:
            connection.connect()
        connection.sock.settimeout(timeout)
        if self.closed:  # meanwhile, and `abort` could not see this connection
            raise ConnectionAbortedError("it is being closed")

    def _take(self) -> HTTPConnection:
        """An idle connection that the server has not closed, or a new one."""
        while True:
            with self._lock:
                if self.closed:
                    raise Unreachable(f"the fakefax at {self.url} has been closed")
                connection = self._idle.pop() if self._idle else self._kind(self._host)
                self._busy.add(connection)
            if connection.sock is None or _is_open(connection):
                return connection
            self._give_back(connection, reuse=False)

    def _give_back(self, connection: HTTPConnection, *, reuse: bool) -> None:
        with self._lock:
            self._busy.discard(connection)
            if reuse and connection.sock is not None and not self.closed and len(self._idle) < KEPT:
                self._idle.append(connection)
                return
        connection.close()

    def _decode(self, content: bytes, shape: type[T]) -> T:
        decoder = self._decoders.get(shape)
        if decoder is None:
            decoder = self._decoders[shape] = msgspec.json.Decoder(shape)
        result: T = decoder.decode(content)
        return result

    def _message(self, status: int, content: bytes) -> str:
        with contextlib.suppress(msgspec.DecodeError):
            return self._decode(content, _Refusal).message
        return f"{self.url} answered {status}, and not as fakefax does; is it the right URL?"


def _is_open(connection: HTTPConnection) -> bool:
    """Whether a kept connection can be used: there is nothing to read, not even its end."""
    try:
        connection.sock.settimeout(0)
        connection.sock.recv(1, socket.MSG_PEEK)
    except (BlockingIOError, InterruptedError):
        return True
    except (OSError, ValueError):  # a ValueError where TLS knows no flags
        return False
    return False
