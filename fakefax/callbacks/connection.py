"""One connection to an endpoint: a request and its response, and further ones if the connection is kept."""

import asyncio
import contextlib
import os
import socket
import ssl
from collections.abc import MutableSet
from functools import cache
from typing import cast

from aiohappyeyeballs import start_connection

from fakefax.callbacks.resolver import Address, Resolver
from fakefax.callbacks.response_parser import CLOSED, ResponseParser
from fakefax.callbacks.target import HostUnreachable, Origin, TransportError
from fakefax.core.callbacks.exchanges import Response
from fakefax.core.real_time import breathe
from fakefax.values.descriptors import are_exhausted, exhausted

LARGE_BODY = 512 * 1024
"""Bytes above which a body is written in pieces, so that a large fax does not hold up the event loop."""

PIECE = 64 * 1024

HEAD_START = 0.25
"""Real seconds after which the next address is tried beside one that has not answered yet (RFC 8305)."""

Outcome = int | TransportError | TimeoutError
"""A status, or why there is none."""


def cause_of(error: Exception) -> str:
    """The system's own words for an error."""
    number = getattr(error, "errno", None)
    return os.strerror(number) if number and number > 0 else str(error) or "the connection was closed"


async def connect(origin: Origin, resolver: Resolver, opened: MutableSet["Connection"]) -> "Connection":
    """Open a connection, which is added to `opened`.

    Raises TransportError, Unreachable where that is why, or ValueError for a host that cannot be one.
    """
    host, port = origin.host, origin.port
    try:
        sock = await _connect_socket(host, port, resolver)
        connection = Connection(opened, None if origin.tls else sock)
        await asyncio.get_running_loop().create_connection(
            lambda: connection,
            sock=sock,
            ssl=_context() if origin.tls else None,
            server_hostname=origin.name if origin.tls else None,
        )
    except ssl.SSLError as error:
        raise TransportError(f"TLS failed: {error}") from None
    except OSError as error:
        if are_exhausted(error):
            raise TransportError(exhausted("fakefax could not connect to a callback URL")) from None
        raise HostUnreachable(host, f"cannot connect to {host}:{port}: {cause_of(error)}") from None
    return connection


async def _connect_socket(host: str, port: int, resolver: Resolver) -> socket.socket:
    """Connect; if the addresses found earlier do not answer, the host may have moved, so look it up again."""
    addresses, is_new = await _look_up(host, port, resolver)
    try:
        return await start_connection(addresses, happy_eyeballs_delay=HEAD_START)
    except OSError as error:
        resolver.forget(host, port)
        if is_new or are_exhausted(error):
            raise
        found, _ = await _look_up(host, port, resolver)
        if found == addresses:
            raise
        return await start_connection(found, happy_eyeballs_delay=HEAD_START)


async def _look_up(host: str, port: int, resolver: Resolver) -> tuple[list[Address], bool]:
    try:
        return await resolver.addresses(host, port)
    except OSError as error:
        if are_exhausted(error):
            raise
        raise HostUnreachable(host, f"the host name {host} is not known") from None


@cache
def _context() -> ssl.SSLContext:
    """Made for the first https URL, since it reads the CA certificates of this machine."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


class Connection(asyncio.Protocol):
    """An HTTP/1.1 connection; it is in the set `opened` as long as it is open."""

    def __init__(self, opened: MutableSet["Connection"], sock: socket.socket | None = None) -> None:
        self.idle_since = 0.0
        self._opened = opened
        self._socket = sock
        self._parser: ResponseParser  # from when the connection is made
        self._transport: asyncio.Transport | None = None
        self._response: asyncio.Future[Outcome] | None = None
        self._unasked = b""
        self._writable: asyncio.Future[None] | None = None
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def keep_alive(self) -> bool | None:
        """Whether the last response keeps the connection; None if it said `Connection: close`."""
        return self._parser.keep_alive

    @property
    def response(self) -> Response:
        """Read the response to the last request."""
        return self._parser.response

    @property
    def is_free(self) -> bool:
        """Whether another request may follow: everything is written and read, and nothing else has come."""
        transport, parser = self._transport, self._parser
        return (
            parser.whole
            and not parser.spoilt
            and not self._unasked
            and transport is not None
            and not transport.is_closing()
            and not transport.get_write_buffer_size()
        )

    async def request(self, head: bytes, content: bytes, deadline: float) -> int:
        """Write a request and read the response to its end; its status. The deadline is event loop time.

        Raises TransportError or TimeoutError.
        """
        transport = self._transport
        if transport is None or transport.is_closing():
            raise TransportError(CLOSED)
        self._parser.begin()
        loop = asyncio.get_running_loop()
        response: asyncio.Future[Outcome] = loop.create_future()
        self._response, self._deadline = response, deadline
        if self._timer is None:
            self._timer = loop.call_at(deadline, self._check_deadline)
        try:
            is_large = len(content) > LARGE_BODY
            transport.write(head if is_large else head + content)
            if self._unasked:  # the peer spoke first (an SMTP banner, say), so it is not HTTP
                self._read(response, self._unasked)
            if is_large:
                await self._write(transport, memoryview(content), response)
            outcome = await response
        finally:
            self._response = None
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def _write(
        self, transport: asyncio.Transport, content: memoryview, response: asyncio.Future[Outcome]
    ) -> None:
        """Write as fast as the endpoint reads, until it has responded."""
        for begin in range(0, len(content), PIECE):
            if self._writable is not None:
                await asyncio.wait((self._writable, response), return_when=asyncio.FIRST_COMPLETED)
            if response.done() or transport.is_closing():
                self._parser.spoilt = True
                return
            transport.write(content[begin : begin + PIECE])
            await breathe()

    def _check_deadline(self) -> None:
        """One timer serves many requests: setting one for each would be a tenth of the cost of a request."""
        loop = asyncio.get_running_loop()
        response, self._timer = self._response, None
        if response is None or response.done():
            return
        if loop.time() < self._deadline:
            self._timer = loop.call_at(self._deadline, self._check_deadline)
        else:
            response.set_result(TimeoutError())

    def abort(self) -> None:
        """Close the connection at once, even during a request."""
        if self._transport is not None:
            self._transport.abort()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._parser = ResponseParser()
        self._opened.add(self)

    def data_received(self, data: bytes) -> None:
        response = self._response
        if response is not None and not response.done():
            self._read(response, data)
        elif self._parser.whole:
            self.abort()
        else:
            self._unasked += data

    def _read(self, response: asyncio.Future[Outcome], data: bytes) -> None:
        try:
            self._parser.read(data)
        except TransportError as error:
            response.set_result(error)
        else:
            if self._parser.whole:
                response.set_result(self._parser.status)

    def eof_received(self) -> None:
        self._finish(None)
        self.abort()

    def connection_lost(self, error: Exception | None) -> None:
        if error is not None:
            self._read_rest()
        self._finish(error)
        self._parser.close()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._transport = self._socket = None
        self._opened.discard(self)

    def _read_rest(self) -> None:
        """Read a response that was there already when writing the request failed."""
        response, sock = self._response, self._socket
        if response is None or sock is None:
            return
        with contextlib.suppress(OSError):
            while not response.done() and (data := sock.recv(PIECE)):
                self._read(response, data)

    def pause_writing(self) -> None:
        self._writable = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        if self._writable is not None:
            self._writable.set_result(None)
            self._writable = None

    def _finish(self, error: Exception | None) -> None:
        response = self._response
        if response is None or response.done():
            return
        try:
            self._parser.read_end("" if error is None else cause_of(error))
        except TransportError as failure:
            response.set_result(failure)
        else:
            response.set_result(self._parser.status)
