"""Answers cut in half, lost, or ended by a TCP reset."""

import socket
import struct

from aiohttp import web

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
    end(request, reset=False)


def end(request: web.Request, *, reset: bool) -> None:
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
