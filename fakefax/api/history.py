"""The cost of a fax, and the history of faxes."""

from itertools import islice

import msgspec

from fakefax.api.call import Call
from fakefax.api.documents import PATH_ID, SUCCESS, path_document_id
from fakefax.api.operation import READS, Operation, Parameter, ValueKind
from fakefax.api.paging import PAGING, window
from fakefax.api.params import Params
from fakefax.api.reply import PhpTime, moment
from fakefax.core.models import FaxJob
from fakefax.core.msg_codes import JobState
from fakefax.values.money import Money, as_json

MAX_START = 10**16
"""The first row of the last page; no account has so many faxes."""

DESTINATION = Parameter(
    "fax_number", "Where the fax would go.", ValueKind.FAX_NUMBER, required=True, example="+123456789"
)


class Costs(msgspec.Struct):
    """The price of the fax."""

    status: str
    cost: Money


class HistoryRow(msgspec.Struct):
    """One fax; `recipient` has digits only, `status` is what the status answer says."""

    id: int
    created: PhpTime
    document_id: int
    document: str
    recipient: str
    status: JobState


class History(msgspec.Struct):
    """The faxes of an account, newest first."""

    status: str
    history: list[HistoryRow]


async def fax_costs(call: Call) -> Costs:
    """GET /fax/{document_id}/costs (documented)."""
    document = call.account.document(path_document_id(call))
    cost = call.sandbox.pricing.cost(call.params.fax_number(), document.pages)
    return Costs(SUCCESS, as_json(cost))


async def fax_history(call: Call) -> History:
    """GET /fax-history, and GET /fax without a number and a document (documented)."""
    asked = window(call.params)
    start = min((asked.page - 1) * asked.limit, MAX_START)
    jobs = islice(call.sandbox.store.newest_fax_jobs(call.account.api_key), start, start + asked.limit)
    return History(SUCCESS, [_row(job, call.sandbox.polled_status(job)) for job in jobs])


def asks_for_history(method: str, params: Params) -> bool:
    """Whether a request to /fax asks for the history, and does not send a fax.

    A request with a fax_number, a document_id or a file never does. Of the others, those with a limit or a page
    do, by GET or POST, and so does each GET that has no fax_number and no document_id, not even an empty one.
    """
    if params.has("fax_number") or params.has("document_id") or params.files:
        return False
    if params.has("limit") or params.has("page"):
        return True
    return method == "GET" and not {"fax_number", "document_id"} & params.values.keys()


def _row(job: FaxJob, status: JobState) -> HistoryRow:
    return HistoryRow(
        id=job.fax_job_id,
        created=moment(job.accepted_at),
        document_id=job.document_id,
        document=job.order.document.filename,
        recipient=job.fax_number.removeprefix("+"),
        status=status,
    )


FAX_COSTS = Operation(
    "fax_costs",
    "what a fax would cost",
    READS,
    "/fax/{document_id}/costs",
    fax_costs,
    Costs,
    (PATH_ID, DESTINATION),
)
FAX_HISTORY = Operation(
    "fax_history", "the faxes, newest first", READS, "/fax-history", fax_history, History, PAGING
)
