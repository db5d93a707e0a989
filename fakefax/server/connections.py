"""All connections of a server: how many there may be, and how long each may keep it waiting."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from aiohttp import web

from fakefax.api.operations import Mount
from fakefax.api.reply import error_answer
from fakefax.core.journal import Kind
from fakefax.core.outbox import Outbox
from fakefax.sandbox.registry import Sandboxes
from fakefax.server.protocol import Protocol, unsent
from fakefax.server.straight import Straight

LOOKS_PER_TIMEOUT = 4
"""How often, in the time that a client may take, the connections are looked through."""

LINGERING = 5.0
"""Real seconds in which the rest of a body is taken in that nobody reads, so that its sender hears the answer."""

MOMENT = 0.5
"""Real seconds in which a new connection may say something before it counts as silent."""

CROWD = 1000
"""How many there may be above the limit in this moment."""

MOMENT_IN_A_CROWD = 0.0
"""With more than that, nobody gets a moment."""


class ConnectionLimits(NamedTuple):
    """How many connections at once, and the real seconds that a client may take for what is its turn."""

    connections: int = 1000
    client_timeout: float = 60.0


DEFAULT_CONNECTION_LIMITS = ConnectionLimits()


class JsonRunner(web.AppRunner):
    """An AppRunner that answers with JSON even what is no HTTP request, and keeps its connections to the limits."""

    def __init__(
        self,
        app: web.Application,
        mounts: Sequence[Mount],
        sandboxes: Sandboxes,
        limits: ConnectionLimits,
        **options: Any,
    ) -> None:
        lingering = min(LINGERING, limits.client_timeout)
        super().__init__(app, keepalive_timeout=limits.client_timeout, lingering_time=lingering, **options)
        self._mounts = mounts
        self._sandboxes = sandboxes
        self._limits = limits

    async def _make_server(self) -> web.Server:
        def tell(kind: Kind, detail: dict[str, object]) -> None:
            self._sandboxes.first.record(kind, detail)

        made = await super()._make_server()
        straight = Straight(self._mounts, made.request_handler)
        return Connections(made, straight, self._limits, tell, self._kwargs)


Tell = Callable[[Kind, dict[str, object]], None]


class Connections(web.Server):
    """aiohttp's server, with limits. What it drops is told once for many, not to fill the journal."""

    def __init__(
        self, like: web.Server, straight: Straight, limits: ConnectionLimits, tell: Tell, options: dict[str, Any]
    ) -> None:
        super().__init__(straight, request_factory=like.request_factory, **options)
        self._straight = straight
        self._options = options
        self._limits = limits
        self._tell = tell
        self._open: dict[Protocol, asyncio.Transport] = {}
        self._waiting: dict[Protocol, tuple[object, float]] = {}
        self._look: asyncio.TimerHandle | None = None
        self._trimming: asyncio.TimerHandle | None = None
        self._dropped: dict[str, int] = {}
        self._outbox = Outbox()

    def __call__(self) -> web.RequestHandler:
        return Protocol(self, self._no_http, self._straight.at_once, self._outbox, **self._options)

    def _no_http(self, status: int, reason: str) -> None:
        self._tell(Kind.CONNECTION_NO_HTTP, {"status": status, "answer": f"answered {status}", "reason": reason})

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        assert isinstance(handler, Protocol)
        self._open[handler] = transport
        if self._look is None:
            self._look_later()
        if len(self._open) > self._limits.connections:
            self._make_place(handler)

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        super().connection_lost(handler, exc)
        assert isinstance(handler, Protocol)
        self._open.pop(handler, None)
        self._waiting.pop(handler, None)

    def _make_place(self, newest: Protocol) -> None:
        """Let silent connections go, in a moment: what the youngest have said may not have been read yet.

        When there are none, all are at work and the newest is refused.
        """
        if self._silent(newest) is None:
            transport = self._open.pop(newest)
            transport.write(_TOO_MANY)
            asyncio.get_running_loop().call_soon(newest.force_close)  # once aiohttp has begun with it
            self._note("came while as many as --connection-limit were being answered")
        elif len(self._open) > self._limits.connections + CROWD:
            self._let_go_of_silent(MOMENT_IN_A_CROWD)
        elif self._trimming is None:
            self._trim_later()

    def _silent(self, newest: Protocol | None = None) -> Protocol | None:
        """The oldest that never said anything, or else that says nothing now, apart from the newest."""
        new = (handler for handler in self._open if handler.is_new and handler is not newest)
        quiet = (handler for handler in self._open if handler.is_silent)
        return next(new, None) or next((handler for handler in quiet if handler is not newest), None)

    def _trim_later(self) -> None:
        self._trimming = asyncio.get_running_loop().call_later(MOMENT / LOOKS_PER_TIMEOUT, self._trim)

    def _trim(self) -> None:
        self._trimming = None
        if not self._let_go_of_silent(MOMENT):
            self._trim_later()

    def _let_go_of_silent(self, older_than: float) -> bool:
        """Drop the oldest silent ones that are too many; whether that was all that there is to do."""
        self._outbox.flush()
        made_before = asyncio.get_running_loop().time() - older_than
        while len(self._open) > self._limits.connections and (victim := self._silent()) is not None:
            if victim.made > made_before:
                return False
            self._open.pop(victim).abort()
            self._note("was the oldest silent one of too many; see --connection-limit")
        return True

    def _look_later(self) -> None:
        delay = self._limits.client_timeout / LOOKS_PER_TIMEOUT
        self._look = asyncio.get_running_loop().call_later(delay, self._look_through)

    def _look_through(self) -> None:
        """Give up those whose turn it has been, at every look, for all of the time they have."""
        self._look = None
        if self._open:
            self._look_later()
        self._outbox.flush()
        now = asyncio.get_running_loop().time()
        for handler, transport in list(self._open.items()):
            turn: object = handler.waits_for()
            if transport.is_closing() and (left := unsent(transport)):
                turn = "read the end", left
            if turn is None:
                self._waiting.pop(handler, None)
                continue
            before, since = self._waiting.setdefault(handler, (turn, now))
            if before != turn:
                self._waiting[handler] = turn, now
            elif now - since >= self._limits.client_timeout:
                self._end(handler, transport)
        self._tell_of_dropped()

    def _end(self, handler: Protocol, transport: asyncio.Transport) -> None:
        self._waiting.pop(handler)
        if transport.is_closing():
            transport.abort()
        else:
            handler.give_up(self._limits.client_timeout)
        self._note(f"kept fakefax waiting for {self._limits.client_timeout:g}s; see --client-timeout")

    def _note(self, reason: str) -> None:
        self._dropped[reason] = self._dropped.get(reason, 0) + 1

    def _tell_of_dropped(self) -> None:
        dropped, self._dropped = self._dropped, {}
        for reason, count in dropped.items():
            self._tell(Kind.CONNECTION_DROPPED, {"count": count, "reason": reason})

    async def shutdown(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 (aiohttp calls it so)
        """End all; what a client does not take of its answer is dropped."""
        for timer in (self._look, self._trimming):
            if timer is not None:
                timer.cancel()
        self._outbox.flush()
        left = list(self._open.values())
        await super().shutdown(timeout)
        for transport in left:
            if unsent(transport):
                transport.abort()


def _refusal() -> bytes:
    """The answer to a connection that is one too many, written before it has asked anything."""
    answer = error_answer(503, "Service unavailable", "there are too many connections; see --connection-limit")
    body = answer.body
    assert isinstance(body, bytes)
    head = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
    return f"HTTP/1.1 503 Service Unavailable\r\n{head}Connection: close\r\n\r\n".encode() + body


_TOO_MANY = _refusal()
