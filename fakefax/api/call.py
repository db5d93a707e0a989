"""One request of Fax.to's API: who calls, with what, and how the answer goes back."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web

from fakefax.api.errors import STATUS, Unauthorized
from fakefax.api.params import Params, read_params
from fakefax.core.clock import ClockClosed
from fakefax.core.journal import Kind
from fakefax.core.models import Account
from fakefax.core.refusals import NotEnoughBalance, Refusal
from fakefax.sandbox import Sandbox, Sandboxes

log = logging.getLogger(__name__)

REASON_HEADER = "X-Fakefax-Reason"
LONGEST_REASON = 400

encode_json = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(slots=True)
class Call:
    """An authenticated request. A handler may set `reason` to what decided its answer."""

    sandbox: Sandbox
    account: Account
    params: Params
    path: Mapping[str, str]
    reason: str | None = None


@dataclass(frozen=True)
class Operation:
    """One operation of the vendor's API: its name, where it is mounted, and what answers it."""

    name: str
    methods: tuple[str, ...]
    path: str
    handler: Callable[[Call], dict[str, Any]]


class Endpoint:
    """The one door of an operation: authenticates, answers, and turns each refusal into its error."""

    def __init__(self, operation: Operation, sandboxes: Sandboxes) -> None:
        self._operation = operation
        self._sandboxes = sandboxes

    async def __call__(self, request: web.Request) -> web.Response:
        sandbox, account = self._sandboxes.first, None
        told: dict[str, object] = {"method": request.method, "operation": self._operation.name}
        try:
            params = await read_params(request)
            sandbox, account = authenticate(request, params, self._sandboxes)
            if params.problem is not None:
                raise params.problem
            call = Call(sandbox, account, params, request.match_info)
            answer = self._operation.handler(call)
        except Refusal as refusal:
            status = _status(refusal, sandbox)
            told |= {"status": status, "message": refusal.message, "reason": refusal.reason}
            sandbox.record(Kind.REQUEST_REFUSED, told, account)
            return error_answer(status, refusal.message, refusal.reason)
        except ClockClosed as error:
            return error_answer(503, "Service unavailable", str(error))
        except Exception as error:
            log.exception("%s failed", self._operation.name)
            sandbox.record(Kind.REQUEST_FAILED, told | {"reason": repr(error)}, account)
            return error_answer(500, "Internal server error", f"fakefax itself failed, please report it: {error!r}")
        told["status"] = 200
        sandbox.record(Kind.REQUEST, told, account)
        return json_answer(200, answer, call.reason)


def _status(refusal: Refusal, sandbox: Sandbox) -> int:
    if isinstance(refusal, NotEnoughBalance):
        return sandbox.scenario.billing.not_enough_balance_status
    return STATUS[type(refusal)]


def authenticate(request: web.Request, params: Params, sandboxes: Sandboxes) -> tuple[Sandbox, Account]:
    """The world of the key, from the query (documented), the body (documented) or a header `api_key` (seen).

    Raises Unauthorized, or why the place where the key may have been could not be read.
    """
    key = params.values.get("api_key") or request.headers.get("api_key")
    if not key:
        if params.problem is not None:
            raise params.problem
        raise Unauthorized("no api_key in the query, the body or a header of that name")
    found = sandboxes.find(key) if isinstance(key, str) else None
    if found is None:
        raise Unauthorized(f"no account has the api_key {masked(str(key))}")
    return found


def masked(key: str) -> str:
    """A key that can be recognised by who knows it, and not used by who does not."""
    return f"{(key[:3] if len(key) > 3 else '') + '...'!r} (length {len(key)})"


def json_answer(status: int, content: object, reason: str | None = None) -> web.Response:
    """A JSON answer; `reason` goes to the tester in a header of its own."""
    response = web.Response(status=status, body=encode_json(content), content_type="application/json")
    if reason is not None:
        response.headers[REASON_HEADER] = _header_text(reason)
    return response


def error_answer(status: int, message: str, reason: str | None = None) -> web.Response:
    """An error in Fax.to's shape (documented). That `status` is `failed` on every error is assumed."""
    return json_answer(status, {"status": "failed", "message": message}, reason)


def _header_text(text: str) -> str:
    if not (text.isascii() and text.isprintable()):
        printable = text.encode("ascii", "backslashreplace").decode()
        text = "".join(char if char.isprintable() else " " for char in printable)
    return text[:LONGEST_REASON]
