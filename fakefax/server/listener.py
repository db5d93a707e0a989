"""Ports: taking one, with or without TLS, accepting connections, and saying why that did not work."""

import asyncio
import contextlib
import errno
import ipaddress
import os
import socket
import ssl
from asyncio import create_task, gather
from collections.abc import Callable
from typing import Any

from fakefax.core.real_time import breathe, real_sleep
from fakefax.server.connection import ClientConnection
from fakefax.server.limits import Connections
from fakefax.values.descriptors import are_exhausted, exhausted
from fakefax.values.errors import CannotListen as CannotListen  # noqa: PLC0414
from fakefax.values.unpatched import OwnSocket

BACKLOG = 1024
"""Connections that the system keeps until they are accepted; it may keep fewer."""

HANDSHAKE_TIMEOUT = 10.0
"""Real seconds that a client may take for its TLS handshake."""

RETRY_DELAY = 0.1
"""Real seconds until the next attempt to accept when no file descriptor is left and no idle client has one."""


class Listener:
    """Accepts connections on one address, over TLS if there is a context."""

    def __init__(
        self,
        connections: Connections,
        make_protocol: Callable[[], asyncio.Protocol],
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._connections = connections
        self._make_protocol = make_protocol
        self._context = context
        self._sockets: list[socket.socket] = []
        self._accepting: list[asyncio.Task[None]] = []
        self._arriving: dict[socket.socket, asyncio.Task[Any]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """The addresses and ports that it listens on."""
        return [listening.getsockname()[:2] for listening in self._sockets if listening.fileno() >= 0]

    async def listen(self, host: str, port: int, *, flag: str = "--port", sock: socket.socket | None = None) -> int:
        """Listen at an address; the port that was taken. `flag` is the option that chose the port.

        With `sock`, a bound socket, its address is used. Raises CannotListen.
        """
        try:
            if sock is None:
                self._sockets = await _bind(host, port)
            else:
                sock.listen(BACKLOG)
                self._sockets = [sock]
        except (OSError, OverflowError, UnicodeError) as error:
            raise CannotListen(_why(error, f"{host}:{port}", flag)) from None
        self._sockets = [OwnSocket(fileno=listening.detach()) for listening in self._sockets]
        for listening in self._sockets:
            listening.setblocking(False)
            self._accepting.append(create_task(self._accept(listening), name="accept connections"))
        taken: int = self._sockets[0].getsockname()[1]
        return taken

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                # A task of its own: cancelled at the wrong moment, sock_accept would lose the accepted socket.
                self._arriving[listening] = loop.create_task(loop.sock_accept(listening))
                accepted, _ = await asyncio.shield(self._arriving[listening])
            except OSError as error:
                if are_exhausted(error):
                    exhausted("a connection could not be accepted")
                    if self._connections.make_room():
                        await breathe()
                        continue
                # Or the client has gone already; whatever it is, the loop must not be busy with it.
                await real_sleep(RETRY_DELAY)
                continue
            task = loop.create_task(self._open(accepted))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            await breathe()

    async def _open(self, accepted: socket.socket) -> None:
        """Make a connection of an accepted socket. It counts from now on, even before its TLS handshake."""
        loop = asyncio.get_running_loop()
        connection = ClientConnection(self._connections, self._make_protocol, tls=self._context is not None)
        try:
            await loop.connect_accepted_socket(lambda: connection, accepted)
        except OSError:
            accepted.close()
            return
        if self._context is not None and connection.transport is not None:
            await self._shake_hands(connection, self._context)

    async def _shake_hands(self, connection: ClientConnection, context: ssl.SSLContext) -> None:
        transport = connection.transport
        assert transport is not None
        try:
            secure = await asyncio.get_running_loop().start_tls(
                transport, connection, context, server_side=True, ssl_handshake_timeout=HANDSHAKE_TIMEOUT
            )
        except OSError as error:
            from fakefax.server.tls.context import handshake_error  # noqa: PLC0415 (loaded already)

            secure = None
            if (reason := handshake_error(error)) is not None:
                self._connections.not_http(None, reason)
        if secure is None or secure.is_closing():
            transport.abort()
            self._connections.closed(connection)
        else:
            connection.serve(secure)

    async def close(self) -> None:
        """Accept nothing more; connections that were being accepted have become connections by then."""
        for task in self._accepting:
            task.cancel()
        await gather(*self._accepting, return_exceptions=True)
        for listening, arriving in self._arriving.items():
            with contextlib.suppress(NotImplementedError):  # Windows, where accepting is not by readiness
                asyncio.get_running_loop().remove_reader(listening)
            await breathe()
            await breathe()
            if not arriving.done():
                arriving.cancel()
            elif not arriving.cancelled() and arriving.exception() is None:
                arriving.result()[0].close()
        self._arriving.clear()
        for listening in self._sockets:
            listening.close()
        self._sockets = []
        if self._context is not None:
            for task in list(self._tasks):
                task.cancel()
        await gather(*self._tasks, return_exceptions=True)


async def _bind(host: str, port: int) -> list[socket.socket]:
    """A listening socket for each address of a host, all on one port. `::` takes IPv4 connections too."""
    if not 0 <= port <= 65535:
        raise OverflowError("port must be 0-65535")
    bound: list[socket.socket] = []
    first_error: OSError | None = None
    for family, address in await _addresses(host):
        chosen = bound[0].getsockname()[1] if bound else port
        both = address == "::" and socket.has_dualstack_ipv6()
        try:
            bound.append(
                socket.create_server((address, chosen), family=family, backlog=BACKLOG, dualstack_ipv6=both)
            )
        except OSError as error:
            if error.errno != errno.EADDRNOTAVAIL:
                for other in bound:
                    other.close()
                raise
            first_error = first_error or error
    if not bound and first_error is not None:
        raise first_error
    return bound


async def _addresses(host: str) -> list[tuple[int, str]]:
    with contextlib.suppress(ValueError):
        number = ipaddress.ip_address(host)
        return [(socket.AF_INET6 if number.version == 6 else socket.AF_INET, host)]
    found = await asyncio.get_running_loop().getaddrinfo(
        host or None, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    return list(dict.fromkeys((int(family), str(address[0])) for family, _, _, _, address in found))


def _why(error: Exception, address: str, flag: str) -> str:
    if not isinstance(error, OSError) or error.errno is None:
        return f"cannot listen on {address}: {error}"
    if error.errno == errno.EADDRINUSE:
        return f"cannot listen on {address}: the port is in use; give another {flag}, or 0 for a free one"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"cannot listen on {address}: this machine has no such address; give another --host"
    if isinstance(error, socket.gaierror):
        return f"cannot listen on {address}: the host name is not known; give another --host"
    return f"cannot listen on {address}: {os.strerror(error.errno)}"
