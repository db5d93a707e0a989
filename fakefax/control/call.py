"""One request of the control API: which sandbox it means, what it asks, how it is refused."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from fakefax.control.attempt_views import UnknownAttempt
from fakefax.control.checking import Checking, TooManyChecks
from fakefax.core.callbacks.retry_scheduler import ResendRefused
from fakefax.core.clock import ClockClosed, ClockError
from fakefax.core.errors import (
    FaxJobEvicted,
    NoNumberLeft,
    UnknownFaxJob,
    UnknownIncomingFax,
)
from fakefax.core.history import HistoryCompacted
from fakefax.core.journal import JournalEvicted
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


def read_shape(body: bytes, shape: type[Any]) -> Any:
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


def check_query(query: Mapping[str, str], known: Iterable[str]) -> None:
    """Raise BadInput for a query field that is not one of `known` or api_key."""
    for name in query:
        if name not in known and name not in WHOSE:
            raise BadInput(f"unknown query field {name!r}; there are: {', '.join((*known, *WHOSE))}")


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
        raise UnknownSandbox(sandboxes.why_unknown(key))
    if numbered not in (None, found[0]):
        raise BadInput(f"sandbox {number!r} is not the sandbox of this api_key; leave one of them out")
    return found


class Body(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The fields of every body of the control API: whose sandbox is meant."""

    api_key: str | msgspec.UnsetType = msgspec.UNSET


def key_in(body: bytes) -> str | None:
    """The api_key of a body, if it has one; the handler reports whatever else is wrong with it."""
    try:
        key = msgspec.json.decode(body, type=_Keyed).api_key if body else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return key


class _Keyed(msgspec.Struct):
    api_key: str | None = None
