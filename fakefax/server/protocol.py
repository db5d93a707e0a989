"""One connection: answers at once what it can, what is no HTTP, and who half-closes; tells what it waits for."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any

from aiohttp import StreamReader, web
from aiohttp.http import RawRequestMessage, StreamWriter

from fakefax.api.at_once import Answer, AtOnce, as_text, is_short
from fakefax.api.reply import error_answer
from fakefax.core.outbox import Outbox
from fakefax.server.first_step import FirstStep

Begin = Callable[[Any], Coroutine[Any, Any, Answer]]
"""Answers a request; its first step needs no task."""

TLS_HELLO = ("\\x16\\x03", "HTTPS traffic")
"""What a parser's complaint about a TLS handshake has in it: its first bytes, or its name."""


def unsent(transport: asyncio.Transport) -> int:
    """Bytes that the client has yet to take. Closed twice, one of TLS cannot tell them any more (Python 3.11)."""
    try:
        return transport.get_write_buffer_size()
    except AttributeError:
        return 0


class Protocol(web.RequestHandler):
    """aiohttp's own, with five differences.

    A request that came whole is answered without a task of its own, if its operation is brief. What is no HTTP is
    answered with JSON, and told to `no_http`. A client that has said all and closes its side gets its answer; of
    one that is gone its request is told. And the owner may ask what it waits for, to drop who keeps it waiting.
    """

    __slots__ = (
        "_at_once",
        "_begun",
        "_half_closed",
        "_is_tls",
        "_no_http",
        "_outbox",
        "_rest",
        "_when_gone",
        "made",
    )

    def __init__(
        self,
        manager: web.Server,
        no_http: Callable[[int, str], None],
        at_once: Callable[[RawRequestMessage], Begin | None],
        outbox: Outbox,
        **options: Any,
    ) -> None:
        super().__init__(manager, loop=asyncio.get_running_loop(), **options)
        self._no_http = no_http
        self._at_once = at_once
        self._outbox = outbox
        self._begun: FirstStep[Answer] | None = None
        self._half_closed = False
        self._is_tls = False
        self._rest: StreamReader | None = None
        self._when_gone: tuple[web.BaseRequest, Callable[[], object]] | None = None
        self.made = self._loop.time()

    @property
    def is_new(self) -> bool:
        """Whether it has not said a whole request yet."""
        return self._request_count == 0

    @property
    def is_idle(self) -> bool:
        """Whether it has said nothing, or half a head, since the last answer."""
        return not self._messages and (self._waiter is not None or self.is_new)

    @property
    def is_sending(self) -> bool:
        """Whether the rest of a request's body is still to come."""
        request = self._current_request
        return request is not None and not request.content.is_eof()

    @property
    def is_silent(self) -> bool:
        """Whether it is its turn to say something: a request, a body, or the rest of a body that nobody reads."""
        return self.is_idle or self.is_sending or (self._rest is not None and not self._rest.is_eof())

    def waits_for(self) -> Hashable | None:
        """What the client has to do next: the same value as before, if it has not done it. None: it is our turn."""
        if self.is_sending:
            return id(self._current_request)
        if self.writing_paused and self.transport is not None:
            return "read", unsent(self.transport)
        return None

    def give_up(self, seconds: float) -> None:
        """End what the client has not done in this real time: a body fails, an answer is dropped."""
        request = self._current_request
        if request is not None and self.is_sending:
            request.content.set_exception(web.RequestPayloadError(f"it took longer than {seconds:g}s"))
        elif self.transport is not None:
            self.transport.abort()

    def when_gone(self, request: web.BaseRequest, do: Callable[[], object]) -> None:
        """Call `do` when the client closes its side, or is lost, before this request is answered."""
        self._when_gone = request, do

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._is_tls = transport.get_extra_info("sslcontext") is not None
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Answer a whole request here and now, if that is all there is; else aiohttp makes a task for it."""
        waiter, self._waiter = self._waiter, None  # which wakes nobody until it is back
        try:
            super().data_received(data)
            if waiter is not None and not waiter.done() and len(self._messages) == 1:
                self._try_at_once(*self._messages[0])
        finally:
            self._waiter = waiter
        if waiter is not None and not waiter.done() and self._messages:
            waiter.set_result(None)

    def _try_at_once(self, head: object, body: StreamReader) -> None:
        """What cannot be answered whole is begun at most, and stays with the messages."""
        if not isinstance(head, RawRequestMessage) or head.should_close or head.upgrade:
            return
        if not body.is_eof() or body.exception() is not None:
            return
        begin, make, parser, task = self._at_once(head), self._request_factory, self._parser, self._task_handler
        if begin is None or make is None or parser is None or task is None:
            return
        transport = self.transport
        if transport is None or self.writing_paused or self._half_closed:
            return
        if transport in self._outbox:  # a rule may write without it
            self._outbox.flush()
        message = self._messages.popleft()
        request = make(head, body, self, StreamWriter(self, self._loop), task)
        step = FirstStep(begin(request))
        if is_short(step.result, head.version) and not self._messages:
            self._outbox.put(transport, as_text(step.result))
            parser.message_consumed()
            self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        elif step.result is not None and transport.is_closing():
            parser.message_consumed()  # a rule has ended the connection
        else:
            self._begun = step
            self._messages.appendleft(message)

    def take_begun(self) -> FirstStep[Answer] | None:
        """The answer to the request that is the next to be handled, if it has begun already."""
        begun, self._begun = self._begun, None
        return begun

    def connection_lost(self, exc: BaseException | None) -> None:
        self._begun = None
        self._tell_gone()
        super().connection_lost(exc)

    def eof_received(self) -> bool | None:  # type: ignore[override]
        """The client has closed its side: it may still read, unless half its request is missing.

        TLS has no half-closed connections in asyncio, so there the answer is lost.
        """
        self._outbox.flush()
        if self.transport is None or self._is_tls or self.is_idle:
            return None
        self._half_closed = True
        self._tell_gone()
        self._loop.call_soon(self._close_unless_whole)  # by then the request that just came is being answered
        return True

    def _tell_gone(self) -> None:
        """A client that has closed its side may be gone for good: nothing tells until it is written to."""
        if self._when_gone is not None:
            request, do = self._when_gone
            if request is self._current_request:
                do()

    def _close_unless_whole(self) -> None:
        if self.transport is not None and (self.is_idle or self.is_sending):
            self.transport.close()

    def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> Coroutine[Any, Any, tuple[web.StreamResponse, bool]]:
        """Send an answer; aiohttp's own refusals, such as of an unknown Expect, are plain text until here."""
        if isinstance(resp, web.HTTPException):
            resp = error_answer(resp.status, resp.reason, resp.text)
        if self._half_closed and not self._messages:
            resp.force_close()
        if not self._messages and isinstance(resp, AtOnce):
            resp.leave_with(self._outbox)
        self._rest = request.content
        if request.content.exception() is not None:  # a broken body has no rest to wait for
            resp.force_close()
            request.content.feed_eof()
        return super().finish_response(request, resp, start_time)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Ask the original only for a failure of ours, which it logs: a client without HTTP is none."""
        if status >= 500 or request.writer.output_size > 0:
            super().handle_error(request, status, exc, message)
        reason = (str(message or exc or "").splitlines() or [""])[0]
        if status < 500:
            if any(mark in str(message) for mark in TLS_HELLO):
                reason = "the client speaks TLS on the port for HTTP; --tls serves HTTPS, on a port of its own"
            self._no_http(status, reason)
        response = error_answer(status, "Bad request" if status < 500 else "Internal server error", reason or None)
        response.force_close()
        return response
