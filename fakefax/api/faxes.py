"""Sending: send a fax, ask what became of it."""

from typing import Any

from fakefax.api.call import Call
from fakefax.core.money import as_json
from fakefax.core.msg_codes import JobState

STATUS_MESSAGES = {
    JobState.EXECUTED: "The fax job is executed and in the process of sending",
    JobState.SUCCESS: "Sent! Fax Has Been Answered.",
}
"""The first is the reference page's meaning of `executed`, the second its example; a failed fax says why."""


def send_fax(call: Call) -> dict[str, Any]:
    """GET or POST /fax (documented)."""
    fax_number = call.params.fax_number()
    document_id = call.params.identifier("document_id")
    job = call.sandbox.send(call.account, fax_number, document_id)
    call.reason = job.plan.rule
    return {
        "status": JobState.EXECUTED,
        "fax_job_id": job.fax_job_id,
        "user_cash_balance": as_json(call.account.ledger.tell()),
        "cost": as_json(job.cost),
    }


def fax_status(call: Call) -> dict[str, Any]:
    """GET /fax/{fax_job_id}/status (documented; what a pending or failed job says is assumed)."""
    job = call.sandbox.store.fax_job(call.path["fax_job_id"], call.account.api_key)
    return {
        "status": job.status,
        "message": STATUS_MESSAGES.get(job.status, job.plan.msg_code.message),
        "user_cash_balance": as_json(call.account.ledger.tell()),
    }
