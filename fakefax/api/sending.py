"""The beginning of a response: what every one of them goes through, whoever sends it."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from fakefax.core.real_time import http_date

BeforeSending = Callable[[web.BaseRequest, web.StreamResponse], Awaitable[None]]

BEFORE_SENDING: web.RequestKey[BeforeSending] = web.RequestKey("before_sending")
"""Called before the first byte of a response is sent, which it may hold back or add headers to."""


async def begin(request: web.BaseRequest, response: web.StreamResponse) -> None:
    """Send the head of a response. Raises NotKept if what it reports cannot be kept."""
    await request[BEFORE_SENDING](request, response)
    response.headers["Date"] = http_date()
    await response.prepare(request)
