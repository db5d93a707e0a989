"""Send a fax, and ask for its status."""

import msgspec

from fakefax.api.call import Call
from fakefax.api.files import FILE
from fakefax.api.history import FAX_HISTORY, asks_for_history
from fakefax.api.operation import READS, Instead, Operation, Parameter, Place, ValueKind
from fakefax.core.msg_codes import JobState
from fakefax.sandbox.uploads import Upload
from fakefax.values.money import Money, as_json

STATUS_MESSAGES = {
    JobState.EXECUTED: "The fax job is executed and in the process of sending",
    JobState.SUCCESS: "Sent! Fax Has Been Answered.",
}
"""The first is the reference page's meaning of `executed`, the second its example; a failed fax says why."""

FAX_NUMBER = Parameter(
    "fax_number", "Where the fax goes.", ValueKind.FAX_NUMBER, required=True, example="+123456789"
)
DOCUMENT_ID = Parameter(
    "document_id", "The document to send; needed unless a file is given.", ValueKind.WHOLE_NUMBER, example="10"
)
DELETE_FILE = Parameter(
    "delete_file", "1 deletes the document when its fax has ended.", ValueKind.FLAG, example="0"
)
TSI_NUMBER = Parameter("tsi_number", "The sender's number or text.", example="+123456789")
MAX_TSI_LENGTH = 100
"""Characters of a tsi_number."""
NO_COUNTRY = "no country code begins with 0: was the number written without its own?"
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
    """The status of a fax."""

    status: JobState
    message: str
    user_cash_balance: Money


async def send_fax(call: Call) -> SendFax:
    """GET or POST /fax (documented). The file may be uploaded in the same step (seen of v1 clients)."""
    params, account = call.params, call.account
    fax_number = params.fax_number()
    tsi_number = params.short_text("tsi_number", MAX_TSI_LENGTH)
    delete_file = params.flag("delete_file")
    if "file" in params.files and not params.has("document_id"):
        sent = params.file("file")
        upload = Upload(sent.filename, sent.content)
        job = await call.sandbox.send_file(
            account, fax_number, upload, tsi_number=tsi_number, delete_file=delete_file
        )
    else:
        document_id = params.identifier("document_id")
        job = call.sandbox.send(account, fax_number, document_id, tsi_number=tsi_number, delete_file=delete_file)
    call.reason = job.plan.rule
    if job.order.fax_number.startswith("+0"):
        call.reason += f"; {NO_COUNTRY}"
    call.fax_job_id = job.fax_job_id
    if job.callback_fault is not None:
        await call.sandbox.wait_for_early_receipt(job, job.callback_fault.action)
    balance = account.ledger.report()
    return SendFax(JobState.EXECUTED, job.fax_job_id, as_json(balance), as_json(job.cost))


async def fax_status(call: Call) -> FaxStatus:
    """GET /fax/{fax_job_id}/status (documented; what a pending or failed job says is assumed)."""
    job = call.sandbox.store.fax_job(call.path["fax_job_id"], call.account.api_key)
    call.fax_job_id = job.fax_job_id
    status = call.sandbox.polled_status(job)
    if status is not job.status and job.callback_fault is not None:
        call.reason = f"the fax is {job.status}; {job.callback_fault.rule}"
    message = STATUS_MESSAGES.get(status, job.plan.msg_code.message)
    return FaxStatus(status, message, as_json(call.account.ledger.report()))


SEND_FAX = Operation(
    "send_fax",
    "send a fax",
    ("GET", "POST"),
    "/fax",
    send_fax,
    SendFax,
    (FAX_NUMBER, DOCUMENT_ID, DELETE_FILE, TSI_NUMBER, FILE),
    uploads=True,
    instead=Instead(asks_for_history, FAX_HISTORY),
)
FAX_STATUS = Operation(
    "fax_status",
    "what became of it",
    READS,
    "/fax/{fax_job_id}/status",
    fax_status,
    FaxStatus,
    (FAX_JOB_ID,),
)
