"""Connection pool for callback URLs. Reuses a connection only if the endpoint sent `Connection: keep-alive`.

HTTP/1.1 allows reuse unless the endpoint says otherwise. But many endpoints close a connection without notice,
perhaps just as the next receipt is written to it: that attempt would fail though the endpoint never saw it, on one
run and not on the next. Trying again at once is not safe: an endpoint that read the receipt and then broke down
would get it twice. nginx, Apache, Node.js and gunicorn send the header; Apache only if the request asks for it.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING
from weakref import WeakSet

from fakefax.callbacks.resolver import Resolver
from fakefax.callbacks.target import Origin, Target, TransportError
from fakefax.core.callbacks.exchanges import Response
from fakefax.core.real_time import real_seconds
from fakefax.values.forms import Body

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

    async def post(
        self, target: Target, body: Body, deadline: float, sent: Callable[[bytes], object] = lambda _: None
    ) -> Response:
        """Post once and return the response. The deadline is event loop time. `sent` gets the request's head.

        Raises TransportError, TimeoutError, or ValueError for an impossible host.
        """
        origin = target.origin
        connection = self._take(origin)
        is_kept = connection is not None
        connection = connection or await self._connect(origin, deadline)
        try:
            head = target.request_head(body, keep=origin not in self._single_use)
            sent(head)
            await connection.request(head, body.content, deadline)
            response = connection.response
        except BaseException as error:
            connection.abort()
            if is_kept and isinstance(error, TransportError):
                self._distrust(origin)
            raise
        if connection.keep_alive is False:
            self._distrust(origin)
        self._give_back(origin, connection)
        return response

    async def _connect(self, origin: Origin, deadline: float) -> "Connection":
        from fakefax.callbacks.connection import connect  # noqa: PLC0415 (its parser is for attempts only)

        opened = self._opened
        async with asyncio.timeout_at(deadline):
            connection = await connect(origin, self._resolver, opened)
        if opened is not self._opened:  # all were closed meanwhile
            connection.abort()
        return connection

    def _take(self, origin: Origin) -> "Connection | None":
        """The idle connection that was used last, unless it has been idle for too long."""
        idle = self._idle.get(origin)
        while idle:
            connection = idle.pop()
            if connection.is_free and real_seconds() - connection.idle_since < IDLE:
                return connection
            connection.abort()
        return None

    def _give_back(self, origin: Origin, connection: "Connection") -> None:
        if not connection.keep_alive or origin in self._single_use or not connection.is_free:
            connection.abort()
            return
        connection.idle_since = real_seconds()
        self._idle.setdefault(origin, []).append(connection)
        if self._next_sweep is None:
            self._sweep_later(IDLE)

    def _distrust(self, origin: Origin) -> None:
        """Do not reuse connections to an endpoint that omits the header, or that closed one it was to keep."""
        if len(self._single_use) >= MAX_SINGLE_USE:
            self._single_use.clear()
        self._single_use.add(origin)
        for connection in self._idle.pop(origin, ()):
            connection.abort()

    def _sweep_later(self, seconds: float) -> None:
        self._next_sweep = asyncio.get_running_loop().call_later(seconds, self._sweep)

    def _sweep(self) -> None:
        """Close the connections that have been idle for too long."""
        now = real_seconds()
        for origin, idle in list(self._idle.items()):
            for connection in idle:
                if now - connection.idle_since >= IDLE:
                    connection.abort()
            self._idle[origin] = [connection for connection in idle if connection.is_free]
            if not self._idle[origin]:
                del self._idle[origin]
        self._next_sweep = None
        if self._idle:
            self._sweep_later(IDLE - now + min(idle[0].idle_since for idle in self._idle.values()))

    def close(self) -> None:
        """Close all connections."""
        if self._next_sweep is not None:
            self._next_sweep.cancel()
            self._next_sweep = None
        self._idle.clear()
        self._single_use.clear()
        opened, self._opened = self._opened, WeakSet()
        for connection in list(opened):
            connection.abort()
