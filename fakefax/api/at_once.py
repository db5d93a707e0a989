"""The shortest way out for the answer that nearly every request gets: small, JSON, on a connection that stays.

aiohttp's own Response completes and checks a mapping of headers before it writes them, which is a tenth of the time
of a send. Here the few headers are known, so head and body are one piece of text.
"""

from http import HTTPStatus
from typing import TypeGuard

from aiohttp import HttpVersion, HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.helpers import rfc822_formatted_time
from aiohttp.http import SERVER_SOFTWARE

from fakefax.api.reply import JSON_TYPE, REASON_HEADER, Reply, header_text
from fakefax.core.outbox import Outbox

SMALL = 16 * 1024
"""Bytes of a body that any connection takes without waiting for the client to read."""


Answer = Reply | web.StreamResponse
"""What is decided and not yet sent, or what a fault has sent already."""


def response_of(answer: Answer, request: web.BaseRequest) -> web.StreamResponse:
    """The answer to a request, by the shortest way that is right for it."""
    if not isinstance(answer, Reply):
        return answer
    return AtOnce(answer) if is_short(answer, request.version) else answer.response()


def is_short(answer: object, version: HttpVersion) -> TypeGuard[Reply]:
    """Whether the short way is right for it."""
    return (
        isinstance(answer, Reply)
        and version == HttpVersion11
        and answer.content_type == JSON_TYPE
        and len(answer.body) <= SMALL
    )


class AtOnce(web.StreamResponse):
    """A whole answer on HTTP/1.1, written by one call. It has no headers that could be changed."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(status=reply.status)
        self._reply = reply
        self._request: web.BaseRequest | None = None
        self._last = False
        self._outbox: Outbox | None = None

    @property
    def prepared(self) -> bool:
        """Whether it is on its way, so that nothing else may be answered."""
        return self._request is not None

    @property
    def keep_alive(self) -> bool | None:
        """Whether the connection stays; not known before it is prepared."""
        return self._request.keep_alive and not self._last if self._request is not None else None

    def force_close(self) -> None:
        """Let this be the last answer on its connection."""
        self._last = True

    def leave_with(self, outbox: Outbox) -> None:
        """Be written together with the answers of other connections, unless the connection ends with it."""
        self._outbox = outbox

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter:
        """Take the request that is answered."""
        self._request = request
        return request.writer

    async def write_eof(self, data: bytes = b"") -> None:
        """Write it. Raises ConnectionResetError when the client has gone."""
        request = self._request
        transport = None if request is None else request.transport
        if request is None or transport is None or transport.is_closing():
            raise ConnectionResetError("the client has closed the connection")
        if not self.keep_alive:
            transport.write(as_text(self._reply, "Connection: close\r\n"))
        elif self._outbox is None:
            transport.write(as_text(self._reply))
        else:
            self._outbox.put(transport, as_text(self._reply))
        if request.protocol.writing_paused:  # by a client that asks and asks, and reads nothing
            await request.writer.drain()


def as_text(reply: Reply, connection: str = "") -> bytes:
    """All of a short answer, head and body; `connection` is the header that says that it is the last."""
    reason = "" if reply.reason is None else f"{REASON_HEADER}: {header_text(reply.reason)}\r\n"
    head = (
        f"HTTP/1.1 {_STATUS_LINES.get(reply.status, f'{reply.status} ')}\r\n{_ALWAYS}{reason}{connection}"
        f"Content-Length: {len(reply.body)}\r\nDate: {rfc822_formatted_time()}\r\n\r\n"
    )
    return head.encode("latin-1") + reply.body


_STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}

_ALWAYS = f"Content-Type: {JSON_TYPE}\r\nServer: {SERVER_SOFTWARE}\r\n"
