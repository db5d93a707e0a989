"""Faults of the API: what the rules of `requests` do to a request.

From the rules' view of a request to its last byte: refusals of the vendor, other answers, answers held back in
simulated or real time, cut in half, lost, or ended by a TCP reset.
"""

import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

from aiohttp import web
from msgspec import Struct, structs

from fakefax.api.call import Call
from fakefax.api.errors import MalformedParameter, RateLimited, Unauthorized, status_of
from fakefax.api.params import Params
from fakefax.api.reply import Reply, encode_json, error_reply
from fakefax.api.sending import begin
from fakefax.core.clock import ClockClosed
from fakefax.core.decisions import Decision, RequestSubject
from fakefax.core.errors import NotEnoughBalance, Refusal, UnknownDocument
from fakefax.core.faults.request_faults import Ending, RefusalName, RequestFault
from fakefax.core.journal import Kind
from fakefax.core.models import FaxJob


def fault_of(call: Call) -> Decision[RequestFault] | None:
    """The fault of a request, if a rule applies. `call.misses` then lists the rules that nearly did.

    Rules see the fax number and the document that the request names, read as a send reads them. A request about a
    fax job, such as its status, names neither, so they see those of the job.
    """
    rules = call.sandbox.rules.requests
    if rules.empty:
        return None
    of_job = "fax_job_id" in call.path
    job = _job(call) if of_job else None
    fax_number = (job.fax_number if job else None) if of_job else _fax_number(call)
    if not rules.concern(fax_number):
        return None
    subject = RequestSubject(
        call.operation,
        call.request.method,
        call.account.api_key,
        fax_number,
        (job.document_id if job else None) if of_job else _document_id(call),
        {name: call.request.headers[name] for name in rules.headers if name in call.request.headers},
        call.sandbox.clock.now,
    )
    fault, call.misses = rules.decide_or_explain(subject)
    return fault


def _job(call: Call) -> FaxJob | None:
    try:
        return call.sandbox.store.fax_job(call.path["fax_job_id"], call.account.api_key)
    except Refusal:
        return None


def _fax_number(call: Call) -> str | None:
    try:
        return call.params.fax_number() if "fax_number" in call.params.values else None
    except Refusal:
        return None


def _document_id(call: Call) -> int | None:
    params = Params({"document_id": call.path["document_id"]}) if "document_id" in call.path else call.params
    try:
        return params.identifier("document_id") if "document_id" in params.values else None
    except Refusal:
        return None


def refusal_reply(name: RefusalName, call: Call, reason: str) -> Reply:
    """The refusal as the vendor would answer it, with its documented status."""
    refusal = _refusal(name, reason)
    return error_reply(status_of(refusal, call.operation, call.sandbox.scenario), refusal.message, reason)


def _refusal(name: RefusalName, reason: str) -> Refusal:
    match name:
        case "not_enough_balance":
            return NotEnoughBalance(reason)
        case "invalid_number":
            return MalformedParameter("fax_number", None, reason)
        case "unauthorized":
            return Unauthorized(reason)
        case "rate_limited":
            return RateLimited(reason)
        case "unknown_document":
            return UnknownDocument(reason)


_MESSAGES = {401: Unauthorized.message, 403: RateLimited.message}
"""The vendor's documented messages, where they are not the standard phrase."""


def replacing_reply(status: int, fault: RequestFault, reason: str) -> Reply:
    """The answer that a rule gives: its own body, or the vendor's error shape."""
    if fault.body is None:
        return error_reply(status, _message(status), reason)
    body = fault.body.encode() if isinstance(fault.body, str) else encode_json(fault.body)
    return Reply(status, body, fault.content_type, reason)


def _message(status: int) -> str:
    try:
        return _MESSAGES.get(status) or HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"


@asynccontextmanager
async def held_back(fault: RequestFault, call: Call, name: str) -> AsyncIterator[None]:
    """Wait as the fault says; the block is to answer, and an advance waits until it has.

    Raises ClockClosed when the sandbox is reset or closed meanwhile.
    """
    if fault.real_delay:
        await call.sandbox.delayed_responses.real(fault.real_delay)
    if not fault.delay:
        yield
        return
    with await call.sandbox.delayed_responses.simulated(fault.delay, name):
        yield


_NO_LINGER = struct.pack("ii", 1, 0)


async def whole(request: web.BaseRequest, response: web.Response) -> None:
    """Send the answer to its last byte, here and now."""
    await begin(request, response)
    await response.write_eof()


async def half(request: web.BaseRequest, response: web.Response) -> None:
    """Send the head with the full Content-Length and the first half of the body, then close."""
    body = response.body if isinstance(response.body, bytes) else b""
    cut = web.StreamResponse(status=response.status, headers=response.headers)
    cut.content_length = len(body)
    await begin(request, cut)
    await cut.write(body[: len(body) // 2])
    _close(request, reset=False)


async def closed(request: web.BaseRequest, _: web.Response) -> None:
    """Close the connection without a byte of the answer."""
    _close(request, reset=False)


async def reset(request: web.BaseRequest, _: web.Response) -> None:
    """End the connection by a TCP reset, without a byte of the answer."""
    _close(request, reset=True)


def _close(request: web.BaseRequest, *, reset: bool) -> None:
    """Close the connection without another byte; with `reset` the other side sees it as broken."""
    transport = request.transport
    if transport is None:
        return
    if not reset:
        transport.close()
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()


ENDINGS: dict[Ending, Callable[[web.BaseRequest, web.Response], Awaitable[None]]] = {
    Ending.WHOLE: whole,
    Ending.HALF: half,
    Ending.CLOSED: closed,
    Ending.RESET: reset,
}
"""How each ending is sent."""


CarryOut = Callable[[], Awaitable[Reply]]


class Faulty(Struct, frozen=True):
    """One request with its fault. `carry_out` does what the operation does, and journals it."""

    call: Call
    decision: Decision[RequestFault]
    carry_out: CarryOut

    async def answer(self) -> web.StreamResponse:
        """Carry the request out (or not), wait, and answer (or not)."""
        fault, request = self.decision.action, self.call.request
        carried_out = await self.carry_out() if fault.commit else None
        reply = self._reply(carried_out)
        self._journal(carried_out, reply)
        name = f"answer to {request.method} {self.call.operation}"
        response = reply.response()
        try:
            async with held_back(fault, self.call, name):
                await self._send(response)
        except ClockClosed as error:
            return error_reply(503, "Service unavailable", str(error)).response()
        except ConnectionError:
            pass  # the program disconnected during the delay
        return response

    def _reply(self, carried_out: Reply | None) -> Reply:
        fault, rule = self.decision.action, self.decision.rule
        reason = f"{rule}: {fault.effect}"
        if fault.refuse is not None:
            return refusal_reply(fault.refuse, self.call, reason)
        if fault.status is not None:
            return replacing_reply(fault.status, fault, reason)
        if carried_out is None:
            return error_reply(503, "Service unavailable", reason)  # never sent: the connection ends without it
        reasons = (reason, carried_out.reason) if carried_out.reason else (reason,)
        return structs.replace(carried_out, reason="; ".join(reasons))

    async def _send(self, response: web.Response) -> None:
        await ENDINGS[self.decision.action.ending](self.call.request, response)

    def _journal(self, carried_out: Reply | None, reply: Reply) -> None:
        fault, call = self.decision.action, self.call
        details = {
            "method": call.request.method,
            "operation": call.operation,
            "effect": fault.effect,
            "committed": fault.commit,
            "outcome": self._outcome(carried_out),
            "status": reply.status if fault.ending.answers else None,
            "rule": self.decision.rule,
            "misses": self.decision.misses,
            "parameters": call.journal_parameters(),
        }
        call.sandbox.record(Kind.REQUEST_FAULT, details, call.account, call.fax_job_id)

    def _outcome(self, carried_out: Reply | None) -> str:
        fault = self.decision.action
        if carried_out is None:
            return "it was not carried out, nothing was charged"
        if carried_out.status >= HTTPStatus.BAD_REQUEST:
            return f"it had been refused with {carried_out.status}, nothing was charged"
        done = self.call.done()
        in_the_dark = fault.ending is not Ending.WHOLE or fault.status is not None
        return f"{done}, and the program did not get the answer" if in_the_dark else done
