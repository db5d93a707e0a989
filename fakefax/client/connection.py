"""A connection to a fakefax that is kept: one HTTP/1.1 request at a time, and its answer."""

import contextlib
import socket
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import SplitResult

from httptools import HttpParserError, HttpResponseParser

if TYPE_CHECKING:
    from ssl import SSLContext

CHUNK = 64 * 1024
LENGTHS = (b"content-length", b"transfer-encoding")


class Connection:
    """Connects to the server of a URL when it is told to. A `timeout` is real seconds of silence."""

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
        """Whether it can be used again: there is nothing to read, not even its end."""
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
        sock = socket.create_connection((self._host, self._port), timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock = _context().wrap_socket(sock, server_hostname=self._host) if self._tls else sock

    def exchange(self, request: bytes, timeout: float) -> tuple[int, bytes, bool]:
        """Status and body of the answer, and whether another request may follow. Raises OSError."""
        if self._sock is None:
            raise ConnectionError("there is no connection")
        self._sock.settimeout(timeout)
        self._sock.sendall(request)
        answer = self._answer
        answer.begin()
        while not answer.whole:
            answer.read(self._sock.recv(CHUNK))
        return answer.status, bytes(answer.body), answer.is_kept

    def abort(self) -> None:
        """End it from another thread: whoever waits for an answer gets an OSError."""
        if self._sock is not None:
            with contextlib.suppress(OSError):  # closed meanwhile
                self._sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self._sock is not None:
            self._sock.close()


class _Answer:
    """What the parser, which calls the methods that begin with on_, has found of an answer so far.

    The parser is of C: http.client takes four times as long, and every test waits for three answers.
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
        """Take the next bytes. None are the connection's end, and so that of an answer without length.

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
        self.has_length = self.has_length or name.lower() in LENGTHS

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        self.is_kept = self._parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.whole = True


@cache
def _context() -> "SSLContext":
    """Made once: it reads this machine's authorities."""
    from ssl import create_default_context  # noqa: PLC0415 (only for https, and slow to load)

    return create_default_context()
