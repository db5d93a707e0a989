"""What never reaches a handler, answered as JSON like everything else: no such route, no such method, no HTTP."""

import asyncio
import logging
from collections.abc import Coroutine, Iterator
from functools import partial
from typing import Any

from aiohttp import web

from fakefax.api.reply import error_answer
from fakefax.core.journal import Kind
from fakefax.sandboxes import Sandboxes

log = logging.getLogger(__name__)


def not_found_routes(app: web.Application, sandboxes: Sandboxes) -> Iterator[web.RouteDef]:
    """What is left over by the routes an app has: other methods on their paths, and every other path.

    Routes rather than a middleware, which would cost each request a tenth of its time.
    """
    for resource in app.router.resources():
        allowed = ", ".join(sorted({route.method for route in resource}))
        yield web.route("*", resource.canonical, partial(_method_not_allowed, sandboxes, allowed))
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
    told = {"method": request.method, "operation": request.path, "status": status, "message": message}
    sandbox.record(Kind.REQUEST_REFUSED, {**told, "reason": reason}, account)
    return error_answer(status, message, reason)


class JsonRunner(web.AppRunner):
    """An AppRunner that answers with JSON even what is no HTTP request, such as a header beyond all limits."""

    async def _make_server(self) -> web.Server:
        return _JsonServer(await super()._make_server(), self._kwargs)


class _JsonServer(web.Server):
    def __init__(self, like: web.Server, options: dict[str, Any]) -> None:
        super().__init__(like.request_handler, request_factory=like.request_factory, **options)
        self._options = options

    def __call__(self) -> web.RequestHandler:
        return _JsonProtocol(self, loop=asyncio.get_running_loop(), **self._options)


class _JsonProtocol(web.RequestHandler):
    def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> Coroutine[Any, Any, tuple[web.StreamResponse, bool]]:
        """Send an answer; aiohttp's own refusals, such as of an unknown Expect, are plain text until here."""
        if isinstance(resp, web.HTTPException):
            resp = error_answer(resp.status, resp.reason, resp.text)
        return super().finish_response(request, resp, start_time)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Ask the original only for a failure of ours, which it logs: a client without HTTP is none."""
        if status >= 500 or request.writer.output_size > 0:
            super().handle_error(request, status, exc, message)
        reason = (str(message or exc or "").splitlines() or [""])[0]
        log.debug("answered %d: %s", status, reason)
        response = error_answer(status, "Bad request" if status < 500 else "Internal server error", reason or None)
        response.force_close()
        return response
