"""Limits of client connections: how many there may be, and how long each may keep the server waiting."""

import asyncio
from collections.abc import Callable

from msgspec import Struct

from fakefax.core.journal import Kind
from fakefax.server.connection import ClientConnection, last_response, unsent
from fakefax.values.descriptors import descriptor_limit, for_connections

SWEEPS_PER_TIMEOUT = 4
"""How often the connections are looked through within the time that a client may take."""

GRACE_PERIOD = 0.5
"""Real seconds in which a new connection may send something before it counts as idle."""

OVERFLOW_LIMIT = 1000
"""Connections above the limit within the grace period; with more than that, nobody gets it."""

TOO_MANY = last_response(503, "Service unavailable", "there are too many connections; see --connection-limit")
"""The response to a connection beyond the limit, written before it has asked anything."""


class ConnectionLimits(Struct, frozen=True):
    """Maximum connections, and the real seconds that a client may take for its next step."""

    connections: int = 1000
    client_timeout: float = 60.0


DEFAULT_CONNECTION_LIMITS = ConnectionLimits()

Record = Callable[[Kind, dict[str, object]], None]


class Connections:
    """All connections of a server. Dropped connections are recorded together, once for each reason and sweep."""

    def __init__(self, limits: ConnectionLimits, record: Record) -> None:
        self._limits = limits
        room = for_connections()
        self._max = min(limits.connections, room)
        self._overflow = min(OVERFLOW_LIMIT, room - self._max)
        self._record = record
        self._open: dict[ClientConnection, None] = {}
        self._awaited: dict[ClientConnection, tuple[object, float]] = {}
        self._next_sweep: asyncio.TimerHandle | None = None
        self._next_trim: asyncio.TimerHandle | None = None
        self._dropped: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._open)

    # What the connections call.

    def opened(self, connection: ClientConnection) -> bool:
        """Count a new connection, and make room if it is one too many. False if it was refused instead."""
        self._open[connection] = None
        if self._next_sweep is None:
            self._sweep_later()
        if len(self._open) <= self._max:
            return True
        if self._oldest_idle(connection) is None:
            self._refuse(connection)
            return False
        if len(self._open) > self._max + self._overflow:
            self._drop_idle(0.0)
        elif self._next_trim is None:
            self._trim_later()
        return True

    def closed(self, connection: ClientConnection) -> None:
        """Forget a connection."""
        self._open.pop(connection, None)
        self._awaited.pop(connection, None)

    def not_http(self, status: int | None, reason: str) -> None:
        """Record input that is not HTTP; without a status it got no response."""
        answer = "closed without an answer" if status is None else f"answered {status}"
        self._record(Kind.CONNECTION_NO_HTTP, {"status": status, "answer": answer, "reason": reason})

    # Room for new connections.

    def _refuse(self, connection: ClientConnection) -> None:
        self.closed(connection)
        transport = connection.transport
        if transport is not None:
            transport.write(TOO_MANY)
            transport.close()
        self._note(f"came while as many as {self._setting} were being answered")

    @property
    def _setting(self) -> str:
        """The setting that limits the connections, with its effective value if that is smaller."""
        if self._max < self._limits.connections:
            limit = descriptor_limit()
            return f"--connection-limit ({self._max} here, as the process may open {limit} files: ulimit -n)"
        return "--connection-limit"

    def _oldest_idle(self, newest: ClientConnection | None = None) -> ClientConnection | None:
        """The oldest connection that never sent a request, or else one that is idle now, apart from the newest."""
        idle = None
        for connection in self._open:
            if connection is newest or not connection.is_idle:
                continue
            if connection.requests == 0:
                return connection
            idle = idle or connection
        return idle

    def make_room(self) -> bool:
        """Close the oldest idle connection now; whether there was one."""
        victim = self._oldest_idle()
        if victim is None:
            return False
        self._drop(victim)
        return True

    def _trim_later(self) -> None:
        self._next_trim = asyncio.get_running_loop().call_later(GRACE_PERIOD / SWEEPS_PER_TIMEOUT, self._trim)

    def _trim(self) -> None:
        self._next_trim = None
        if not self._drop_idle(GRACE_PERIOD):
            self._trim_later()

    def _drop_idle(self, older_than: float) -> bool:
        """Drop the oldest idle connections that are too many; whether that was all there is to do."""
        made_before = asyncio.get_running_loop().time() - older_than
        while len(self._open) > self._max and (victim := self._oldest_idle()) is not None:
            if victim.made > made_before:
                return False
            self._drop(victim)
        return True

    def _drop(self, connection: ClientConnection) -> None:
        self.closed(connection)
        connection.abort()
        self._note(f"was the oldest idle one of too many; see {self._setting}")

    # Time.

    def _sweep_later(self) -> None:
        delay = self._limits.client_timeout / SWEEPS_PER_TIMEOUT
        self._next_sweep = asyncio.get_running_loop().call_later(delay, self._sweep_and_go_on)

    def _sweep_and_go_on(self) -> None:
        self._next_sweep = None
        if self._open:
            self._sweep_later()
        self.sweep(asyncio.get_running_loop().time())

    def sweep(self, now: float) -> None:
        """Time out connections whose client has made no progress for longer than allowed."""
        for connection in list(self._open):
            awaited = connection.awaited()
            if awaited is None:
                self._awaited.pop(connection, None)
                continue
            before, since = self._awaited.setdefault(connection, (awaited, now))
            if before != awaited:
                self._awaited[connection] = awaited, now
            elif now - since >= self._limits.client_timeout:
                del self._awaited[connection]
                if connection.time_out():
                    self._note(f"kept fakefax waiting for {self._limits.client_timeout:g}s; see --client-timeout")
        dropped, self._dropped = self._dropped, {}
        for reason, count in dropped.items():
            self._record(Kind.CONNECTION_DROPPED, {"count": count, "reason": reason})

    def _note(self, reason: str) -> None:
        self._dropped[reason] = self._dropped.get(reason, 0) + 1

    def close(self) -> None:
        """Stop, and drop the connections that have not taken their response."""
        for timer in (self._next_sweep, self._next_trim):
            if timer is not None:
                timer.cancel()
        for connection in list(self._open):
            if connection.transport is not None and unsent(connection.transport):
                connection.abort()
