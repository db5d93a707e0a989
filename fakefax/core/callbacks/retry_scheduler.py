"""The life of a notice: issued, attempted, tried again, acknowledged or expired."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from fakefax.core.callbacks.callback import Answer, Attempt, Notice, ReceiptState
from fakefax.core.callbacks.fault_injection import POSTED_AS_EVER, Courier, Journey, Post
from fakefax.core.callbacks.log import CallbackLog
from fakefax.core.callbacks.receipts import Receipt, RetryPolicy, subject_of
from fakefax.core.callbacks.received_faxes import ReceivedFax, ReceivedFaxNotice
from fakefax.core.callbacks.replies import Replies
from fakefax.core.clock import Clock
from fakefax.core.decisions import Decision
from fakefax.core.faults import CallbackFault, CallbackSubject, Moment
from fakefax.core.journal import Detail, Journal, Kind
from fakefax.core.models import Account, FaxJob
from fakefax.values.durations import format_duration

DecideCallback = Callable[[CallbackSubject], Decision[CallbackFault] | None]
"""Says what goes wrong with an attempt. Asked once for each, since asking may use a rule up."""


Settled = Callable[[FaxJob], None]
"""Told of each job for whose receipt nothing more is to be done by itself; again after a resend."""


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
        decide: DecideCallback = lambda _: None,
        concern: Callable[[str], bool] = lambda _: True,
        settled: Settled = lambda _: None,
    ) -> None:
        """`concern` says whether any rule may be about callbacks of a number; only then is `decide` asked."""
        self._clock = clock
        self._log = CallbackLog(clock, journal)
        self._policy = policy
        self._accounts = accounts
        self._decide = decide
        self._concern = concern
        self._settled = settled
        self.courier = Courier(clock, policy, post, self._ready, self._arrived, self._note)
        self.replies = Replies()

    def decide_at_send(self, job: FaxJob) -> CallbackFault | None:
        """Ask the rules that are about the send itself, as a fax is accepted; keep and note what they decided."""
        decision = self._decide(subject_of(job, 1, Moment.SEND)) if self._concern(job.fax_number) else None
        if decision is None:
            return None
        job.callback_fault = decision
        fault = decision.action
        if fault.before_reply:
            self._log.fault_at_send(job, decision, "before_reply", "comes before the send is answered")
        if fault.poll is not None:
            by = format_duration(fault.poll_by)
            self._log.fault_at_send(job, decision, "poll", f"the status answer is {fault.poll} of it by {by}")
        return fault

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
        self.courier.deliver(Journey(notice, _next_number(notice), self._clock.now, scheduled=False))

    def _url_of(self, notice: Notice) -> str | None:
        return notice.url(self._accounts[notice.api_key])

    def _attempt(self, notice: Notice, due: datetime) -> None:
        """The next attempt of the schedule has come due."""
        notice.timer = None
        if self._ready(notice, due) is None:
            return
        journey = Journey(notice, _next_number(notice), due, scheduled=True)
        at_send = notice.decided if journey.number == 1 else None
        if at_send is not None and at_send.action.of_attempt:
            journey.decision = at_send
        else:
            journey.decision = self._decide(notice.subject(journey.number)) or POSTED_AS_EVER
        self.courier.take(journey)

    def _ready(self, notice: Notice, due: datetime) -> str | None:
        """Where an attempt goes now; None when it is not made, and then what follows is seen to."""
        url = self._url_of(notice)
        if notice.in_flight:
            self._skip(notice, due, "a resend is in flight")
        elif url is not None:
            return url
        elif notice.attempts:
            self._skip(notice, due, notice.type.no_url)
        else:
            self._close(notice, ReceiptState.NOT_SENT, notice.type.not_sent, notice.why_not_sent)
            self._settle(notice)
        return None

    def _skip(self, notice: Notice, due: datetime, reason: str) -> None:
        """Let an attempt of the schedule pass; the next one is made when it is due."""
        self._log.record(notice, notice.type.skipped, {"due": due, "reason": reason})
        self._schedule_next(notice)
        self._expire_if_over(notice)
        self._settle(notice)

    def _arrived(self, journey: Journey, answer: Answer) -> None:
        notice = journey.notice
        failure = answer.failure or self._policy.refusal(answer.status_code or 0, notice.type.noun)
        if answer.hint is not None and journey.number == 1:
            failure = f"{failure}; {answer.hint}"
        if failure is None:
            self._acknowledge(notice)
        elif journey.scheduled and not notice.in_flight and notice.state is ReceiptState.PENDING:
            self._schedule_next(notice)
        attempt = Attempt(
            journey.number,
            journey.due,
            journey.at or self._clock.now,
            journey.url,
            answer.status_code,
            failure,
            answer.latency,
            notice.timer.due if notice.timer else None,
            answer.lost,
        )
        notice.attempts += (attempt,)
        self._log.attempt(notice, attempt)
        if failure is None:
            self._log.record(notice, notice.type.acknowledged, {"attempt": attempt.number})
        self._expire_if_over(notice)
        if not notice.in_flight:
            self._over(notice)

    def _over(self, notice: Notice) -> None:
        self.replies.release(notice)
        self._settle(notice)

    def _settle(self, notice: Notice) -> None:
        """Let go of what was kept for it if nothing follows by itself any more."""
        if notice.timer is None and not notice.in_flight and notice.state is not ReceiptState.PENDING:
            notice.settle()
            if isinstance(notice, Receipt):
                self._settled(notice.job)

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

    def _close(self, notice: Notice, state: ReceiptState, kind: Kind, told: Detail | Callable[[], Detail]) -> None:
        notice.state = state
        notice.closed_at = self._log.record(notice, kind, told)

    def _note(self, journey: Journey, fault: str, what: str) -> None:
        self._log.fault(journey.notice, journey.number, journey.decision, fault, what)


def _next_number(notice: Notice) -> int:
    return notice.attempts[-1].number + 1 if notice.attempts else 1
