"""The fax jobs of an account, each with its timeline and the attempts at its receipt."""

from fakefax.control.call import BadInput, Body, ControlCall
from fakefax.control.schemas import fax_detail, fax_summary
from fakefax.core.models import FaxJob
from fakefax.core.msg_codes import JobState
from fakefax.scenario.rules.conditions import TextTest, pattern_test
from fakefax.schemas import FaxDetail, FaxDetailList, FaxList

QUERY = {
    "status": "Only jobs of this state.",
    "fax_number": "Only jobs to this number; `*` fits any digits.",
    "detail": "`true` shows each job with timeline and attempts.",
}


async def index(call: ControlCall) -> FaxList | FaxDetailList:
    """GET faxes?status=&fax_number=&detail="""
    detail = call.query.get("detail", "false")
    if detail not in ("true", "false"):
        raise BadInput(f"detail {detail!r} is neither true nor false")
    jobs = call.sandbox.fax_jobs(call.account)
    status = call.query.get("status")
    if status is not None:
        if status not in list(JobState):
            raise BadInput(f"status {status!r} is none of {', '.join(JobState)}")
        jobs = [job for job in jobs if job.status == status]
    pattern = call.query.get("fax_number")
    if pattern is not None:
        fits = _number_test(pattern)
        jobs = [job for job in jobs if fits(job.fax_number)]
    let_go = call.sandbox.store.count_evicted(call.account.api_key)
    if detail == "true":
        return FaxDetailList([fax_detail(job) for job in jobs], let_go)
    return FaxList([fax_summary(job) for job in jobs], let_go)


def _number_test(pattern: str) -> TextTest:
    """A number, with `*` for any digits; a plus may have come as a blank, or be left out."""
    whole = pattern if pattern.startswith("*") else "+" + pattern.lstrip("+ ")
    if not whole[1:].replace("*", "").isdecimal() and whole.strip("*"):
        raise BadInput(f'fax_number {pattern!r} is not a number or a pattern such as "+44*"')
    return pattern_test(whole)


async def show(call: ControlCall) -> FaxDetail:
    """GET faxes/{fax_job_id}"""
    return fax_detail(_job(call))


async def resend(call: ControlCall, body: Body) -> FaxDetail:
    """POST faxes/{fax_job_id}/resend"""
    job = _job(call)
    call.sandbox.receipts.resend(job)
    return fax_detail(job)


def _job(call: ControlCall) -> FaxJob:
    return call.sandbox.store.fax_job(call.path["fax_job_id"], call.account.api_key)
