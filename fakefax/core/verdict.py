"""The verdict: the mistakes of a program in Fax.to's eyes, reported at the end of a test."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from fakefax.core.billing.audit import AuditReport
from fakefax.core.callbacks.callback import Attempt, Callback, ReceiptState
from fakefax.core.journal import Entry, Kind
from fakefax.values.verdict_parts import Part


class Finding(Struct, frozen=True):
    """One mistake of the program. `url` is the callback URL that it is about."""

    part: Part
    message: str
    fax_job_id: int | None
    url: str | None


STEP = 250
"""Callbacks or entries that are looked at between two pauses."""


def findings(
    callbacks: Iterable[Callback], journal: Iterable[Entry], report: AuditReport
) -> Iterator[Finding | None]:
    """All findings: callbacks first, then requests, then money. None is a moment to pause at."""
    for number, callback in enumerate(callbacks):
        if not number % STEP:
            yield None
        yield from _of_callback(callback)
    for number, entry in enumerate(journal):
        if not number % STEP:
            yield None
        if entry.kind is Kind.REQUEST_REFUSED and entry.detail.get("malformed"):
            yield Finding(Part.MALFORMED, f"a request was refused as malformed: {entry.message}", None, None)
    for problem in report.problems:
        yield Finding(Part.AUDIT, f"the books are wrong: {problem}", None, None)
    for double in report.double_charges:
        jobs = ", ".join(map(str, double.fax_job_ids))
        were = "was" if len(double.document_ids) == 1 else "were"
        yield Finding(
            Part.DOUBLE_CHARGE, f"{double.text} {were} sent and paid more than once: fax jobs {jobs}", None, None
        )


def _of_callback(callback: Callback) -> Iterator[Finding]:
    """Findings about one callback. An attempt that is not due yet, or had no URL, is not a failure."""
    failed = [attempt for attempt in callback.attempts if attempt.failure is not None and not attempt.lost]
    nearly = [attempt for attempt in failed if _nearly(attempt)]
    if nearly:
        last = nearly[-1]
        yield Finding(
            Part.NOT_200,
            f"{last.url} answered {callback.phrase} with {last.failure}; Fax.to would go on for 48 hours",
            callback.fax_job_id,
            last.url,
        )
    if failed and len(nearly) < len(failed) and callback.state is not ReceiptState.ACKNOWLEDGED:
        last = failed[-1]
        times = "once" if len(failed) == 1 else f"{len(failed)} times"
        yield Finding(
            Part.UNACKNOWLEDGED,
            f"{callback.phrase} was posted {times} to {last.url} and never acknowledged; "
            f"the last answer: {last.failure}",
            callback.fax_job_id,
            last.url,
        )


def _nearly(attempt: Attempt) -> bool:
    """True for a 2xx answer that Fax.to does not accept."""
    return attempt.status_code is not None and 200 <= attempt.status_code < 300
