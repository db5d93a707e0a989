"""Sending: send a fax, ask what became of it."""

import msgspec

from fakefax.api.call import Call
from fakefax.api.operation import Operation, Parameter, Place, ValueKind
from fakefax.core.money import Money, as_json
from fakefax.core.msg_codes import JobState

STATUS_MESSAGES = {
    JobState.EXECUTED: "The fax job is executed and in the process of sending",
    JobState.SUCCESS: "Sent! Fax Has Been Answered.",
}
"""The first is the reference page's meaning of `executed`, the second its example; a failed fax says why."""

FAX_NUMBER = Parameter(
    "fax_number", "Where the fax goes.", ValueKind.FAX_NUMBER, required=True, example="+123456789"
)
DOCUMENT_ID = Parameter("document_id", "The document sent.", ValueKind.WHOLE_NUMBER, required=True, example="10")
FAX_JOB_ID = Parameter(
    "fax_job_id", "The job, as its send answered it.", ValueKind.WHOLE_NUMBER, Place.PATH, True, "200"
)


class SendFax(msgspec.Struct):
    """The fax was accepted."""

    status: JobState
    fax_job_id: int
    user_cash_balance: Money
    cost: Money


class FaxStatus(msgspec.Struct):
    """What became of a fax so far."""

    status: JobState
    message: str
    user_cash_balance: Money


async def send_fax(call: Call) -> SendFax:
    """GET or POST /fax (documented)."""
    fax_number = call.params.fax_number()
    document_id = call.params.identifier("document_id")
    job = call.sandbox.send(call.account, fax_number, document_id)
    call.reason = job.plan.rule
    call.fax_job_id = job.fax_job_id
    await call.sandbox.may_answer(job)
    told = call.account.ledger.tell()
    return SendFax(JobState.EXECUTED, job.fax_job_id, as_json(told), as_json(job.cost))


async def fax_status(call: Call) -> FaxStatus:
    """GET /fax/{fax_job_id}/status (documented; what a pending or failed job says is assumed)."""
    job = call.sandbox.store.fax_job(call.path["fax_job_id"], call.account.api_key)
    call.fax_job_id = job.fax_job_id
    status = call.sandbox.polled_status(job)
    if status is not job.status and job.callback_fault is not None:
        call.reason = f"the fax is {job.status}; {job.callback_fault.rule}"
    message = STATUS_MESSAGES.get(status, job.plan.msg_code.message)
    return FaxStatus(status, message, as_json(call.account.ledger.tell()))


SEND_FAX = Operation(
    "send_fax",
    "send a fax",
    ("GET", "POST"),
    "/fax",
    send_fax,
    SendFax,
    (FAX_NUMBER, DOCUMENT_ID),
)
FAX_STATUS = Operation(
    "fax_status",
    "what became of it",
    ("GET",),
    "/fax/{fax_job_id}/status",
    fax_status,
    FaxStatus,
    (FAX_JOB_ID,),
)
