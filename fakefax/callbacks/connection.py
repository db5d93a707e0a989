"""One connection to an endpoint: a request and its response, and further ones if the connection is kept."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import MutableSet
from functools import cache
from typing import cast

from aiohappyeyeballs import start_connection

from fakefax.callbacks.resolver import Resolver
from fakefax.callbacks.response_parser import ANSWER_LIMIT, CLOSED, ResponseParser
from fakefax.callbacks.target import HostUnreachable, Origin, TransportError
from fakefax.core.callbacks.exchanges import Response
from fakefax.values.descriptors import are_exhausted, cause_of, exhausted
from fakefax.values.unpatched import own_socket

HEAD_START = 0.25
"""Real seconds after which the next address is tried beside one that has not answered yet (RFC 8305)."""


async def connect(origin: Origin, resolver: Resolver, opened: MutableSet["Connection"]) -> "Connection":
    """Open a connection and add it to `opened`. Raises TransportError, or ValueError for an impossible host."""
    host, port = origin.host, origin.port
    try:
        addresses = await resolver.addresses(host, port)
        sock = await start_connection(addresses, happy_eyeballs_delay=HEAD_START, socket_factory=own_socket)
        connection = Connection(origin, opened, None if origin.tls else sock)
        await asyncio.get_running_loop().create_connection(
            lambda: connection,
            sock=sock,
            ssl=_context() if origin.tls else None,
            server_hostname=origin.name if origin.tls else None,
        )
    except ssl.SSLError as error:
        raise TransportError(f"TLS failed: {error}") from None
    except socket.gaierror:
        raise HostUnreachable(f"the host name {host} is not known") from None
    except OSError as error:
        resolver.forget(host, port)
        if are_exhausted(error):
            raise TransportError(exhausted("fakefax could not connect to a callback URL")) from None
        raise HostUnreachable(f"cannot connect to {host}:{port}: {cause_of(error)}") from None
    return connection


@cache
def _context() -> ssl.SSLContext:
    """Made for the first https URL, since it reads the CA certificates of this machine."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


class Connection(asyncio.Protocol):
    """An HTTP/1.1 connection; it is in the set `opened` as long as it is open. Deadlines are event loop time.

    `idle_since` is when it began to wait for another request, 0 before its first response.
    """

    def __init__(
        self, origin: Origin, opened: MutableSet["Connection"], sock: "socket.socket | None" = None
    ) -> None:
        self.origin = origin
        self.idle_since = 0.0
        self.parser: ResponseParser  # from when the connection is made
        self._opened = opened
        self._socket = sock
        self._transport: asyncio.Transport | None = None
        self._response: asyncio.Future[Exception | None] | None = None
        self._unasked = b""
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_free(self) -> bool:
        """Whether another request may follow: everything is written and read, and nothing else has come."""
        transport, parser = self._transport, self.parser
        if transport is None or transport.is_closing() or transport.get_write_buffer_size():
            return False
        return parser.whole and not parser.spoilt and not self._unasked

    async def request(self, head: bytes, content: bytes, deadline: float) -> Response:
        """Write a request and read the response to its end. Raises TransportError or TimeoutError."""
        self.parser.begin()
        transport = self._transport
        if transport is None or transport.is_closing():
            raise TransportError(CLOSED)
        loop = asyncio.get_running_loop()
        response: asyncio.Future[Exception | None] = loop.create_future()
        self._response, self._deadline = response, deadline
        if self._timer is None:
            self._timer = loop.call_at(deadline, self._check_deadline)
        transport.write(head + content)
        if self._unasked:  # the peer spoke first (an SMTP banner, say), so it is not HTTP
            self._read(self._unasked)
        try:
            failure = await response
        finally:
            self._response = None
        if failure is not None:
            raise failure
        return self.parser.response

    def _check_deadline(self) -> None:
        """One timer serves many requests: setting one for each would be a tenth of the cost of a request."""
        loop, response, self._timer = asyncio.get_running_loop(), self._response, None
        if response is None or response.done():
            return
        if loop.time() < self._deadline:
            self._timer = loop.call_at(self._deadline, self._check_deadline)
        else:
            response.set_result(TimeoutError())

    def _read(self, data: bytes | None, error: str = "") -> bool:
        """Parse `data`, or the end of the connection if it is None. False if no request waits for it."""
        response = self._response
        if response is None or response.done():
            return False
        try:
            if data is None:
                self.parser.read_end(error)
            else:
                self.parser.read(data)
        except TransportError as failure:
            response.set_result(failure)
        else:
            if self.parser.whole:
                response.set_result(None)
        return True

    def abort(self) -> None:
        """Close the connection at once, even during a request."""
        if self._transport is not None:
            self._transport.abort()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.parser = ResponseParser()
        self._opened.add(self)

    def data_received(self, data: bytes) -> None:
        if self._read(data):
            return
        if self.parser.whole:
            self.abort()
        else:
            self._unasked += data

    def eof_received(self) -> None:
        self._read(None)
        self.abort()

    def connection_lost(self, error: Exception | None) -> None:
        if error is not None and self._socket is not None:
            with contextlib.suppress(OSError):  # a response may have come before writing the request failed
                while (data := self._socket.recv(ANSWER_LIMIT)) and self._read(data):
                    pass
        self._read(None, "" if error is None else cause_of(error))
        self.parser.close()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._transport = self._socket = None
        self._opened.discard(self)
