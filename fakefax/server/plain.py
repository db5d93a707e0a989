"""Plain answers: those that need no header of their own. They are written to the connection in one piece.

aiohttp's responses do much more than most answers need: cookies, compression, chunks. A handler may send its
response itself, so aiohttp is given one that says that this has been done.
"""

from aiohttp import HttpVersion11, hdrs, web
from aiohttp.abc import AbstractStreamWriter

from fakefax.api.reply import JSON_TYPE, Reply
from fakefax.core.real_time import http_date
from fakefax.server.connection import ClientTransport


class Sent(web.StreamResponse):
    """The response of a handler that has sent it already and wants the connection to be kept."""

    @property
    def prepared(self) -> bool:
        return True

    @property
    def keep_alive(self) -> bool | None:
        return True

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Do nothing: it has been written."""


def is_plain(request: web.BaseRequest, answer: Reply, transport: ClientTransport) -> bool:
    """Whether an answer needs no header but those that every one has, and its connection is kept."""
    return (
        answer.content_type == JSON_TYPE
        and request.version == HttpVersion11
        and request.keep_alive
        and request.method != hdrs.METH_HEAD
        and hdrs.ORIGIN not in request.headers
        and request.content.exception() is None
        and not transport.closed_by_us
        and not transport.connection.half_closed
    )


async def send_plain(answer: Reply, transport: ClientTransport, headers: str) -> None:
    """Send a plain answer with some more headers. If the client has gone, that is noted of what was carried out."""
    if not transport.is_closing():
        transport.write(answer.encoded(f"Date: {http_date()}\r\n{headers}"))
        if transport.connection.writing_paused:
            await transport.connection.drained()
    if transport.is_closing() and answer.when_lost is not None:
        answer.when_lost()
