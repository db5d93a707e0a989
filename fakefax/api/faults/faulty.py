"""Carries out a request that a rule applies to."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import NamedTuple

from aiohttp import web

from fakefax.api.call import Call
from fakefax.api.faults.answers import replacing_reply
from fakefax.api.faults.connections import ENDINGS
from fakefax.api.faults.delays import held_back
from fakefax.api.faults.refusals import refusal_reply
from fakefax.api.reply import Reply, error_reply
from fakefax.core.clock import ClockClosed
from fakefax.core.decisions import Decision
from fakefax.core.faults.request_faults import Ending, RequestFault
from fakefax.core.journal import Kind

CarryOut = Callable[[], Awaitable[Reply]]


class Faulty(NamedTuple):
    """One request with its fault. `carry_out` does what the operation does, and journals it."""

    operation: str
    call: Call
    decision: Decision[RequestFault]
    carry_out: CarryOut

    async def answer(self) -> web.StreamResponse:
        """Carry the request out (or not), wait, and answer (or not)."""
        fault, request = self.decision.action, self.call.request
        carried_out = await self.carry_out() if fault.commit else None
        reply = self._reply(carried_out)
        self._journal(carried_out, reply)
        name = f"answer to {request.method} {self.operation}"
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
            return refusal_reply(fault.refuse, self.operation, self.call, reason)
        if fault.status is not None:
            return replacing_reply(fault.status, fault, reason)
        if carried_out is None:
            return error_reply(503, "Service unavailable", reason)  # never sent: the connection ends without it
        reasons = (reason, carried_out.reason) if carried_out.reason else (reason,)
        return carried_out._replace(reason="; ".join(reasons))

    async def _send(self, response: web.Response) -> None:
        await ENDINGS[self.decision.action.ending](self.call.request, response)

    def _journal(self, carried_out: Reply | None, reply: Reply) -> None:
        fault, call = self.decision.action, self.call
        details = {
            "method": call.request.method,
            "operation": self.operation,
            "effect": fault.effect,
            "committed": fault.commit,
            "outcome": self._outcome(carried_out),
            "status": reply.status if fault.ending.answers else None,
            "rule": self.decision.rule,
            "misses": self.decision.misses,
            "parameters": call.told_parameters(),
        }
        call.sandbox.record(Kind.REQUEST_FAULT, details, call.account, call.fax_job_id)

    def _outcome(self, carried_out: Reply | None) -> str:
        fault = self.decision.action
        if carried_out is None:
            return "it was not carried out, nothing was charged"
        if carried_out.status >= HTTPStatus.BAD_REQUEST:
            return f"it had been refused with {carried_out.status}, nothing was charged"
        done = self.call.done(self.operation)
        in_the_dark = fault.ending is not Ending.WHOLE or fault.status is not None
        return f"{done}, and the program was not told" if in_the_dark else done
