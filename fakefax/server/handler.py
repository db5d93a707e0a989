"""Handles every request of both APIs and the page, from its head to the end of its response.

It asks the guard, finds the route, answers 404, 405 and other errors as JSON, and sends the response itself, so
that the connection knows when a request begins and ends.
"""

import re
from asyncio import timeout
from collections.abc import Callable, Iterable, Mapping

from aiohttp import HttpVersion11, hdrs, web
from aiohttp.http import SERVER_SOFTWARE

from fakefax.api.operation import BASE_PATHS
from fakefax.api.operations import OPERATIONS
from fakefax.api.params import BROKEN_TRANSFER, read_params
from fakefax.api.reply import (
    REASON_HEADER,
    Answer,
    Reply,
    VendorAnswer,
    error_answer,
    error_reply,
    header_text,
    on_a_line,
)
from fakefax.api.routing import HttpRoute, Respond, Router
from fakefax.api.sending import BEFORE_SENDING
from fakefax.control.browsers import CONTROL, GUARD, Guard
from fakefax.core.journal import Kind
from fakefax.core.real_time import http_date
from fakefax.sandbox.keeping import Keeping, NotKept
from fakefax.sandbox.registry import Sandboxes
from fakefax.server.connection import ClientTransport
from fakefax.server.plain import Sent, is_plain, send_plain
from fakefax.values.suggestions import closest

PREFIXES = tuple(f"{base}/" for base in BASE_PATHS)
WHERE = f"Fax.to's API is under {' and '.join(BASE_PATHS)}, the control API under {CONTROL}"

_ID = r"/(\d+|{\w+})"

KEY_WITHIN = 64 * 1024
"""Bytes of a body that are searched for the api_key of a request that has no handler."""

DRAIN_TIMEOUT = 5.0
"""Real seconds for which the unread rest of a body is read, so that its sender gets to the response."""

READING = ("GET", "HEAD", "OPTIONS")

SENT = Sent()


class Handler:
    """Answers every request; aiohttp calls it. `client_timeout` is in real seconds."""

    def __init__(
        self,
        sandboxes: Sandboxes,
        guard: Guard,
        routes: Iterable[HttpRoute],
        later: Callable[[], Iterable[HttpRoute]],
        client_timeout: float,
    ) -> None:
        self._sandboxes = sandboxes
        self._guard = guard
        self._router = Router(routes, later)
        self._keeping = sandboxes.keeping
        self._client_timeout = client_timeout
        self._drain_timeout = min(DRAIN_TIMEOUT, client_timeout)
        self._keep_alive = f"timeout={client_timeout:.0f}" if client_timeout >= 1 else ""
        self._headers = f"Server: {SERVER_SOFTWARE}\r\nKeep-Alive: {self._keep_alive}\r\n"

    def route(self, method: str, raw_path: str) -> tuple[Respond, Mapping[str, str]]:
        """What answers a path, and the values in it. Raises HTTPNotFound or HTTPMethodNotAllowed."""
        return self._router.find(method, raw_path)

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Handle a request and send its response."""
        transport = request.transport
        if not isinstance(transport, ClientTransport):
            return web.Response(status=400)  # the client has gone already: nothing is carried out
        connection = transport.connection
        connection.begin(request)
        try:
            try:
                if self._keeping is None:
                    response = await self._handle_and_send(request, transport)
                else:
                    response = await self._handle_and_keep(request, transport, self._keeping)
            finally:
                connection.answered()
            if not request.content.is_eof():
                await self._drain(request)
        finally:
            connection.end()
        return response

    async def _handle_and_send(self, request: web.BaseRequest, transport: ClientTransport) -> web.StreamResponse:
        connection, body = transport.connection, request.content
        if body.is_eof():
            answer = await self._handle(request)
        else:
            answer = await self._handle_body(request, transport)
        if not isinstance(answer, Reply):
            response = answer
        elif is_plain(request, answer, transport):
            if self._keeping is not None:
                await self._kept(request)
            await send_plain(answer, transport, self._headers)
            return SENT
        else:
            response = answer.response()
        if not transport.closed_by_us:
            if body.exception() is not None:  # where the next request begins is not known
                response.force_close()
            elif not response.prepared and request.keep_alive and not connection.half_closed:
                response.headers["Keep-Alive"] = self._keep_alive
            await self._send(request, response, transport)
        return response

    async def _handle_and_keep(
        self, request: web.BaseRequest, transport: ClientTransport, keeping: Keeping
    ) -> web.StreamResponse:
        """Carry a request out only while what it changes can be kept; the answer leaves once it is."""
        problem = None if _only_reads(request) else keeping.refusal()
        if problem is None:
            try:
                return await self._handle_and_send(request, transport)
            except NotKept as error:
                problem = str(error)
        refusal = NotKeptAnswer.of(problem, is_control=_is_control(request))
        if not transport.closed_by_us:
            await self._send(request, refusal, transport)
        return refusal

    async def before_sending(self, request: web.BaseRequest, response: web.StreamResponse) -> None:
        """Add the headers that shield a browser, and return once all that a response reports is kept.

        Raises NotKept.
        """
        self._guard.shield(request, response)
        if not isinstance(response, NotKeptAnswer):
            await self._kept(request)

    async def _kept(self, request: web.BaseRequest) -> None:
        """Return once all that a response reports is kept. Raises NotKept."""
        keeping = self._keeping
        if keeping is not None and (keeping.problem is None or not _only_reads(request)):
            await keeping.saved()

    async def _handle_body(self, request: web.BaseRequest, transport: ClientTransport) -> Answer:
        """Handle a request whose body is still to come; it is refused if that takes too long."""
        try:
            async with timeout(None) as deadline:
                transport.connection.reading_body(deadline)
                return await self._handle(request)
        except TimeoutError:
            reason = f"the body did not arrive whole: it took longer than {self._client_timeout:g}s"
            key = request.query.get("api_key") or request.headers.get("api_key")
            response = self._refuse(request, key, 400, "The request body could not be read", reason)
            response.force_close()
            return response
        finally:
            transport.connection.reading_body(None)

    async def _drain(self, request: web.BaseRequest) -> None:
        """Read and drop the rest of a body for a while, so that the connection can be kept."""
        try:
            async with timeout(self._drain_timeout):
                while not request.content.is_eof():
                    await request.content.readany()
        except (TimeoutError, *BROKEN_TRANSFER):
            return

    async def _handle(self, request: web.BaseRequest) -> Answer:
        request[BEFORE_SENDING] = self.before_sending
        request[GUARD] = self._guard
        try:
            if hdrs.EXPECT in request.headers:
                _expect(request)
            answer = self._guard.answer(request)
            if answer is not None:
                return answer
            respond, values = self._router.find(request.method, request.rel_url.raw_path)
            return await respond(request, values)
        except web.HTTPMethodNotAllowed as error:
            allowed = ", ".join(sorted(error.allowed_methods))
            key = await _key_of(request)
            response = self._refuse(request, key, 405, "Method not allowed", f"{request.path} takes {allowed}")
            response.headers["Allow"] = allowed
            return response
        except web.HTTPNotFound:
            reason = f"there is nothing at {request.path}; {_cure_of_path(request)}"
            return self._refuse(request, await _key_of(request), 404, "Not found", reason)
        except web.HTTPException as error:
            return self._refuse(
                request, await _key_of(request), error.status, error.reason, error.text or error.reason
            )

    def _refuse(
        self, request: web.BaseRequest, key: object, status: int, message: str, reason: str
    ) -> web.StreamResponse:
        """Record a refusal in the sandbox of the key, and make its response.

        A program gets Fax.to's message and the reason beside it; for the control API the reason is the message.
        """
        found = self._sandboxes.find(key) if isinstance(key, str) else None
        sandbox, account = found or (self._sandboxes.first, None)
        if _is_control(request):
            asked = {"method": request.method, "path": request.path, "status": status, "message": reason}
            sandbox.record(Kind.CONTROL_REFUSED, asked, account)
            return on_a_line(error_reply(status, reason, reason)).response()
        if sandbox.recording is not None:
            told = {"method": request.method, "target": request.raw_path, "headers": {"api_key": key}}
            with sandbox.recording.noting("request", told if account else {**told, "headers": {}}) as item:
                item["answered"] = {"status": status}
        detail: dict[str, object] = {"method": request.method, "operation": request.path, "status": status}
        detail |= {"message": message, "reason": reason, "malformed": True}
        sandbox.record(Kind.REQUEST_REFUSED, detail, account)
        return error_answer(status, message, reason)

    async def _send(
        self, request: web.BaseRequest, response: web.StreamResponse, transport: ClientTransport
    ) -> None:
        """Send a response, or the rest of it. If the client has gone, that is noted of what was carried out."""
        try:
            if not response.prepared:
                if self._keeping is None:
                    self._guard.shield(request, response)
                else:
                    await self.before_sending(request, response)
                response.headers["Date"] = http_date()
                await response.prepare(request)
            await response.write_eof()
            written = not transport.is_closing()
        except ConnectionError:
            written = False
        if not written and isinstance(response, VendorAnswer) and response.when_lost is not None:
            response.when_lost()


class NotKeptAnswer(VendorAnswer):
    """The answer to a request whose changes could not be kept: nothing of it was done."""

    @classmethod
    def of(cls, problem: str, *, is_control: bool) -> "NotKeptAnswer":
        """500 with the reason."""
        reason = f"nothing was done or charged: {problem}"
        told = error_reply(500, reason if is_control else "Internal server error")
        told = on_a_line(told) if is_control else told
        headers = {REASON_HEADER: header_text(reason)}
        return cls(status=told.status, body=told.body, content_type=told.content_type, headers=headers)


def _expect(request: web.BaseRequest) -> None:
    """Let a client that waits for it send its body. Raises HTTPExpectationFailed for what cannot be met."""
    expected, transport = request.headers[hdrs.EXPECT], request.transport
    if request.version < HttpVersion11 or transport is None:
        return
    if expected.lower() != "100-continue":
        raise web.HTTPExpectationFailed(text=f"Unknown Expect: {expected}")
    transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")


async def _key_of(request: web.BaseRequest) -> object:
    """The api_key of a request that has no handler: from the query, the body or the header."""
    params = await read_params(request, KEY_WITHIN)
    return params.values.get("api_key") or request.headers.get("api_key")


def _only_reads(request: web.BaseRequest) -> bool:
    """Whether a request leaves everything as it is: a question to the control API, or for the page."""
    if request.method not in READING:
        return False
    return _is_control(request) or not request.path.startswith(PREFIXES)


def _is_control(request: web.BaseRequest) -> bool:
    return request.path == CONTROL or request.path.startswith(f"{CONTROL}/")


def _cure_of_path(request: web.BaseRequest) -> str:
    """A sentence that says which path to use in place of an unknown one."""
    if _is_control(request):
        return _control_path(request.path.removeprefix(CONTROL))
    return _vendor_path(request.path) if request.path.startswith(PREFIXES) else WHERE


def _vendor_path(wrong: str) -> str:
    """The path of Fax.to's API that was meant by one with a slash too many, or where the paths are listed."""
    plain = re.sub("/+", "/", wrong).rstrip("/")
    mounts = (re.sub(r"{\w+}", "[^/]+", mount) for operation in OPERATIONS for mount in operation.mounts)
    if plain != wrong and any(re.fullmatch(mount, plain) for mount in mounts):
        return f"did you mean {plain}?"
    return "GET /_fakefax/openapi.json lists what there is"


def _control_path(wrong: str) -> str:
    """The path of the control API that was probably meant, or where the paths are listed."""
    from fakefax.control.routes import ROUTES  # noqa: PLC0415 (loaded already, as the path was looked for)

    known = {re.sub(_ID, "/ID", route.path): route.path for route in ROUTES}
    close = closest(re.sub(_ID, "/ID", wrong), known)
    return f"did you mean {CONTROL}{known[close]}?" if close else f"GET {CONTROL}/openapi.json lists what there is"
