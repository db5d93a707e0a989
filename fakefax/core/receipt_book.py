"""The life of a notice: issued, attempted, tried again, acknowledged or expired."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Protocol

from fakefax.core.clock import Clock
from fakefax.core.forms import Body
from fakefax.core.journal import Detail, Journal, Kind
from fakefax.core.models import Account, FaxJob
from fakefax.core.notices import Answer, Attempt, Notice, ReceiptState
from fakefax.core.receipts import Receipt, RetryPolicy, status_text
from fakefax.core.received_faxes import ReceivedFax, ReceivedFaxNotice


class Post(Protocol):
    """Something that posts a body to a URL, holds the clock meanwhile, and reports once how it went."""

    def __call__(self, name: str, url: str, body: Body, done: Callable[[Answer], None]) -> None: ...


class ResendRefused(Exception):
    """A notice that cannot be sent once more now; the message says why."""


class ReceiptBook:
    """Issues the receipts of a sandbox, and the callbacks of its received faxes, and carries each to its end."""

    def __init__(
        self,
        clock: Clock,
        journal: Journal,
        policy: RetryPolicy,
        accounts: Mapping[str, Account],
        post: Post,
    ) -> None:
        self._clock = clock
        self._journal = journal
        self._policy = policy
        self._accounts = accounts
        self._post = post

    def issue(self, job: FaxJob, due: datetime) -> None:
        """Make the receipt of a job that has ended, and its first attempt at once."""
        job.receipt = Receipt(due, job)
        self._attempt(job.receipt, due)

    def issue_received(self, fax: ReceivedFax, due: datetime) -> ReceivedFaxNotice:
        """Call the account's received_fax_url with a fax that arrived at `due`, and again as with a receipt.

        Keep what is returned beside the fax: it has the state and the attempts, and it is what can be resent.
        Without a received_fax_url nothing is posted, and the journal says so with the cure.
        """
        notice = ReceivedFaxNotice(due, fax)
        self._attempt(notice, due)
        return notice

    def resend(self, job: FaxJob) -> None:
        """Attempt a receipt once more now, beside its schedule; an acknowledgement ends the schedule.

        Raises ResendRefused while the fax is under way or an attempt is in flight, or without a callback URL.
        """
        if job.receipt is None:
            raise ResendRefused(f"fax job {job.fax_job_id} has not ended yet, so it has no receipt to send")
        self.resend_notice(job.receipt)

    def resend_notice(self, notice: Notice) -> None:
        """Attempt a notice of either type once more now, as `resend` does with a receipt."""
        if notice.in_flight:
            raise ResendRefused(f"an attempt of {notice} is in flight")
        url = self._url_of(notice)
        if url is None:
            raise ResendRefused(notice.type.no_url)
        self._send(notice, url, self._clock.now, scheduled=False)

    def _url_of(self, notice: Notice) -> str | None:
        return notice.url(self._accounts[notice.api_key])

    def _attempt(self, notice: Notice, due: datetime) -> None:
        """The next attempt of the schedule has come due."""
        notice.timer = None
        url = self._url_of(notice)
        if notice.in_flight:
            self._skip(notice, due, "a resend is in flight")
        elif url is not None:
            self._send(notice, url, due, scheduled=True)
        elif notice.attempts:
            self._skip(notice, due, notice.type.no_url)
        else:
            reason = f"{notice.type.no_url}, then POST {notice.type.resend_route.format(notice.number)}"
            self._close(notice, ReceiptState.NOT_SENT, notice.type.not_sent, {"reason": reason})

    def _skip(self, notice: Notice, due: datetime, reason: str) -> None:
        """Let an attempt of the schedule pass; the next one is made when it is due."""
        self._record(notice, notice.type.skipped, {"due": due, "reason": reason})
        self._schedule_next(notice)
        self._expire_if_over(notice)

    def _send(self, notice: Notice, url: str, due: datetime, *, scheduled: bool) -> None:
        notice.in_flight = True
        number = len(notice.attempts) + 1
        self._post(
            f"{notice}, attempt {number} to {url}",
            url,
            notice.body(),
            partial(self._answered, notice, url, due, self._clock.now, scheduled),
        )

    def _answered(
        self, notice: Notice, url: str, due: datetime, at: datetime, scheduled: bool, answer: Answer
    ) -> None:
        notice.in_flight = False
        failure = answer.failure or self._policy.refusal(answer.status_code or 0, notice.type.noun)
        if failure is None:
            self._acknowledge(notice)
        elif scheduled:
            self._schedule_next(notice)
        next_due = notice.timer.due if notice.timer else None
        attempt = Attempt(
            len(notice.attempts) + 1, due, at, url, answer.status_code, failure, answer.latency, next_due
        )
        notice.attempts.append(attempt)
        self._tell(notice, attempt)
        if failure is None:
            self._record(notice, notice.type.acknowledged, {"attempt": attempt.number})
        self._expire_if_over(notice)
        if notice.timer is None:
            notice.settle()

    def _acknowledge(self, notice: Notice) -> None:
        notice.state = ReceiptState.ACKNOWLEDGED
        if notice.timer is not None:
            self._clock.cancel(notice.timer)
            notice.timer = None

    def _schedule_next(self, notice: Notice) -> None:
        """From the due time of the first attempt, whatever the answers took, so that nothing drifts."""
        notice.scheduled += 1
        due = self._policy.due(notice.first_due, notice.scheduled + 1)
        if due is not None:
            name = f"{notice}, attempt {notice.scheduled + 1}"
            notice.timer = self._clock.call_at(due, name, partial(self._attempt, notice))

    def _expire_if_over(self, notice: Notice) -> None:
        """A notice that is not acknowledged, and for which nothing is due or in flight any more, has expired."""
        if notice.state is ReceiptState.PENDING and notice.timer is None and not notice.in_flight:
            told = {"attempts": len(notice.attempts)}
            self._close(notice, ReceiptState.EXPIRED, notice.type.expired, told)

    def _close(self, notice: Notice, state: ReceiptState, kind: Kind, told: Detail) -> None:
        notice.state = state
        notice.closed_at = self._clock.now
        self._record(notice, kind, told)

    def _tell(self, notice: Notice, attempt: Attempt) -> None:
        following = f"again at {attempt.next_due:%Y-%m-%d %H:%M:%S}" if attempt.next_due else "no further attempt"
        detail = {
            "attempt": attempt.number,
            "due": attempt.due,
            "url": attempt.url,
            "status_code": attempt.status_code,
            "result": attempt.failure or status_text(attempt.status_code or 0),
            "next_due": attempt.next_due,
            "following": following,
        }
        self._record(notice, notice.type.attempt, detail)

    def _record(self, notice: Notice, kind: Kind, detail: Detail) -> None:
        self._journal.record(self._clock.now, kind, {**notice.named, **detail}, notice.api_key, notice.fax_job_id)
