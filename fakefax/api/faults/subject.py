"""A request as the rules of `requests` see it."""

from fakefax.api.call import Call
from fakefax.api.params import Params
from fakefax.core.decisions import Decision, RequestSubject
from fakefax.core.errors import Refusal
from fakefax.core.faults.request_faults import RequestFault
from fakefax.core.models import FaxJob


def fault_of(operation: str, call: Call) -> Decision[RequestFault] | None:
    """The fault of a request, if a rule applies. `call.misses` then lists the rules that nearly did.

    Its number and document are read as sending would read them; of a fax job's request they are those of the job.
    """
    rules = call.sandbox.rules.requests
    if not rules.listed:
        return None
    of_job = "fax_job_id" in call.path
    job = _job(call) if of_job else None
    fax_number = (job.fax_number if job else None) if of_job else _fax_number(call)
    if not rules.concern(fax_number):
        return None
    subject = RequestSubject(
        operation,
        call.request.method,
        call.account.api_key,
        fax_number,
        (job.document_id if job else None) if of_job else _document_id(call),
        {name: call.request.headers[name] for name in rules.headers if name in call.request.headers},
        call.sandbox.clock.now,
    )
    fault, call.misses = rules.decide_or_tell(subject)
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
