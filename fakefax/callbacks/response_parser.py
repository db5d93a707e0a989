"""Parses responses of endpoints: where a response ends, and whether the connection is kept. No I/O.

A receipt needs the status only; headers and the beginning of the body are kept to be shown with the attempt.
"""

from http import HTTPStatus

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from fakefax.callbacks.target import TransportError
from fakefax.core.callbacks.exchanges import BODY_KEPT, Response

HEAD_LIMIT = 32 * 1024
"""Bytes in which the head of a response has to end, with the informational responses before it."""

ANSWER_LIMIT = 64 * 1024
"""Bytes of a body that are read; only the status counts."""

CLOSED = "the connection was closed without an answer"


class ResponseParser:
    """Parses the responses of one connection, one after the other. `status` is 0 until the head is complete."""

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(  # as forgiving as browsers and aiohttp's client are
            lenient_headers=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )
        self.begin()

    def begin(self) -> None:
        """Prepare for the next response."""
        self.status = 0
        self.whole = False
        self.spoilt = False
        """Whether bytes have come that are not part of the response, so that no other may follow it."""
        self.keep_alive: bool | None = None
        """Whether the endpoint keeps the connection; None if it said that it closes it."""
        self._room = HEAD_LIMIT
        self._has_length = False
        self._connection = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._body = bytearray()

    @property
    def response(self) -> Response:
        """The response that is whole."""
        kept = bytes(self._body[:BODY_KEPT])
        return Response(self.status, tuple(self._headers), kept, len(self._body) > BODY_KEPT)

    def read(self, received: bytes) -> None:
        """Parse the next bytes. Raises TransportError if they are not HTTP."""
        while received and not self.whole:
            part, received = received[: self._room], received[self._room :]
            self._room -= len(part)
            self._feed(part)
        self.spoilt = self.spoilt or bool(received)

    def _feed(self, part: bytes) -> None:
        try:
            self._parser.feed_data(part)
        except HttpParserUpgrade:
            self.spoilt = True
        except HttpParserError as error:
            if not self.whole:
                raise TransportError(f"the answer is not HTTP: {error}{self._quoted(part)}") from None
            self.spoilt = True
        if not self._room and not self.whole:
            if not self.status:
                raise TransportError(f"the answer is not HTTP: its head is longer than {HEAD_LIMIT // 1024} KiB")
            self.whole = self.spoilt = True

    def read_end(self, error: str = "") -> None:
        """The connection has ended, and so has a response without a length, unless there was an error.

        Raises TransportError.
        """
        self.spoilt = True
        if not self.status:
            raise TransportError(f"the connection was lost: {error}" if error else CLOSED)
        if not self.whole and (self._has_length or error):
            raise TransportError("the connection was closed in the middle of the answer")
        self.whole = True

    def close(self) -> None:
        """Drop the inner parser, which refers to this one, so that neither waits for the garbage collector."""
        del self._parser

    def _quoted(self, part: bytes) -> str:
        """The first bytes, if they are not the beginning of a response."""
        first = self._room + len(part) == HEAD_LIMIT
        return f": {part.splitlines()[0][:80]!r}" if first and not part.startswith(b"HTTP/") else ""

    # What the parser calls.

    def on_message_begin(self) -> None:
        self.spoilt = self.spoilt or self.whole

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.status:  # part of a trailer, or of an unexpected second response
            return
        self._headers.append((name, value))
        name, value = name.lower(), value.lower()
        if name == b"connection":
            self._connection += b"," + value
        elif name == b"content-length" or (name == b"transfer-encoding" and b"chunked" in value):
            self._has_length = True

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if self.whole:
            return
        if status < 200 and status != HTTPStatus.SWITCHING_PROTOCOLS:  # informational: the real response follows
            self._has_length = False
            self._connection = b""
            self._headers.clear()
            return
        self.status = status
        self._room = ANSWER_LIMIT
        if b"close" not in self._connection:
            self.keep_alive = b"keep-alive" in self._connection and self._parser.get_http_version() == "1.1"

    def on_body(self, body: bytes) -> None:
        if not self.whole:
            self._body += body

    def on_message_complete(self) -> None:
        self.whole = self.status > 0
