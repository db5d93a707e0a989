"""Answers cut in half, lost, or ended by a TCP reset."""

import socket
import struct
from collections.abc import Awaitable, Callable

from aiohttp import web

from fakefax.core.faults.request_faults import Ending

_NO_LINGER = struct.pack("ii", 1, 0)


async def whole(request: web.Request, response: web.Response) -> None:
    """Send the answer to its last byte, here and now."""
    await response.prepare(request)
    await response.write_eof()


async def half(request: web.Request, response: web.Response) -> None:
    """Send the head with the full Content-Length and the first half of the body, then close."""
    body = response.body if isinstance(response.body, bytes) else b""
    cut = web.StreamResponse(status=response.status, headers=response.headers)
    cut.content_length = len(body)
    await cut.prepare(request)
    await cut.write(body[: len(body) // 2])
    _close(request, reset=False)


async def closed(request: web.Request, _: web.Response) -> None:
    """Close the connection without a byte of the answer."""
    _close(request, reset=False)


async def reset(request: web.Request, _: web.Response) -> None:
    """End the connection by a TCP reset, without a byte of the answer."""
    _close(request, reset=True)


def _close(request: web.Request, *, reset: bool) -> None:
    """Close the connection without another byte; with `reset` the other side sees it as broken."""
    transport = request.transport
    if transport is None:
        return
    if not reset:
        transport.close()
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()


ENDINGS: dict[Ending, Callable[[web.Request, web.Response], Awaitable[None]]] = {
    Ending.WHOLE: whole,
    Ending.HALF: half,
    Ending.CLOSED: closed,
    Ending.RESET: reset,
}
"""How each ending is sent."""
