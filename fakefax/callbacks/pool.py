"""Connection pool for callback URLs. Reuses a connection only if the endpoint sent `Connection: keep-alive`.

HTTP/1.1 allows reuse unless the endpoint says otherwise. But many endpoints close a connection without notice,
perhaps just as the next receipt is written to it: that attempt would fail though the endpoint never saw it, on one
run and not on the next. Trying again at once is not safe: an endpoint that read the receipt and then broke down
would get it twice. nginx, Apache, Node.js and gunicorn send the header; Apache only if the request asks for it.
"""

import asyncio
from itertools import chain
from typing import TYPE_CHECKING
from weakref import WeakSet

from fakefax.callbacks.resolver import Resolver
from fakefax.callbacks.target import Origin
from fakefax.core.real_time import real_seconds

if TYPE_CHECKING:
    from fakefax.callbacks.connection import Connection

IDLE = 0.2
"""Real seconds for which a connection waits for the next attempt; no server's own limit is as short."""

MAX_SINGLE_USE = 1000
"""Origins that are remembered as not keeping connections; when there are more, all are tried anew."""


class ConnectionPool:
    """The connections of a server's attempts: those in use, and idle ones."""

    def __init__(self) -> None:
        self._resolver = Resolver()
        self._opened: WeakSet[Connection] = WeakSet()  # uvloop does not report the end of all
        self._idle: dict[Origin, list[Connection]] = {}
        self._single_use: set[Origin] = set()
        self._next_sweep: asyncio.TimerHandle | None = None
        self._closed = False

    async def take(self, origin: Origin, deadline: float) -> "Connection":
        """The idle connection that was used last, or a new one. The deadline is event loop time.

        Raises TransportError, TimeoutError, or ValueError for an impossible host.
        """
        idle = self._idle.get(origin)
        while idle:
            connection = idle.pop()
            if connection.is_free and real_seconds() - connection.idle_since < IDLE:
                return connection
            connection.abort()
        from fakefax.callbacks.connection import connect  # noqa: PLC0415 (its parser is for attempts only)

        async with asyncio.timeout_at(deadline):
            connection = await connect(origin, self._resolver, self._opened)
        if self._closed:
            connection.abort()
        return connection

    def may_keep(self, origin: Origin) -> bool:
        """Whether to ask an endpoint to keep the connection."""
        return origin not in self._single_use

    def give_back(self, connection: "Connection") -> None:
        """Keep a connection for the next attempt if its endpoint does; otherwise close it.

        An endpoint that omits the header, or leaves a request unanswered on a connection it was to keep, is not
        asked again.
        An explicit `close` does not count against it.
        """
        origin, keeps = connection.origin, connection.parser.keep_alive
        if keeps and connection.is_free and origin not in self._single_use:
            connection.idle_since = real_seconds()
            self._idle.setdefault(origin, []).append(connection)
            if self._next_sweep is None:
                self._next_sweep = asyncio.get_running_loop().call_later(IDLE, self._sweep)
            return
        connection.abort()
        if keeps is False or (connection.idle_since and not connection.parser.whole):
            if len(self._single_use) >= MAX_SINGLE_USE:
                self._single_use.clear()
            self._single_use.add(origin)
            for other in self._idle.pop(origin, ()):
                other.abort()

    def _sweep(self) -> None:
        """Close the connections that have been idle for too long."""
        latest, self._next_sweep = real_seconds() - IDLE, None
        for connection in chain(*self._idle.values()):
            if connection.idle_since <= latest:
                connection.abort()
        free = {origin: [each for each in idle if each.is_free] for origin, idle in self._idle.items()}
        self._idle = {origin: idle for origin, idle in free.items() if idle}
        if self._idle:
            self._next_sweep = asyncio.get_running_loop().call_later(IDLE, self._sweep)

    def close(self) -> None:
        """Close all connections, and those that are being opened as soon as they are."""
        self._closed = True
        if self._next_sweep is not None:
            self._next_sweep.cancel()
        self._idle.clear()
        for connection in [*self._opened]:
            connection.abort()
