"""A request as the rules of `requests` see it."""

from fakefax.api.call import Call
from fakefax.core.faults import RequestSubject
from fakefax.core.refusals import Refusal


def subject_of(operation: str, call: Call, headers: tuple[str, ...]) -> RequestSubject:
    """The request, its number and document as sending would read them; of a fax job's request, those of the job.

    `headers` are the names of those that matter.
    """
    fax_number, document_id = _named(call)
    return RequestSubject(
        operation,
        call.request.method,
        call.account.api_key,
        fax_number,
        document_id,
        {name: call.request.headers[name] for name in headers if name in call.request.headers},
        call.sandbox.clock.now,
    )


def _named(call: Call) -> tuple[str | None, int | None]:
    if "fax_job_id" in call.path:
        try:
            job = call.sandbox.store.fax_job(call.path["fax_job_id"], call.account.api_key)
        except Refusal:
            return None, None
        return job.fax_number, job.document_id
    return _fax_number(call), _document_id(call)


def _fax_number(call: Call) -> str | None:
    try:
        return call.params.fax_number() if "fax_number" in call.params.values else None
    except Refusal:
        return None


def _document_id(call: Call) -> int | None:
    params = call.params
    if "document_id" in call.path:
        params = params._replace(values={"document_id": call.path["document_id"]})
    try:
        return params.identifier("document_id") if "document_id" in params.values else None
    except Refusal:
        return None
