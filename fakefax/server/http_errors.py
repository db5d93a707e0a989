"""What never reaches a handler, answered as JSON like everything else: no such route, no such method."""

import re
from functools import partial

from aiohttp import web

from fakefax.api.operation import BASE_PATHS
from fakefax.api.params import read_params
from fakefax.api.reply import error_answer, error_reply
from fakefax.control.call import on_a_line
from fakefax.control.routes import PREFIX, ROUTES
from fakefax.core.journal import Kind
from fakefax.sandbox.registry import Sandboxes

PREFIXES = tuple(f"{base}/" for base in BASE_PATHS)
WHERE = f"Fax.to's API is under {' and '.join(BASE_PATHS)}, the control API under {PREFIX}"

_ID = re.compile(r"/(\d+|{\w+})")

KEY_WITHIN = 64 * 1024
"""Bytes of a body that are looked through for the key of who lost the way."""


def answer_what_is_left(app: web.Application, sandboxes: Sandboxes) -> None:
    """Take what is left over by the routes an app has: other methods on their paths, and every other path.

    By routes rather than a middleware, which would cost each request a tenth of its time.
    """
    by_path: dict[str, list[web.Resource]] = {}
    for resource in app.router.resources():
        assert isinstance(resource, web.Resource)  # all that has routes is
        by_path.setdefault(resource.canonical, []).append(resource)
    for resources in by_path.values():
        allowed = ", ".join(sorted({route.method for resource in resources for route in resource}))
        resources[-1].add_route("*", partial(_method_not_allowed, sandboxes, allowed))
    app.router.add_route("*", "/{path:.*}", partial(_not_found, sandboxes))


async def _method_not_allowed(sandboxes: Sandboxes, allowed: str, request: web.Request) -> web.StreamResponse:
    response = await _refuse(sandboxes, request, 405, "Method not allowed", f"{request.path} takes {allowed}")
    response.headers["Allow"] = allowed
    return response


async def _not_found(sandboxes: Sandboxes, request: web.Request) -> web.StreamResponse:
    if _is_control(request):
        cure = _control_path(request.path.removeprefix(PREFIX))
    else:
        cure = "the README lists what there is" if request.path.startswith(PREFIXES) else WHERE
    return await _refuse(sandboxes, request, 404, "Not found", f"there is nothing at {request.path}; {cure}")


def _is_control(request: web.Request) -> bool:
    return request.path == PREFIX or request.path.startswith(f"{PREFIX}/")


def _control_path(wrong: str) -> str:
    """Which path of the control API was meant, or where all of them are."""
    import difflib  # noqa: PLC0415 (only for a wrong path)

    known = {_ID.sub("/ID", route.path): route.path for route in ROUTES}
    close = difflib.get_close_matches(_ID.sub("/ID", wrong), known, n=1)
    return f"did you mean {PREFIX}{known[close[0]]}?" if close else f"GET {PREFIX}/openapi.json lists what there is"


async def _refuse(
    sandboxes: Sandboxes, request: web.Request, status: int, message: str, reason: str
) -> web.Response:
    """Answer, and leave a trace in the journal of the sandbox that the request's key means.

    A program hears Fax.to's message and the reason beside it; who steers the fake has no other use for a message.
    """
    params = await read_params(request, KEY_WITHIN)
    key = params.values.get("api_key") or request.headers.get("api_key")
    found = sandboxes.find(key) if isinstance(key, str) else None
    sandbox, account = found or (sandboxes.first, None)
    if _is_control(request):
        asked = {"method": request.method, "path": request.path, "status": status, "message": reason}
        sandbox.record(Kind.CONTROL_REFUSED, asked, account)
        return on_a_line(error_reply(status, reason, reason)).response()
    told: dict[str, object] = {"method": request.method, "operation": request.path, "status": status}
    told |= {"message": message, "reason": reason, "malformed": True}
    sandbox.record(Kind.REQUEST_REFUSED, told, account)
    return error_answer(status, message, reason)
