"""The life of a delivery receipt: issued, attempted, tried again, acknowledged or expired."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Protocol

from fakefax.core.clock import Clock
from fakefax.core.journal import Detail, Journal, Kind
from fakefax.core.models import Account, FaxJob
from fakefax.core.receipts import Answer, Attempt, Receipt, ReceiptState, RetryPolicy, status_text

NO_CALLBACK_URL = (
    "no callback URL is set for this key; set callback_url in the scenario, or PATCH /_fakefax/account"
)


NEVER_SENT = NO_CALLBACK_URL + ", then POST /_fakefax/faxes/{fax_job_id}/resend"


class Post(Protocol):
    """Something that posts form fields to a URL, holds the clock meanwhile, and reports once how it went."""

    def __call__(self, name: str, url: str, fields: Mapping[str, str], done: Callable[[Answer], None]) -> None: ...


class ResendRefused(Exception):
    """A receipt that cannot be sent once more now; the message says why."""


class ReceiptBook:
    """Issues the receipts of a sandbox and carries each through its retries."""

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
        job.receipt = Receipt(job.fax_job_id, job.order.api_key, job.plan.msg_code, first_due=due)
        self._attempt(job.receipt, due)

    def resend(self, job: FaxJob) -> None:
        """Attempt a receipt once more now, beside its schedule; an acknowledgement ends the schedule.

        Raises ResendRefused while the fax is under way or an attempt is in flight, or without a callback URL.
        """
        receipt = job.receipt
        if receipt is None:
            raise ResendRefused(f"fax job {job.fax_job_id} has not ended yet, so it has no receipt to send")
        if receipt.in_flight:
            raise ResendRefused(f"an attempt of receipt {job.fax_job_id} is in flight")
        url = self._accounts[receipt.api_key].callback_url
        if url is None:
            raise ResendRefused(NO_CALLBACK_URL)
        self._send(receipt, url, self._clock.now, scheduled=False)

    def _attempt(self, receipt: Receipt, due: datetime) -> None:
        """The next attempt of the schedule has come due."""
        receipt.timer = None
        url = self._accounts[receipt.api_key].callback_url
        if receipt.in_flight:
            self._skip(receipt, due, "a resend is in flight")
        elif url is not None:
            self._send(receipt, url, due, scheduled=True)
        elif receipt.attempts:
            self._skip(receipt, due, NO_CALLBACK_URL)
        else:
            self._close(
                receipt,
                ReceiptState.NOT_SENT,
                Kind.RECEIPT_NOT_SENT,
                {"reason": NEVER_SENT.format(fax_job_id=receipt.fax_job_id)},
            )

    def _skip(self, receipt: Receipt, due: datetime, reason: str) -> None:
        """Let an attempt of the schedule pass; the next one is made when it is due."""
        self._record(receipt, Kind.RECEIPT_SKIPPED, {"due": due, "reason": reason})
        self._schedule_next(receipt)
        self._expire_if_over(receipt)

    def _send(self, receipt: Receipt, url: str, due: datetime, *, scheduled: bool) -> None:
        receipt.in_flight = True
        number = len(receipt.attempts) + 1
        self._post(
            f"receipt {receipt.fax_job_id}, attempt {number} to {url}",
            url,
            receipt.fields,
            partial(self._answered, receipt, url, due, self._clock.now, scheduled),
        )

    def _answered(
        self, receipt: Receipt, url: str, due: datetime, at: datetime, scheduled: bool, answer: Answer
    ) -> None:
        receipt.in_flight = False
        failure = answer.failure or self._policy.refusal(answer.status_code or 0)
        if failure is None:
            self._acknowledge(receipt)
        elif scheduled:
            self._schedule_next(receipt)
        next_due = receipt.timer.due if receipt.timer else None
        attempt = Attempt(
            len(receipt.attempts) + 1, due, at, url, answer.status_code, failure, answer.latency, next_due
        )
        receipt.attempts.append(attempt)
        self._tell(receipt, attempt)
        if failure is None:
            self._record(receipt, Kind.RECEIPT_ACKNOWLEDGED, {"attempt": attempt.number})
        self._expire_if_over(receipt)

    def _acknowledge(self, receipt: Receipt) -> None:
        receipt.state = ReceiptState.ACKNOWLEDGED
        if receipt.timer is not None:
            self._clock.cancel(receipt.timer)
            receipt.timer = None

    def _schedule_next(self, receipt: Receipt) -> None:
        """From the due time of the first attempt, whatever the answers took, so that nothing drifts."""
        receipt.scheduled += 1
        due = self._policy.due(receipt.first_due, receipt.scheduled + 1)
        if due is not None:
            name = f"receipt {receipt.fax_job_id}, attempt {receipt.scheduled + 1}"
            receipt.timer = self._clock.call_at(due, name, partial(self._attempt, receipt))

    def _expire_if_over(self, receipt: Receipt) -> None:
        """A receipt that is not acknowledged, and for which nothing is due or in flight any more, has expired."""
        if receipt.state is ReceiptState.PENDING and receipt.timer is None and not receipt.in_flight:
            told = {"attempts": len(receipt.attempts)}
            self._close(receipt, ReceiptState.EXPIRED, Kind.RECEIPT_EXPIRED, told)

    def _close(self, receipt: Receipt, state: ReceiptState, kind: Kind, told: Detail) -> None:
        receipt.state = state
        receipt.closed_at = self._clock.now
        self._record(receipt, kind, told)

    def _tell(self, receipt: Receipt, attempt: Attempt) -> None:
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
        self._record(receipt, Kind.RECEIPT_ATTEMPT, detail)

    def _record(self, receipt: Receipt, kind: Kind, detail: Detail) -> None:
        self._journal.record(self._clock.now, kind, detail, receipt.api_key, receipt.fax_job_id)
