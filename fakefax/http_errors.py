"""What never reaches a handler, answered as JSON like everything else: no such route, no such method."""

from collections.abc import Iterator
from functools import partial

from aiohttp import web

from fakefax.api.reply import error_answer
from fakefax.core.journal import Kind
from fakefax.sandboxes import Sandboxes


def not_found_routes(app: web.Application, sandboxes: Sandboxes) -> Iterator[web.RouteDef]:
    """What is left over by the routes an app has: other methods on their paths, and every other path.

    Routes rather than a middleware, which would cost each request a tenth of its time.
    """
    methods: dict[str, set[str]] = {}
    for resource in app.router.resources():
        methods.setdefault(resource.canonical, set()).update(route.method for route in resource)
    for path, known in methods.items():
        yield web.route("*", path, partial(_method_not_allowed, sandboxes, ", ".join(sorted(known))))
    yield web.route("*", "/{path:.*}", partial(_not_found, sandboxes))


async def _method_not_allowed(sandboxes: Sandboxes, allowed: str, request: web.Request) -> web.StreamResponse:
    response = _refuse(sandboxes, request, 405, "Method not allowed", f"{request.path} takes {allowed}")
    response.headers["Allow"] = allowed
    return response


async def _not_found(sandboxes: Sandboxes, request: web.Request) -> web.StreamResponse:
    reason = f"there is nothing at {request.path}; the README lists what there is"
    return _refuse(sandboxes, request, 404, "Not found", reason)


def _refuse(sandboxes: Sandboxes, request: web.Request, status: int, message: str, reason: str) -> web.Response:
    """Answer, and leave a trace in the journal of the sandbox that the request's key means."""
    found = sandboxes.find(request.query.get("api_key", "") or request.headers.get("api_key", ""))
    sandbox, account = found or (sandboxes.first, None)
    told: dict[str, object] = {"method": request.method, "operation": request.path, "status": status}
    told |= {"message": message, "reason": reason, "malformed": True}
    sandbox.record(Kind.REQUEST_REFUSED, told, account)
    return error_answer(status, message, reason)
