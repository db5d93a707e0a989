"""The HTTP client of the control API: one request at a time over kept connections, JSON in and out.

Loads quickly, for commands that ask one question: msgspec comes with the first typed answer, TLS with https.
"""

import contextlib
import json
import os
import socket
import threading
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from httptools import HttpParserError, HttpResponseParser

from fakefax.client.errors import FakeFaxError, HistoryGone, NotNow, Unknown, Unreachable, WrongValue
from fakefax.values.unpatched import connected

if TYPE_CHECKING:
    from ssl import SSLContext

    import msgspec

T = TypeVar("T")

AskServer = Callable[[str, str, Mapping[str, str], bytes, float], "tuple[int, bytes] | None"]
"""Asks a server in this process: method, path, query, body, timeout. None is to be asked over HTTP."""

TIMEOUT = 30.0
"""Real seconds that an answer may take, beyond what the request itself asks fakefax to wait."""

MAX_IDLE = 4
"""Idle connections that are kept for the next request."""

CHUNK = 64 * 1024
BODY_LENGTH_HEADERS = (b"content-length", b"transfer-encoding")

TOKEN_VARIABLE = "FAKEFAX_CONTROL_TOKEN"  # noqa: S105 (the name of a variable)

_ERRORS: dict[int, type[FakeFaxError]] = {
    400: WrongValue,
    404: Unknown,
    405: Unknown,
    409: NotNow,
    410: HistoryGone,
    413: WrongValue,
}


class ControlClient:
    """Asks the fakefax at `url`, from any thread. Raises WrongValue for anything but an http or https URL.

    It never uses a proxy: the control API is this machine's, or a container's beside it. A server that was started
    with --control-token gets the token that FAKEFAX_CONTROL_TOKEN has. What runs in this process is asked by
    `server`, as far as that answers without HTTP.

        client = ControlClient("http://127.0.0.1:8080")
        client.ask_json("GET", "/account", api_key=key)["balance"]
    """

    def __init__(self, url: str, server: AskServer | None = None) -> None:
        self._server = server
        self._target = _target(url)
        self.url = f"{self._target.scheme}://{self._target.netloc}"
        self.host = str(self._target.hostname)
        self._head = (f"Host: {_host_header(self._target)}", *_authorization())
        self._lock = threading.Lock()
        self._idle: list[_Connection] = []
        self._busy: set[_Connection] = set()
        self._decoders: dict[Any, msgspec.json.Decoder[Any]] = {}
        self._pid = os.getpid()
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

        Raises a FakeFaxError that says what was wrong; Unreachable without an answer.
        """
        from msgspec import DecodeError  # noqa: PLC0415 (whoever wants a typed answer has loaded it)

        content = self.ask_bytes(method, path, body, wait=wait, **query)
        try:
            return self._decode(content, answer)
        except DecodeError as error:
            raise FakeFaxError(
                f"{self.url} answered {method} {path} with something that this version does not know ({error}); "
                f"use the same version here and there"
            ) from None

    def ask_json(
        self, method: str, path: str, body: object = None, *, wait: float = 0.0, **query: str | int | None
    ) -> Any:
        """The answer as plain Python data, amounts as Decimals. Raises what `ask` raises."""
        content = self.ask_bytes(method, path, body, wait=wait, **query)
        try:
            return json.loads(content, parse_float=Decimal)
        except ValueError:
            raise FakeFaxError(self._not_fakefax(200)) from None

    def ask_bytes(
        self, method: str, path: str, body: object = None, *, wait: float = 0.0, **query: str | int | None
    ) -> bytes:
        """The body of the answer as it came. Raises what `ask` raises."""
        given = {name: str(value) for name, value in query.items() if value is not None}
        where, sent, timeout = f"/_fakefax{quote(path)}", _content(body), TIMEOUT + wait
        answer = self._ask_here(method, where, given, sent, timeout)
        if answer is None:
            target = f"{where}{'?' if given else ''}{urlencode(given)}"
            answer = self._exchange(self._request(method, target, sent), timeout)
        status, content = answer
        if status >= 400:
            raise _ERRORS.get(status, FakeFaxError)(self._refusal(status, content))
        return content

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
            *self._head,
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        )
        return "\r\n".join([*head, "", ""]).encode("ascii") + body

    def _ask_here(
        self, method: str, path: str, query: Mapping[str, str], body: bytes, timeout: float
    ) -> tuple[int, bytes] | None:
        """The answer of a server in this process, where there is one that answers this without HTTP."""
        if self._server is None or self._pid != os.getpid():  # a forked child has no thread of the server
            return None
        self._check_open()
        try:
            return self._server(method, path, query, body, timeout)
        except OSError as error:
            raise self._unreachable(error) from None

    def _check_open(self) -> None:
        if self.closed:
            raise Unreachable(f"the fakefax at {self.url} has been closed")

    def _unreachable(self, error: OSError) -> Unreachable:
        return Unreachable(f"no answer from fakefax at {self.url}: {str(error) or type(error).__name__}")

    def _exchange(self, request: bytes, timeout: float) -> tuple[int, bytes]:
        connection, reuse = self._take(), False
        try:
            self._connect(connection, timeout)
            status, content, reuse = connection.exchange(request, timeout)
        except OSError as error:
            raise self._unreachable(error) from None
        finally:
            self._give_back(connection, reuse=reuse)
        return status, content

    def _connect(self, connection: "_Connection", timeout: float) -> None:
        if connection.is_new:
            connection.connect(timeout)
        if self.closed:  # closed meanwhile, and `abort` could not see this connection
            raise ConnectionAbortedError("it is being closed")

    def _take(self) -> "_Connection":
        """An idle connection that the server has not closed, or a new one."""
        if self._pid != os.getpid():
            self._leave_to_parent()
        while True:
            with self._lock:
                self._check_open()
                connection = self._idle.pop() if self._idle else _Connection(self._target)
                self._busy.add(connection)
            if connection.is_new or connection.is_idle:
                return connection
            self._give_back(connection, reuse=False)

    def _leave_to_parent(self) -> None:
        """In a forked process: begin with connections and a lock of its own."""
        for connection in (*self._idle, *self._busy):
            connection.close()  # this process's copy of it; the parent's stays open
        self._pid, self._lock, self._idle, self._busy = os.getpid(), threading.Lock(), [], set()

    def _give_back(self, connection: "_Connection", *, reuse: bool) -> None:
        with self._lock:
            self._busy.discard(connection)
            if reuse and not self.closed and len(self._idle) < MAX_IDLE:
                self._idle.append(connection)
                return
        connection.close()

    def _decode(self, content: bytes, shape: type[T]) -> T:
        decoder = self._decoders.get(shape)
        if decoder is None:
            from msgspec.json import Decoder  # noqa: PLC0415 (see `ask`)

            decoder = self._decoders[shape] = Decoder(shape)
        result: T = decoder.decode(content)
        return result

    def _refusal(self, status: int, content: bytes) -> str:
        """The message of a refused request."""
        with contextlib.suppress(ValueError):
            refusal = json.loads(content)
            if isinstance(refusal, dict) and isinstance(refusal.get("message"), str):
                return str(refusal["message"])
        return self._not_fakefax(status)

    def _not_fakefax(self, status: int) -> str:
        return f"{self.url} answered {status}, and not as fakefax does; is it the right URL?"


def _content(body: object) -> bytes:
    """A body as it is sent: bytes are JSON already."""
    if body is None:
        return b""
    return body if isinstance(body, bytes) else encoded(body)


def encoded(body: object) -> bytes:
    """A body as JSON, with Decimals as numbers. Raises WrongValue for a value that JSON does not have."""
    try:
        return _encoder()(body)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise WrongValue(f"{body!r} cannot be sent as JSON: {error}") from None


@cache
def _encoder() -> Callable[[object], bytes]:
    from msgspec.json import Encoder  # noqa: PLC0415 (only for a request with a body)

    return Encoder(decimal_format="number").encode


def _target(url: str) -> SplitResult:
    """The address of a fakefax. Raises WrongValue."""
    with contextlib.suppress(ValueError):  # of a port or a host name that cannot be one
        target = urlsplit(str(url))
        _host_header(target)
        is_whole = target.scheme in ("http", "https") and target.hostname and target.port != 0
        if is_whole and not target.path.strip("/"):
            return target
    raise WrongValue(f"{url!r} is not the URL of a fakefax, such as http://127.0.0.1:8080")


def _host_header(target: SplitResult) -> str:
    """The value of the header Host. Raises UnicodeError."""
    return target.netloc.encode("idna").decode()


def _authorization() -> tuple[str, ...]:
    """The header that shows the control token, if there is one. Raises WrongValue."""
    token = os.environ.get(TOKEN_VARIABLE, "")
    if not (token.isascii() and token.isprintable()):
        raise WrongValue(
            f"{TOKEN_VARIABLE} has a character that a header cannot carry; use ASCII letters and digits"
        )
    return (f"Authorization: Bearer {token}",) if token else ()


class _Connection:
    """A kept connection to the server of a URL, made by `connect`. A `timeout` is real seconds of silence."""

    def __init__(self, url: SplitResult) -> None:
        self._tls = url.scheme == "https"
        self._host = str(url.hostname)
        self._port = url.port or (443 if self._tls else 80)
        self._answer = _Answer()
        self._sock: socket.socket | None = None

    @property
    def is_new(self) -> bool:
        """Whether it has not been made yet."""
        return self._sock is None

    @property
    def is_idle(self) -> bool:
        """Whether it can be reused: nothing has arrived on it, not even its end."""
        if self._sock is None:
            return False
        try:
            self._sock.settimeout(0)
            self._sock.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            return True
        except (OSError, ValueError):  # a ValueError where TLS knows no flags
            return False
        return False

    def connect(self, timeout: float) -> None:
        """Raises OSError."""
        sock = connected(self._host, self._port, timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock = _context().wrap_socket(sock, server_hostname=self._host) if self._tls else sock

    def exchange(self, request: bytes, timeout: float) -> tuple[int, bytes, bool]:
        """Status and body of the answer, and whether another request may follow. Raises OSError."""
        if self._sock is None:
            raise ConnectionError("not connected")
        self._sock.settimeout(timeout)
        self._sock.sendall(request)
        answer = self._answer
        answer.begin()
        while not answer.whole:
            answer.read(self._sock.recv(CHUNK))
        return answer.status, bytes(answer.body), answer.is_kept

    def abort(self) -> None:
        """End it from another thread: a caller that waits for an answer gets an OSError."""
        if self._sock is not None:
            with contextlib.suppress(OSError):  # closed meanwhile
                self._sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self._sock is not None:
            self._sock.close()


class _Answer:
    """One answer as far as it has been read; the parser calls the methods that begin with on_.

    The parser is written in C: http.client takes four times as long, and every test waits for several answers.
    """

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self.body = bytearray()
        self.status = 0
        self.has_length = self.is_kept = self.whole = False

    def begin(self) -> None:
        """Make ready for the next answer."""
        self.body.clear()
        self.status = 0
        self.has_length = self.is_kept = self.whole = False

    def read(self, received: bytes) -> None:
        """Take the next bytes. No bytes mean the end of the connection, which ends an answer without length.

        Raises ConnectionError.
        """
        if not received:
            if not self.status or self.has_length:
                raise ConnectionError("the connection was closed before the answer was whole")
            self.whole = True
        try:
            self._parser.feed_data(received)
        except HttpParserError as error:
            raise ConnectionError(f"the answer is not HTTP: {error}") from None

    def on_header(self, name: bytes, _: bytes) -> None:
        self.has_length = self.has_length or name.lower() in BODY_LENGTH_HEADERS

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        self.is_kept = self._parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.whole = True


@cache
def _context() -> "SSLContext":
    """Made once: it reads this machine's CA certificates, or those that SSL_CERT_FILE names."""
    from ssl import create_default_context  # noqa: PLC0415 (only for https, and slow to load)

    return create_default_context()
