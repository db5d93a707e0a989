"""A small client of the control API: synchronous, typed answers, connections that are kept."""

import contextlib
import threading
from typing import Any, TypeVar
from urllib.parse import SplitResult, quote, urlencode, urlsplit

import msgspec

from fakefax.client.connection import Connection
from fakefax.client.errors import FakeFaxError, HistoryGone, NotNow, Unknown, Unreachable, WrongValue

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
    """Asks the fakefax at `url`, from any thread. Raises WrongValue for what is no http or https URL."""

    def __init__(self, url: str) -> None:
        self._place = _place(url)
        self.url = f"{self._place.scheme}://{self._place.netloc}"
        self._host = _header(self._place)
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._busy: set[Connection] = set()
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
        request = self._request(method, target, b"" if body is None else encoded(body))
        status, content = self._exchange(request, TIMEOUT + wait)
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
                connection.abort()

    def _request(self, method: str, target: str, body: bytes) -> bytes:
        head = (
            f"{method} {target} HTTP/1.1",
            f"Host: {self._host}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        )
        return "\r\n".join([*head, "", ""]).encode("ascii") + body

    def _exchange(self, request: bytes, timeout: float) -> tuple[int, bytes]:
        connection, reuse = self._take(), False
        try:
            self._connect(connection, timeout)
            status, content, reuse = connection.exchange(request, timeout)
        except OSError as error:
            why = str(error) or type(error).__name__
            raise Unreachable(f"no answer from fakefax at {self.url}: {why}") from None
        finally:
            self._give_back(connection, reuse=reuse)
        return status, content

    def _connect(self, connection: Connection, timeout: float) -> None:
        if connection.is_new:
            connection.connect(timeout)
        if self.closed:  # meanwhile, and `abort` could not see this connection
            raise ConnectionAbortedError("it is being closed")

    def _take(self) -> Connection:
        """An idle connection that the server has not closed, or a new one."""
        while True:
            with self._lock:
                if self.closed:
                    raise Unreachable(f"the fakefax at {self.url} has been closed")
                connection = self._idle.pop() if self._idle else Connection(self._place)
                self._busy.add(connection)
            if connection.is_new or connection.is_idle:
                return connection
            self._give_back(connection, reuse=False)

    def _give_back(self, connection: Connection, *, reuse: bool) -> None:
        with self._lock:
            self._busy.discard(connection)
            if reuse and not self.closed and len(self._idle) < KEPT:
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


def encoded(body: object) -> bytes:
    """A body as JSON. Raises WrongValue for a value that there is not in JSON."""
    try:
        return _encode(body)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise WrongValue(f"{body!r} cannot be sent as JSON: {error}") from None


def _place(url: str) -> SplitResult:
    """Where a fakefax is. Raises WrongValue."""
    with contextlib.suppress(ValueError):  # of a port or a host name that is none
        place = urlsplit(str(url))
        _header(place)
        is_whole = place.scheme in ("http", "https") and place.hostname and place.port != 0
        if is_whole and not place.path.strip("/"):
            return place
    raise WrongValue(f"{url!r} is not the URL of a fakefax, such as http://127.0.0.1:8080")


def _header(place: SplitResult) -> str:
    """What stands in the header Host. Raises UnicodeError."""
    return place.netloc.encode("idna").decode()
