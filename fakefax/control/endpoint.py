"""The one door of a control route: it finds the sandbox, reads the body, has it answered, and names each error.

A request comes over HTTP, or from a client in this process: each test of a run asks several, and without sockets an
answer takes a fourth of the time.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Protocol, cast
from urllib.parse import urlencode

import msgspec
from aiohttp import hdrs, web

from fakefax.api.body import Gate, Share, read_body, share_of
from fakefax.api.errors import BodyTooLarge, MalformedBody
from fakefax.api.multipart import one_line
from fakefax.api.params import BROKEN_TRANSFER, FORM, JSON
from fakefax.api.reply import Answer, Reply, on_a_line, reply
from fakefax.control.call import (
    STATUS,
    WHOSE,
    BadInput,
    ControlCall,
    UnknownSandbox,
    check_query,
    key_in,
    meant_by,
    read_shape,
)
from fakefax.control.checking import Checking
from fakefax.control.long_answers import LongAnswer
from fakefax.control.route import Route
from fakefax.core.errors import StorageFull, clear_tracebacks
from fakefax.core.journal import Kind
from fakefax.sandbox.registry import Sandboxes

log = logging.getLogger(__name__)


class ControlRequest(msgspec.Struct):
    """A request of the control API, however it came.

    `key` is the api_key of query or header, `origin` is `http://HOST:PORT` as the client wrote it. `read_body`
    reads the body within a limit in bytes. There is an HTTP `request` unless it comes from this process.
    """

    method: str
    path: str
    query: Mapping[str, str]
    key: str | None
    content_type: str
    origin: str
    read_body: Callable[[int, Share], Awaitable[bytes]]
    request: web.BaseRequest | None = None

    def when_gone(self, do: Callable[[], object]) -> None:
        """Call `do` if the client goes away before it is answered. In this process it cancels what it has asked."""
        if self.request is None:
            return
        if self.request.transport is None:
            do()
        else:
            cast("_Transport", self.request.transport).connection.when_gone(do)


class ControlEndpoint:
    """Answers the requests of one route. Long answers of all routes of a server take turns by `turn`."""

    def __init__(self, route: Route, sandboxes: Sandboxes, turn: asyncio.Lock, checking: Checking) -> None:
        self.route = route
        self._turn = turn
        self._checking = checking
        self._sandboxes = sandboxes
        self._gate = Gate(sandboxes)
        self._body_limit = route.body_limit(sandboxes.files.upload_limit, sandboxes.files.storage_limit)

    async def __call__(self, request: web.BaseRequest, path: Mapping[str, str]) -> web.StreamResponse:
        """Answer a request over HTTP."""
        answer = await self.respond(_over_http(request), path)
        return answer.response() if isinstance(answer, Reply) else answer

    async def respond(self, asked: ControlRequest, path: Mapping[str, str]) -> Answer:
        """The answer, be it a refusal. `path` has the values in the path; a route that streams needs a request."""
        call: ControlCall | None = None
        try:
            call = await self._call(asked, path)
            recording = call.sandbox.recording
            if recording is None or not self.route.is_input:
                return await self._answer(asked, call)
            with recording.noting("control", _record(asked, call)):
                return await self._answer(asked, call)
        except tuple(STATUS) as error:
            status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
            return self._refuse(asked, call, status, str(error), getattr(error, "lines", None))
        except (BodyTooLarge, StorageFull) as error:
            clear_tracebacks(error)
            return self._refuse(asked, call, 413, error.reason)
        except MalformedBody as error:
            clear_tracebacks(error)
            return self._refuse(asked, call, 400, error.reason)
        except BROKEN_TRANSFER as error:
            clear_tracebacks(error)
            return self._refuse(asked, call, 400, f"the body did not arrive whole: {one_line(error)}")
        except Exception as error:
            log.exception("%s %s failed", asked.method, self._sandboxes.masked(asked.path))
            return self._refuse(asked, call, 500, f"fakefax itself failed, please report it: {error!r}")

    async def _answer(self, asked: ControlRequest, call: ControlCall) -> Answer:
        check_query(call.query, self.route.query)
        shape = self.route.body
        arguments = () if shape is None else (await self._read(call, shape),)
        if self.route.streams:
            return cast("web.StreamResponse", await self.route.handler(call, asked.request))
        content = await self.route.handler(call, *arguments)
        if not isinstance(content, LongAnswer):
            return on_a_line(reply(self.route.status, content))
        if asked.request is not None:
            return await content.send(asked.request, self.route.status, self._turn)
        return Reply(self.route.status, b"".join([piece async for piece in content.pieces(self._turn)]))

    async def _read(self, call: ControlCall, shape: type[Any]) -> Any:
        """A body as `shape`, which may read it itself. Raises what that raises, or BadInput."""
        if not hasattr(shape, "read_body"):
            return read_shape(call.body, shape)
        return await call.check(partial(shape.read_body, call.body))

    def _refuse(
        self,
        asked: ControlRequest,
        call: ControlCall | None,
        status: int,
        message: str,
        problems: list[str] | None = None,
    ) -> Reply:
        """Answer; a refused change is recorded in the journal of the sandbox that was meant."""
        message = message.encode("utf-8", "backslashreplace").decode()
        found = None if call is None else self._sandboxes.find(call.account.api_key)
        sandbox, account = found or (self._sandboxes.first, None)
        detail = {"method": asked.method, "path": asked.path, "status": status, "message": message}
        if asked.method != hdrs.METH_GET:
            sandbox.record(Kind.CONTROL_REFUSED, detail, account)
        refusal = {"status": "failed", "message": message} | ({} if problems is None else {"problems": problems})
        return on_a_line(reply(status, refusal))

    async def _call(self, asked: ControlRequest, path: Mapping[str, str]) -> ControlCall:
        new_key, key = None, asked.key
        if self.route.names_a_new_key:
            new_key, key = key, None
        elif key and self._sandboxes.find(key) is None:
            raise UnknownSandbox(self._sandboxes.why_unknown(key))
        with share_of(self._gate) as share:
            body = await asked.read_body(self._body_limit, share)
        if key is None and not self.route.names_a_new_key:
            key = key_in(body)
        if "" in (key, new_key):
            raise BadInput("the api_key is empty; leave it out to mean the first account")
        found = meant_by(self._sandboxes, key, asked.query.get("sandbox"))
        self._sandboxes.touch(found[0])
        return ControlCall(
            self._sandboxes,
            *found,
            self._checking,
            self._turn,
            asked.query,
            path,
            body,
            asked.origin,
            new_key,
            asked.content_type.partition(";")[0].strip().lower() == FORM,
            asked.when_gone,
        )


def _over_http(request: web.BaseRequest) -> ControlRequest:
    return ControlRequest(
        request.method,
        request.path,
        request.query,
        request.query.get("api_key", request.headers.get("api_key")),
        request.headers.get(hdrs.CONTENT_TYPE, ""),
        f"{request.scheme}://{request.host}",
        partial(read_body, request),
        request,
    )


def in_process(method: str, path: str, query: Mapping[str, str], body: bytes, origin: str) -> ControlRequest:
    """A request of a client in this process, whose body is JSON."""

    async def read(limit: int, _: Share) -> bytes:
        if len(body) > limit:
            raise BodyTooLarge(f"the body has {len(body)} bytes; the limit is {limit}")
        return body

    return ControlRequest(method, path, query, query.get("api_key"), JSON, origin, read)


def _record(asked: ControlRequest, call: ControlCall) -> dict[str, Any]:
    """A control call as a recording has it. The key of the sandbox goes into a header."""
    query = urlencode([(name, value) for name, value in call.query.items() if name not in WHOSE])
    record: dict[str, Any] = {"method": asked.method, "target": f"{asked.path}{query and '?'}{query}"}
    record["headers"] = {"api_key": call.account.api_key}
    if call.body and call.sandbox.recording is not None:
        record |= {
            "content_type": asked.content_type,
            "body": call.sandbox.recording.body_record(call.body, asked.content_type),
        }
    return record


class _Connection(Protocol):
    """The connection of a request: fakefax.server.connection.ClientConnection."""

    def when_gone(self, do: Callable[[], object]) -> None: ...


class _Transport(Protocol):
    connection: _Connection
