"""One request of the control API: which sandbox it means, what it asks, how it is refused."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar, cast
from urllib.parse import urlencode

import msgspec
from aiohttp import hdrs, web

from fakefax.api.body import Gate, read_body, share_of
from fakefax.api.errors import BodyTooLarge, MalformedBody
from fakefax.api.multipart import one_line
from fakefax.api.params import BROKEN_TRANSFER
from fakefax.api.reply import on_a_line, reply
from fakefax.control.attempt_views import UnknownAttempt
from fakefax.control.checking import Checking, TooManyChecks
from fakefax.control.long_answers import LongAnswer
from fakefax.control.route import Route
from fakefax.core.callbacks.retry_scheduler import ResendRefused
from fakefax.core.clock import ClockClosed, ClockError
from fakefax.core.errors import (
    FaxJobEvicted,
    NoNumberLeft,
    StorageFull,
    UnknownFaxJob,
    UnknownIncomingFax,
    clear_tracebacks,
)
from fakefax.core.history import HistoryCompacted
from fakefax.core.journal import JournalEvicted, Kind
from fakefax.core.journal_search import TooManyWaiters
from fakefax.core.models import Account
from fakefax.sandbox.keeping import NotKept
from fakefax.sandbox.keys import KeyTaken
from fakefax.sandbox.registry import Sandboxes, SandboxRefused
from fakefax.sandbox.sandbox import Sandbox
from fakefax.scenario.loader import ScenarioError
from fakefax.scenario.rules.rule import UnknownRule
from fakefax.values.errors import why_not_json
from fakefax.values.numbers import whole_number

log = logging.getLogger(__name__)

T = TypeVar("T")


class BadInput(Exception):
    """A request that cannot be understood; the message names the value and the cure."""


class TooLarge(Exception):
    """The file is too large, or there is no room for it."""


class UnknownSandbox(Exception):
    """An api_key that no sandbox has."""


class NotRecorded(Exception):
    """A bundle that was asked of a sandbox that is not recorded."""


class UnknownPicture(Exception):
    """There is no picture of this page; the message says why."""


STATUS: dict[type[Exception], int] = {
    BadInput: 400,
    TooLarge: 413,
    UnknownSandbox: 404,
    UnknownPicture: 404,
    UnknownAttempt: 404,
    UnknownFaxJob: 404,
    FaxJobEvicted: 410,
    UnknownRule: 404,
    UnknownIncomingFax: 404,
    NoNumberLeft: 409,
    ClockError: 409,
    ResendRefused: 409,
    KeyTaken: 409,
    SandboxRefused: 409,
    NotRecorded: 409,
    TooManyWaiters: 409,
    TooManyChecks: 409,
    ScenarioError: 400,
    JournalEvicted: 410,
    HistoryCompacted: 410,
    NotKept: 503,
}


WHOSE = ("api_key", "sandbox")
"""The query fields of every request: whose sandbox is meant, by key or by number."""


class ControlCall(msgspec.Struct):
    """A request with the sandbox and account that its api_key chooses, or the first ones.

    Long work of a server takes turns by `turn`. `origin` is `http://HOST:PORT` as the client wrote it.
    `new_key` is the api_key of query or header where that is one to be made, which a proxy that looks for keys
    there can see. `is_form` is a body that is called a form, as curl calls everything. `when_gone` takes what is
    to be done when the client goes away before it is answered.
    """

    sandboxes: Sandboxes
    sandbox: Sandbox
    account: Account
    checking: Checking
    turn: asyncio.Lock
    query: Mapping[str, str]
    path: Mapping[str, str]
    body: bytes
    origin: str
    new_key: str | None = None
    is_form: bool = False
    when_gone: Callable[[Callable[[], object]], None] = lambda _: None

    async def check(self, work: Callable[[], T], size: int | None = None) -> T:
        """Check the body, or a file of this size; returns or raises what `work` does, without blocking others.

        Raises ClockClosed when the sandbox was reset or deleted meanwhile.
        """
        checked = await self.checking.run(len(self.body) if size is None else size, work)
        if self.sandbox.closed:
            raise ClockClosed("the sandbox was reset or deleted while the body was checked")
        return checked

    def number(self, name: str) -> int | None:
        """A query field as a whole number, None when it is not given. Raises BadInput."""
        text = self.query.get(name)
        if text is None:
            return None
        number = whole_number(text)
        if number is None:
            raise BadInput(f"{name} {text!r} is not a whole number")
        return number

    def choice(self, name: str, known: Sequence[str]) -> str:
        """A query field that is one of some words, the first of them when it is not given. Raises BadInput."""
        text = self.query.get(name, known[0])
        if text not in known:
            raise BadInput(f"{name} {text!r} is none of {', '.join(known)}")
        return text

    def names(self, name: str, known: Sequence[str]) -> Sequence[str] | None:
        """A query field that lists some of these names, in their order; None for none given. Raises BadInput."""
        text = self.query.get(name)
        if text is None:
            return None
        asked = [part.strip() for part in text.split(",")]
        for part in asked:
            if part not in known:
                raise BadInput(f"{name}: {part!r} is none of {', '.join(known)}")
        return [part for part in known if part in asked]


def _read(body: bytes, shape: type[Any]) -> Any:
    """A JSON body as `shape`. Raises BadInput with the place and the reason."""
    try:
        return msgspec.json.decode(body or b"{}", type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        reason = _about_a_value(error, body, shape)
        if reason is not None:
            raise BadInput(reason) from None
        fields = ", ".join(field.encode_name for field in msgspec.structs.fields(shape))
        raise BadInput(f"the body is wrong: {why_not_json(error)}; its fields are: {fields}") from None


def _about_a_value(error: Exception, body: bytes, shape: type[Any]) -> str | None:
    if not isinstance(error, msgspec.ValidationError):
        return None
    from fakefax.control.checking import about_a_value  # noqa: PLC0415 (only for a wrong body)

    return about_a_value(error, body, shape)


def _check_query(query: Mapping[str, str], known: Iterable[str]) -> None:
    """Raise BadInput for a query field that is not one of `known` or api_key."""
    for name in query:
        if name not in known and name not in WHOSE:
            raise BadInput(f"unknown query field {name!r}; there are: {', '.join((*known, *WHOSE))}")


class ControlEndpoint:
    """The one door of a control route: guards, finds the sandbox, reads, answers, names each error.

    Long answers of all routes of a server take turns by `turn`.
    """

    def __init__(self, route: Route, sandboxes: Sandboxes, turn: asyncio.Lock, checking: Checking) -> None:
        self._turn = turn
        self._route = route
        self._checking = checking
        self._sandboxes = sandboxes
        self._gate = Gate(sandboxes)
        self._body_limit = route.body_limit(sandboxes.files.upload_limit, sandboxes.files.storage_limit)

    async def __call__(self, request: web.BaseRequest, path: Mapping[str, str]) -> web.StreamResponse:
        call: ControlCall | None = None
        try:
            call = await self._call(request, path)
            recording = call.sandbox.recording
            if recording is None or not self._route.is_input:
                return await self._answer(request, call)
            with recording.noting("control", _record(request, call)):
                return await self._answer(request, call)
        except tuple(STATUS) as error:
            status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
            return self._refuse(request, call, status, str(error), getattr(error, "lines", None))
        except (BodyTooLarge, StorageFull) as error:
            clear_tracebacks(error)
            return self._refuse(request, call, 413, error.reason)
        except MalformedBody as error:
            clear_tracebacks(error)
            return self._refuse(request, call, 400, error.reason)
        except BROKEN_TRANSFER as error:
            clear_tracebacks(error)
            return self._refuse(request, call, 400, f"the body did not arrive whole: {one_line(error)}")
        except Exception as error:
            log.exception("%s %s failed", request.method, self._sandboxes.masked(request.path))
            return self._refuse(request, call, 500, f"fakefax itself failed, please report it: {error!r}")

    async def _answer(self, request: web.BaseRequest, call: ControlCall) -> web.StreamResponse:
        _check_query(call.query, self._route.query)
        shape = self._route.body
        arguments = () if shape is None else (await self._read(call, shape),)
        if self._route.streams:
            return cast("web.StreamResponse", await self._route.handler(call, request))
        content = await self._route.handler(call, *arguments)
        if isinstance(content, LongAnswer):
            return await content.send(request, self._route.status, self._turn)
        return on_a_line(reply(self._route.status, content)).response()

    async def _read(self, call: ControlCall, shape: type[Any]) -> Any:
        """A body as `shape`, which may read it itself. Raises what that raises, or BadInput."""
        if not hasattr(shape, "read_body"):
            return _read(call.body, shape)
        return await call.check(partial(shape.read_body, call.body))

    def _refuse(
        self,
        request: web.BaseRequest,
        call: ControlCall | None,
        status: int,
        message: str,
        problems: list[str] | None = None,
    ) -> web.Response:
        """Answer; a refused change is recorded in the journal of the sandbox that was meant."""
        message = message.encode("utf-8", "backslashreplace").decode()
        found = None if call is None else self._sandboxes.find(call.account.api_key)
        sandbox, account = found or (self._sandboxes.first, None)
        detail = {"method": request.method, "path": request.path, "status": status, "message": message}
        if request.method != hdrs.METH_GET:
            sandbox.record(Kind.CONTROL_REFUSED, detail, account)
        refusal = {"status": "failed", "message": message} | ({} if problems is None else {"problems": problems})
        return on_a_line(reply(status, refusal)).response()

    async def _call(self, request: web.BaseRequest, path: Mapping[str, str]) -> ControlCall:
        new_key, key = None, request.query.get("api_key", request.headers.get("api_key"))
        if self._route.names_a_new_key:
            new_key, key = key, None
        elif key and self._sandboxes.find(key) is None:
            raise UnknownSandbox(self._sandboxes.unknown(key))
        with share_of(self._gate) as share:
            body = await read_body(request, self._body_limit, share)
        if key is None and not self._route.names_a_new_key:
            key = _key_in(body)
        if "" in (key, new_key):
            raise BadInput("the api_key is empty; leave it out to mean the first account")
        found = meant_by(self._sandboxes, key, request.query.get("sandbox"))
        self._sandboxes.touch(found[0])
        origin = f"{request.scheme}://{request.host}"
        return ControlCall(
            self._sandboxes,
            *found,
            self._checking,
            self._turn,
            request.query,
            path,
            body,
            origin,
            new_key,
            request.content_type == "application/x-www-form-urlencoded",
            partial(_when_gone, request),
        )


def _record(request: web.BaseRequest, call: ControlCall) -> dict[str, Any]:
    """A control call as a recording has it. The key of the sandbox goes into a header."""
    query = urlencode([(name, value) for name, value in call.query.items() if name not in WHOSE])
    record: dict[str, Any] = {"method": request.method, "target": f"{request.path}{query and '?'}{query}"}
    record["headers"] = {"api_key": call.account.api_key}
    if call.body and call.sandbox.recording is not None:
        content_type = request.headers.get(hdrs.CONTENT_TYPE, "")
        record |= {
            "content_type": content_type,
            "body": call.sandbox.recording.body_record(call.body, content_type),
        }
    return record


def meant_by(sandboxes: Sandboxes, key: str | None, number: str | None) -> tuple[Sandbox, Account]:
    """The sandbox and account of a key, or of a sandbox's number, or the first ones.

    Raises BadInput or UnknownSandbox.
    """
    numbered = None
    if number is not None:
        known = whole_number(number)
        numbered = None if known is None else sandboxes.find_number(known)
        if numbered is None:
            raise UnknownSandbox(f"unknown sandbox {number!r}; GET /_fakefax/sandboxes lists their numbers")
    if key is None:
        sandbox = numbered or sandboxes.first
        return sandbox, sandbox.first_account
    found = sandboxes.find(key)
    if found is None:
        raise UnknownSandbox(sandboxes.unknown(key))
    if numbered not in (None, found[0]):
        raise BadInput(f"sandbox {number!r} is not the sandbox of this api_key; leave one of them out")
    return found


class _Connection(Protocol):
    """The connection of a request: fakefax.server.connection.ClientConnection."""

    def when_gone(self, do: Callable[[], object]) -> None: ...


class _Transport(Protocol):
    connection: _Connection


def _when_gone(request: web.BaseRequest, do: Callable[[], object]) -> None:
    if request.transport is None:
        do()
    else:
        cast("_Transport", request.transport).connection.when_gone(do)


class Body(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The fields of every body of the control API: whose sandbox is meant."""

    api_key: str | msgspec.UnsetType = msgspec.UNSET


def _key_in(body: bytes) -> str | None:
    """The api_key of a body, if it has one; the handler reports whatever else is wrong with it."""
    try:
        key = msgspec.json.decode(body, type=_Keyed).api_key if body else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return key


class _Keyed(msgspec.Struct):
    api_key: str | None = None
