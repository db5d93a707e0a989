"""The shortest way in: a request for a path without placeholders goes to its endpoint without a search.

aiohttp's application resolves the path, and makes what its middlewares and nested applications need; the vendor's
operations need none of it.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from aiohttp import hdrs, web
from aiohttp.http import RawRequestMessage

from fakefax.api.at_once import response_of
from fakefax.api.operations import Mount
from fakefax.server.protocol import Begin, Protocol

Handle = Callable[[Any], Awaitable[web.StreamResponse]]


class Straight:
    """Answers requests for the plain ones of some paths by itself, and all others by `otherwise`."""

    def __init__(self, mounts: Iterable[Mount], otherwise: Handle) -> None:
        self._plain = {(method, path): endpoint for method, path, endpoint in mounts if "{" not in path}
        self._otherwise = otherwise

    async def __call__(self, request: Any) -> web.StreamResponse:
        protocol = request.protocol
        if isinstance(protocol, Protocol) and (begun := protocol.take_begun()) is not None:
            return response_of(await begun, request)
        endpoint = self._plain.get((request.method, request.rel_url.raw_path))
        if endpoint is None or hdrs.EXPECT in request.headers:
            return await self._otherwise(request)
        return await endpoint.answer(request, {})

    def at_once(self, head: RawRequestMessage) -> Begin | None:
        """What may begin to answer such a request outside of a task."""
        endpoint = self._plain.get((head.method, head.url.raw_path))
        if endpoint is None or not endpoint.brief or hdrs.EXPECT in head.headers:
            return None
        return endpoint.begin
