"""The fax jobs of an account: listed, searched, in pages, one by one, now or as they were."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from fakefax.control.attempt_views import ATTEMPTS, AttemptStyle, one_attempt
from fakefax.control.call import BadInput, Body, ControlCall
from fakefax.control.fax_views import (
    FIELDS,
    Shown,
    fax_detail,
    fax_fields,
    fax_summary,
    searched,
)
from fakefax.control.long_answers import LongAnswer, in_slices
from fakefax.control.moments import AS_OF, past
from fakefax.control.schemas import moment_view
from fakefax.core.errors import UnknownFaxJob
from fakefax.core.fax_search import TWICE, SearchError, parse
from fakefax.core.history import Past
from fakefax.core.models import FaxJob
from fakefax.core.msg_codes import JobState
from fakefax.core.real_time import breathe
from fakefax.schemas import FaxDetail, FaxDetailList, FaxFieldsList, FaxList, FullAttempt
from fakefax.values.numbers import number_pattern
from fakefax.values.patterns import wildcard

BATCH = 500
"""Faxes that are looked through between two breaths of the event loop."""

SHOWN_QUERY = {
    "attempts": ATTEMPTS,
    "fields": f"Only these, with commas between them: {', '.join(FIELDS)}.",
    "as_of": AS_OF,
}
QUERY = {
    "status": "Only jobs of this state.",
    "fax_number": "Only jobs to this number; `*` fits any digits.",
    "q": "Only jobs that this search finds, such as `to:+44* is:busy|pending cost:>1`.",
    "detail": "`true` shows each job with timeline and attempts.",
    "order": "`oldest` first, or `newest`.",
    "limit": "At most so many.",
    "after": "Only those that come after this fax_job_id in this order.",
    **SHOWN_QUERY,
}

Keep = Callable[[FaxJob], bool]


async def index(call: ControlCall) -> LongAnswer[FaxList | FaxDetailList | FaxFieldsList]:
    """GET faxes"""
    detail = call.choice("detail", ("false", "true")) == "true"
    newest = call.choice("order", ("oldest", "newest")) == "newest"
    limit, after = call.number("limit"), call.number("after")
    names = _names(call)
    shown, then = await _shown(call), past(call)
    jobs = call.sandbox.fax_jobs(call.account)
    found = await _found(jobs[::-1] if newest else jobs, then, list(_filters(call, shown)))
    page = found if after is None else list(_following(found, after, newest=newest))
    more = limit is not None and len(page) > limit
    page = page[:limit]
    counts = call.sandbox.store.count_evicted(call.account.api_key), len(found), more, moment_view(then)
    if names is not None:
        chosen = (fax_fields(job, names, shown) for job in page)
        return LongAnswer(FaxFieldsList([], *counts), faxes=chosen)
    if detail:
        return LongAnswer(FaxDetailList([], *counts), faxes=map(fax_detail, page))
    return LongAnswer(FaxList([], *counts), faxes=map(fax_summary, page))


async def _shown(call: ControlCall) -> Shown:
    """How faxes are shown; the audit runs only if double charges are asked for."""
    names = call.names("fields", FIELDS)
    twice: frozenset[int] = frozenset()
    if (names is not None and TWICE in names) or TWICE in call.query.get("q", ""):
        report = await in_slices(call.sandbox.audit_steps(call.account), call.turn)
        twice = frozenset(fax_job_id for double in report.double_charges for fax_job_id in double.fax_job_ids)
    return Shown(AttemptStyle(call.choice("attempts", tuple(AttemptStyle))), twice)


def _names(call: ControlCall) -> Sequence[str] | None:
    """The fields that were asked for; None for the usual ones. Raises BadInput."""
    names = call.names("fields", FIELDS)
    if names is None and call.query.get("attempts", AttemptStyle.PLAIN) != AttemptStyle.PLAIN:
        return FIELDS[:-1]
    return names


def _filters(call: ControlCall, shown: Shown) -> Iterator[Keep]:
    """The conditions of a request on the faxes that it lists. Raises BadInput."""
    status = call.query.get("status")
    if status is not None:
        if status not in list(JobState):
            raise BadInput(f"status {status!r} is none of {', '.join(JobState)}")
        yield lambda job: job.status == status
    pattern = call.query.get("fax_number")
    if pattern is not None:
        whole = number_pattern(pattern)
        if whole is None:
            raise BadInput(f'fax_number {pattern!r} is not a number or a pattern such as "+44*"')
        fits = wildcard(whole)
        yield lambda job: fits(job.fax_number)
    text = call.query.get("q")
    if text is not None:
        try:
            query = parse(text)
        except SearchError as error:
            raise BadInput(f"q: {error}") from None
        yield lambda job: query.fits(searched(job, shown.twice))


async def _found(jobs: Sequence[FaxJob], then: Past | None, keep: Sequence[Keep]) -> list[FaxJob]:
    """The jobs that fit, as they were then; others get their turn meanwhile."""
    found: list[FaxJob] = []
    for begin in range(0, len(jobs), BATCH):
        batch = jobs[begin : begin + BATCH]
        of_then = batch if then is None else then.fax_jobs(batch)
        found += [job for job in of_then if all(fits(job) for fits in keep)]
        if keep or then is not None:
            await breathe()
    return found


def _following(jobs: Sequence[FaxJob], after: int, *, newest: bool) -> Iterator[FaxJob]:
    """The jobs after a fax_job_id, whether that one exists or not."""
    if newest:
        return (job for job in jobs if job.fax_job_id < after)
    return (job for job in jobs if job.fax_job_id > after)


async def show(call: ControlCall) -> FaxDetail | dict[str, Any]:
    """GET faxes/{fax_job_id}"""
    names = _names(call)
    shown, then = await _shown(call), past(call)
    job = _job(call)
    if then is not None:
        was = then.fax_job(job)
        if was is None:
            accepted = f"it was at entry {job.journal_seq}"
            raise UnknownFaxJob(f"fax job {job.fax_job_id} had not been accepted then; {accepted}")
        job = was
    return fax_detail(job) if names is None else fax_fields(job, names, shown)


async def attempt(call: ControlCall) -> FullAttempt:
    """GET faxes/{fax_job_id}/attempts/{attempt}"""
    return one_attempt(_job(call).receipt, call.path["attempt"])


async def resend(call: ControlCall, body: Body) -> FaxDetail:
    """POST faxes/{fax_job_id}/resend"""
    job = _job(call)
    call.sandbox.retry_scheduler.resend(job)
    return fax_detail(job)


def _job(call: ControlCall) -> FaxJob:
    return call.sandbox.store.fax_job(call.path["fax_job_id"], call.account.api_key)
