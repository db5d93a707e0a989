"""One client connection. Rejects non-HTTP input with JSON and supports half-close.

aiohttp parses requests and writes responses. A `ClientConnection` is the protocol that the event loop calls; it
passes everything on to aiohttp's protocol and gives that a `ClientTransport` to write to. This way the server
knows, through public interfaces only, whether a client is idle, sends a body, or reads its response.
"""

import asyncio
from collections.abc import Callable, Hashable, Iterable
from http import HTTPStatus
from typing import Any, Protocol, cast

from aiohttp import web

from fakefax.api.reply import error_reply
from fakefax.core.real_time import breathe
from fakefax.server.content_types import with_one_content_type

TLS_HELLO = b"\x16\x03"
"""The first bytes of a TLS handshake."""

MAX_FIRST_BYTES = 80
"""Bytes that are kept of what went on to aiohttp, to say what was wrong with it."""

TURNS_TO_BEGIN = 10
"""Turns of the event loop after which aiohttp has surely begun with a request that has arrived."""


class Registry(Protocol):
    """The owner of all connections, which is notified of each."""

    def opened(self, connection: "ClientConnection") -> bool:
        """Count a new connection. False if there are too many, so that it has been refused."""

    def closed(self, connection: "ClientConnection") -> None:
        """Forget a connection."""

    def not_http(self, status: int, reason: str) -> None:
        """Record input that is not HTTP."""


def unsent(transport: asyncio.Transport) -> int:
    """Bytes that the client has yet to read. A TLS transport closed twice cannot say (Python 3.11)."""
    try:
        return transport.get_write_buffer_size()
    except AttributeError:
        return 0


class ClientConnection(asyncio.Protocol):
    """The protocol of one connection, between the event loop and aiohttp's protocol.

    `make_protocol` is the server's `web.Server` (server/app.py). The protocol that it makes parses each request,
    and then calls the server's `Handler`.
    """

    def __init__(
        self, registry: Registry, make_protocol: Callable[[], asyncio.Protocol], *, tls: bool = False
    ) -> None:
        self.made = asyncio.get_running_loop().time()
        self.requests = 0
        """Requests begun so far."""
        self.handling = False
        """Whether a request is being handled or answered."""
        self.transport: asyncio.Transport | None = None
        self.half_closed = False
        self.writing_paused = False
        """Whether the system has yet to take some of what was written."""
        self._writer: asyncio.Future[None] | None = None
        self._registry = registry
        self._make_protocol = make_protocol
        self._inner: asyncio.Protocol | None = None
        self._request: web.BaseRequest | None = None
        self._body_deadline: asyncio.Timeout | None = None
        self._when_gone: Callable[[], object] | None = None
        self._first_bytes = b""
        """How the bytes begin that went on to aiohttp last; empty once it has parsed a request from them."""
        self._held = b""
        """Bytes that do not go on to aiohttp yet."""
        self._tls = tls
        self._early: list[bytes] = []
        self._closing_check: asyncio.Task[None] | None = None

    # What the handler of requests calls.

    def begin(self, request: web.BaseRequest) -> None:
        """A request has been parsed and is handled from now on."""
        self.handling = True
        self.requests += 1
        self._first_bytes = b""
        self._request = request

    def reading_body(self, deadline: asyncio.Timeout | None) -> None:
        """The body is still to come; `deadline` is brought forward to now if the client takes too long."""
        self._body_deadline = deadline

    def answered(self) -> None:
        """The response has been written, or there will not be one."""
        self.handling = False
        self._body_deadline = None
        self._when_gone = None

    async def drained(self) -> None:
        """Return once the system has taken all that was written, or the client is lost."""
        if self.writing_paused and self.transport is not None and not self.transport.is_closing():
            self._writer = asyncio.get_running_loop().create_future()
            await self._writer

    def end(self) -> None:
        """The request is over; the rest of its body has been read or given up."""
        self._request = None
        if self.half_closed:
            self._close_unless_more()

    def when_gone(self, do: Callable[[], object]) -> None:
        """Call `do` if the client closes its side or is lost before the current request is answered."""
        self._when_gone = do

    # What the registry asks.

    @property
    def is_sending_body(self) -> bool:
        """Whether the rest of a request's body is still to come."""
        return self._request is not None and not self._request.content.is_eof()

    @property
    def is_idle(self) -> bool:
        """Whether the client is to act next: to send a request, a body, or the unread rest of a body."""
        return not self.handling or self.is_sending_body

    def awaited(self) -> Hashable | None:
        """The client's next step, by a value that changes when it has made it; None if the next step is ours."""
        transport = self.transport
        if transport is None or self._inner is None:
            return None  # the TLS handshake has a timeout of its own
        if left := unsent(transport):
            return "read", left
        if not self.is_idle:
            return None
        return "body" if self.handling else "request", self.requests

    def time_out(self) -> bool:
        """End the connection or the body that is overdue. True if the client was not just idle."""
        transport = self.transport
        if transport is None or unsent(transport) or transport.is_closing():
            self.abort()
            return True
        if self._body_deadline is not None:
            self._body_deadline.reschedule(asyncio.get_running_loop().time())
            self._body_deadline = None
            return True
        transport.close()
        return False

    def abort(self) -> None:
        """Close the connection at once, even during a request."""
        if self.transport is not None:
            self.transport.abort()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        if not self._registry.opened(self):
            return
        if self._tls:
            self.transport.pause_reading()  # until the handshake reads
        else:
            self.serve(self.transport)

    def serve(self, transport: asyncio.Transport) -> None:
        """Begin to serve HTTP on a transport, with the bytes that have arrived already."""
        self.transport = transport
        self._inner = self._make_protocol()
        transport.set_write_buffer_limits(high=1)  # so that a response is written once the system has all of it
        self._inner.connection_made(ClientTransport(self, transport))
        early, self._early = self._early, []
        for data in early:
            self.data_received(data)

    def data_received(self, data: bytes) -> None:
        if self._inner is None:
            self._early.append(data)
        elif (ready := self._ready(data)) is not None:
            self._first_bytes = ready[:MAX_FIRST_BYTES]
            try:
                self._inner.data_received(ready)
            except ValueError as error:  # aiohttp before 3.14 lets a URL that cannot be parsed through
                self._reject_unparsed(str(error))

    def _ready(self, data: bytes) -> bytes | None:
        """The bytes that may go on to aiohttp now that `data` has come; None if all have to be held.

        They are held while a request with several Content-Type headers lacks its body.
        """
        if self.handling or self._request is not None:
            return data
        data = self._held + data
        ready = with_one_content_type(data)
        self._held = data if ready is None else b""
        return ready

    def eof_received(self) -> bool | None:
        """The client has closed its side: it may still read, unless nothing is to be answered.

        asyncio has no half-closed TLS connections, so there the response is lost.
        """
        if self._held and self._inner is not None:
            held, self._held = self._held, b""
            self._first_bytes = held[:MAX_FIRST_BYTES]
            self._inner.data_received(held)
        if self._tls or not (self.handling or self._first_bytes):
            return None
        self.half_closed = True
        self._tell_gone()
        self._close_unless_more()
        return True

    def _close_unless_more(self) -> None:
        """Close a half-closed connection unless a request that had come before is begun in a moment."""
        if self._closing_check is None or self._closing_check.done():
            self._closing_check = asyncio.get_running_loop().create_task(self._check_for_more())

    async def _check_for_more(self) -> None:
        before = self.requests
        for _ in range(TURNS_TO_BEGIN):
            await breathe()
            if self.requests > before:
                break
        if self.transport is not None and self.is_idle:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._tell_gone()
        self._wake_writer()
        self._registry.closed(self)
        if self._inner is not None:
            self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        self.writing_paused = True
        if self._inner is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        self.writing_paused = False
        self._wake_writer()
        if self._inner is not None:
            self._inner.resume_writing()

    def _wake_writer(self) -> None:
        if self._writer is not None and not self._writer.done():
            self._writer.set_result(None)

    def _tell_gone(self) -> None:
        when_gone, self._when_gone = self._when_gone, None
        if when_gone is not None:
            when_gone()

    def _reject_unparsed(self, reason: str) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.reject(self.transport, web.HTTPBadRequest.status_code, reason)

    # What its transport calls.

    def reject(self, transport: asyncio.Transport, status: int, reason: str) -> None:
        """Answer a request that aiohttp could not parse, or refused itself, with JSON, and close."""
        if self._first_bytes.startswith(TLS_HELLO):
            reason = "the client speaks TLS on the port for HTTP; --tls serves HTTPS, on a port of its own"
        if status == web.HTTPBadRequest.status_code:
            self._registry.not_http(status, reason)
        transport.write(last_response(status, phrase(status), reason))
        transport.close()


class ClientTransport(asyncio.Transport):
    """The transport of a connection as aiohttp sees it. Responses of its own making become JSON.

    Between requests aiohttp writes only when it refuses something itself, which it does as plain text.
    """

    def __init__(self, connection: ClientConnection, transport: asyncio.Transport) -> None:
        super().__init__()
        self.connection = connection
        self.closed_by_us = False
        """Whether a handler has ended the connection in place of an answer."""
        self._transport = transport
        self._refusal = b""

    def write(self, data: Any) -> None:
        connection = self.connection
        if connection.handling:
            self._transport.write(data)
        elif self._refusal or (data[:7] == b"HTTP/1." and data[9:10] in (b"4", b"5")):
            self._refusal += data
            self._translate(whole=False)
        else:  # 100 Continue
            self._transport.write(data)

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        self.write(b"".join(list_of_data))

    def _translate(self, *, whole: bool) -> None:
        """Write a refusal of aiohttp's as JSON once all of it is here."""
        head, _, body = self._refusal.partition(b"\r\n\r\n")
        if not whole and len(body) < _content_length(head):
            return
        self._refusal = b""
        status = int(head[9:12])
        reason = next(iter(body.decode("utf-8", "replace").splitlines()), "")
        self.connection.reject(self._transport, status, reason)

    def close(self) -> None:
        if self._refusal:
            self._translate(whole=True)
        self._note_end()
        if not self._transport.is_closing():  # early 3.11s cannot abort one of TLS that is closed twice
            self._transport.close()

    def abort(self) -> None:
        self._note_end()
        self._transport.abort()

    def _note_end(self) -> None:
        if not self._transport.is_closing():  # aiohttp closes what its client has closed already
            self.closed_by_us = self.connection.handling

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def get_write_buffer_size(self) -> int:
        return self._transport.get_write_buffer_size()

    def get_write_buffer_limits(self) -> tuple[int, int]:
        return self._transport.get_write_buffer_limits()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._transport.set_write_buffer_limits(high, low)

    def is_reading(self) -> bool:
        return self._transport.is_reading()

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def can_write_eof(self) -> bool:
        return self._transport.can_write_eof()

    def write_eof(self) -> None:
        self._transport.write_eof()


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def last_response(status: int, message: str, reason: str) -> bytes:
    """A whole refusal as it goes over the wire, after which the connection is closed."""
    return error_reply(status, message, reason or None).encoded("Connection: close\r\n")


def phrase(status: int) -> str:
    """The standard reason phrase, in this project's spelling: only the first word has a capital."""
    return HTTPStatus(status).phrase.capitalize()
