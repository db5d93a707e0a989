"""The shortest way in: a request for a path without placeholders goes to its endpoint without a search.

aiohttp's application resolves the path, and makes what its middlewares and nested applications need; the vendor's
operations need none of it.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from aiohttp import hdrs, web

from fakefax.api.operations import Mount

Handle = Callable[[Any], Awaitable[web.StreamResponse]]


def straight(mounts: Iterable[Mount], otherwise: Handle) -> Handle:
    """What answers requests for the plain ones of some paths by itself, and all others by `otherwise`."""
    plain = {(method, path): endpoint.answer for method, path, endpoint in mounts if "{" not in path}

    async def handle(request: web.Request) -> web.StreamResponse:
        answer = plain.get((request.method, request.rel_url.raw_path))
        if answer is None or hdrs.EXPECT in request.headers:
            return await otherwise(request)
        return await answer(request, {})

    return handle
