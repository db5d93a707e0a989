"""The request handler of each operation: read, authenticate, carry out, record, answer, or refuse with an error."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from http import HTTPStatus

from aiohttp import web
from msgspec import Struct

from fakefax.api.body import Gate
from fakefax.api.call import Call, authenticate
from fakefax.api.errors import status_of
from fakefax.api.faults import Faulty, fault_of
from fakefax.api.operation import Operation
from fakefax.api.params import JournalParameters, Params, parameters_of, read_params
from fakefax.api.recorded import noted
from fakefax.api.reply import Answer, Reply, error_reply, reply
from fakefax.core.clock import ClockClosed
from fakefax.core.errors import Refusal, clear_tracebacks
from fakefax.core.journal import Detail, Kind
from fakefax.core.models import Account
from fakefax.sandbox.registry import Sandboxes
from fakefax.sandbox.sandbox import Sandbox

log = logging.getLogger(__name__)


class Endpoint:
    """Answers one path. `body_limit` is in bytes."""

    def __init__(self, operation: Operation, sandboxes: Sandboxes, body_limit: int) -> None:
        self._operation = operation
        self._headers = operation.headers
        self._sandboxes = sandboxes
        self._body_limit = body_limit
        self._gate = Gate(sandboxes, takes_files=operation.uploads)

    async def __call__(self, request: web.BaseRequest, path: Mapping[str, str]) -> Answer:
        """Make the answer; a fault may have sent it already."""
        params = await read_params(request, self._body_limit, self._headers, self._gate)
        operation = self._operation.meant_by(request.method, params)
        try:
            sandbox, account = self._whose(request, params, operation)
            if params.problem is not None:
                raise params.problem
        except Refusal as refusal:
            clear_tracebacks(refusal)
            meant, known = self._meant(request, params)
            with noted(meant.recording, request, params, self._headers) as note:
                return note.of(_refused(refusal, operation, request, params, path, meant, known))
        if sandbox.recording is None:
            return await _answer_of(operation, request, params, path, sandbox, account)
        with noted(sandbox.recording, request, params, self._headers) as note:
            return note.of(await _answer_of(operation, request, params, path, sandbox, account))

    def _whose(self, request: web.BaseRequest, params: Params, operation: Operation) -> tuple[Sandbox, Account]:
        """The sandbox and account of the key; without one, an operation that needs none uses the first sandbox."""
        if operation.needs_key or params.values.get("api_key") or "api_key" in request.headers:
            return authenticate(request, params, self._sandboxes)
        return self._sandboxes.first, self._sandboxes.first.first_account

    def _meant(self, request: web.BaseRequest, params: Params) -> tuple[Sandbox, Account | None]:
        """The place to record a refusal: the sandbox of the key if there is one, else the first."""
        key = params.values.get("api_key") or request.headers.get("api_key")
        found = self._sandboxes.find(key) if isinstance(key, str) else None
        return found or (self._sandboxes.first, None)


def _answer_of(
    operation: Operation,
    request: web.BaseRequest,
    params: Params,
    path: Mapping[str, str],
    sandbox: Sandbox,
    account: Account,
) -> Awaitable[Answer]:
    call = Call(operation.name, sandbox, account, params, operation.values_of(path) if path else path, request)
    fault = fault_of(call)
    if fault is not None:
        return Faulty(call, fault, partial(_carry_out, operation, call)).answer()
    return _carry_out(operation, call)


class _CarriedOut(Struct, eq=False, gc=False):
    """Makes the journal's details of a request that was carried out."""

    method: str
    operation: str
    parameters: JournalParameters
    misses: Callable[[], list[str]] | None

    def __call__(self) -> Detail:
        misses = {} if self.misses is None else {"misses": self.misses}
        status = HTTPStatus.OK.value
        return {
            "method": self.method,
            "operation": self.operation,
            "status": status,
            "parameters": self.parameters,
            **misses,
        }


async def _carry_out(operation: Operation, call: Call) -> Reply:
    """Run the operation's handler, record the outcome in the journal, and return the answer or the error."""
    request, sandbox, account = call.request, call.sandbox, call.account
    try:
        content = await operation.handler(call)
    except Refusal as refusal:
        return _refused(refusal, operation, request, call.params, call.path, sandbox, account)
    except ClockClosed as error:
        return error_reply(503, "Service unavailable", str(error))
    except Exception as error:
        log.exception("%s failed", operation.name)
        failed = {"method": request.method, "operation": operation.name, "reason": repr(error)}
        sandbox.record(Kind.REQUEST_FAILED, failed, account)
        return error_reply(500, "Internal server error", f"fakefax itself failed, please report it: {error!r}")
    details = _CarriedOut(request.method, operation.name, call.journal_parameters(), call.misses)
    sandbox.record(Kind.REQUEST, details, account, call.fax_job_id)
    return reply(HTTPStatus.OK, content, call.reason, call.note_unanswered)


def _refused(
    refusal: Refusal,
    operation: Operation,
    request: web.BaseRequest,
    params: Params,
    path: Mapping[str, str],
    sandbox: Sandbox,
    account: Account | None,
) -> Reply:
    status = status_of(refusal, operation.name, sandbox.scenario)
    details: dict[str, object] = {
        "method": request.method,
        "operation": operation.name,
        "status": status,
        "message": refusal.message,
        "reason": refusal.reason,
        "parameters": parameters_of(params, path, sandbox.journal.redact),
    }
    if refusal.malformed:
        details["malformed"] = True
    sandbox.record(Kind.REQUEST_REFUSED, details, account)
    return error_reply(status, refusal.message, refusal.reason)
