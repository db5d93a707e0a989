"""The shortest way out for the answer that nearly every request gets: small, JSON, on a connection that stays.

aiohttp's own Response completes and checks a mapping of headers before it writes them, which is a tenth of the time
of a send. Here the few headers are known, so head and body are one piece of text.
"""

from http import HTTPStatus

from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.helpers import rfc822_formatted_time
from aiohttp.http import SERVER_SOFTWARE

from fakefax.api.reply import JSON_TYPE, REASON_HEADER, Reply, header_text

SMALL = 16 * 1024
"""Bytes of a body that any connection takes without waiting for the client to read."""


def response_of(reply: Reply, request: web.Request) -> web.StreamResponse:
    """The answer to a request, by the shortest way that is right for it."""
    if request.version == HttpVersion11 and reply.content_type == JSON_TYPE and len(reply.body) <= SMALL:
        return AtOnce(reply)
    return reply.response()


class AtOnce(web.StreamResponse):
    """A whole answer on HTTP/1.1, written by one call. It has no headers that could be changed."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(status=reply.status)
        self._reply = reply
        self._request: web.BaseRequest | None = None
        self._last = False

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

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter:
        """Take the request that is answered."""
        self._request = request
        return request.writer

    async def write_eof(self, data: bytes = b"") -> None:
        """Write it. Raises ConnectionResetError when the client has gone."""
        request, reply = self._request, self._reply
        transport = None if request is None else request.transport
        if request is None or transport is None or transport.is_closing():
            raise ConnectionResetError("the client has closed the connection")
        reason = "" if reply.reason is None else f"{REASON_HEADER}: {header_text(reply.reason)}\r\n"
        connection = "" if request.keep_alive and not self._last else "Connection: close\r\n"
        head = (
            f"HTTP/1.1 {_STATUS_LINES.get(reply.status, f'{reply.status} ')}\r\n{_ALWAYS}{reason}{connection}"
            f"Content-Length: {len(reply.body)}\r\nDate: {rfc822_formatted_time()}\r\n\r\n"
        )
        transport.write(head.encode("latin-1") + reply.body)
        if request.protocol.writing_paused:  # by a client that asks and asks, and reads nothing
            await request.writer.drain()


_STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}

_ALWAYS = f"Content-Type: {JSON_TYPE}\r\nServer: {SERVER_SOFTWARE}\r\n"
