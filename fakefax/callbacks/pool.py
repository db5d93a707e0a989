"""Which connections to callback URLs are used again: those that the endpoint has promised to keep.

HTTP/1.1 lets a client use a connection again unless the endpoint says otherwise. But many an endpoint closes one
without a word, perhaps just as the next receipt is written to it: the attempt would fail though the endpoint never
saw it, on one run and not on the next. To try again at once is no way out: an endpoint that read the receipt and
then broke down would get it twice. So an endpoint has to say `Connection: keep-alive` in its answers, as nginx,
Apache, Node.js and gunicorn do. For any other each attempt has a connection of its own. Apache answers so only to a
request that asks for it, so each does until the endpoint has not promised it.
"""

import asyncio
from typing import TYPE_CHECKING
from weakref import WeakSet

from fakefax.callbacks.errors import NoAnswer
from fakefax.callbacks.resolver import Addresses
from fakefax.callbacks.target import Endpoint, Place
from fakefax.core.real_time import real_seconds
from fakefax.values.forms import Body

if TYPE_CHECKING:
    from fakefax.callbacks.connection import Connection

IDLE = 0.2
"""Real seconds for which a connection waits for the next attempt; no server's own limit is as short."""

MOST_ENDPOINTS = 1000
"""Endpoints of which it is remembered what they promise; when there are more, all are asked anew."""


class Connections:
    """The connections of a server's attempts: those in use, and those that wait for another attempt."""

    def __init__(self) -> None:
        self._addresses = Addresses()
        self._opened: WeakSet[Connection] = WeakSet()  # uvloop does not tell all of their end
        self._waiting: dict[Endpoint, list[Connection]] = {}
        self._keeps: dict[Endpoint, bool] = {}
        self._look: asyncio.TimerHandle | None = None

    async def post(self, place: Place, body: Body, deadline: float) -> int:
        """Post once; the status of the answer. The deadline is a time of the event loop.

        Raises NoAnswer, TimeoutError, or ValueError for an impossible host.
        """
        endpoint = place.endpoint
        try:
            connection = self._take(endpoint) or await self._connect(endpoint, deadline)
            try:
                head = place.request_head(body, keep=self._keeps.get(endpoint, True))
                status = await connection.exchange(head, body.content, deadline)
                self._learn(endpoint, connection.promise)
            except BaseException:
                connection.end()
                raise
        except NoAnswer:
            if self._keeps.get(endpoint):  # who broke the promise is not trusted again
                self._keeps[endpoint] = False
            raise
        self._give_back(endpoint, connection)
        return status

    async def _connect(self, endpoint: Endpoint, deadline: float) -> "Connection":
        from fakefax.callbacks.connecting import connect  # noqa: PLC0415 (its parser is for attempts only)

        opened = self._opened
        async with asyncio.timeout_at(deadline):
            connection = await connect(endpoint, self._addresses, opened)
        if opened is not self._opened:  # all were closed meanwhile
            connection.end()
        return connection

    def _take(self, endpoint: Endpoint) -> "Connection | None":
        """One that waits and may be trusted, unless it has waited too long. The last to come is the first to go."""
        waiting = self._waiting.get(endpoint) if self._keeps.get(endpoint) else None
        while waiting:
            connection = waiting.pop()
            if connection.is_free and real_seconds() - connection.idle_since < IDLE:
                return connection
            connection.end()
        return None

    def _give_back(self, endpoint: Endpoint, connection: "Connection") -> None:
        if not (connection.promise and self._keeps.get(endpoint) and connection.is_free):
            connection.end()
            return
        connection.idle_since = real_seconds()
        self._waiting.setdefault(endpoint, []).append(connection)
        if self._look is None:
            self._look_later(IDLE)

    def _learn(self, endpoint: Endpoint, promise: bool | None) -> None:
        """Learn from an answer. Who once says nothing is not asked again; `close` is an honest word too."""
        keeps = self._keeps.get(endpoint)
        if promise is None or keeps is promise:
            return
        if len(self._keeps) >= MOST_ENDPOINTS:
            self._keeps.clear()
        self._keeps[endpoint] = promise and keeps is None

    def _look_later(self, seconds: float) -> None:
        self._look = asyncio.get_running_loop().call_later(seconds, self._end_idle)

    def _end_idle(self) -> None:
        """End those that nobody has needed."""
        now = real_seconds()
        for endpoint, waiting in list(self._waiting.items()):
            for connection in waiting:
                if now - connection.idle_since >= IDLE:
                    connection.end()
            self._waiting[endpoint] = [connection for connection in waiting if connection.is_free]
            if not self._waiting[endpoint]:
                del self._waiting[endpoint]
        self._look = None
        if self._waiting:
            self._look_later(IDLE - now + min(waiting[0].idle_since for waiting in self._waiting.values()))

    def close(self) -> None:
        """End them all."""
        if self._look is not None:
            self._look.cancel()
            self._look = None
        self._waiting.clear()
        self._keeps.clear()
        opened, self._opened = self._opened, WeakSet()
        for connection in list(opened):
            connection.end()
