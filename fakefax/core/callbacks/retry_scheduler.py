"""The life of a callback: issued, attempted, tried again, acknowledged or expired."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from fakefax.core.callbacks.callback import Answer, Attempt, Callback, ReceiptState, WhyNotSent
from fakefax.core.callbacks.exchanges import Exchanges
from fakefax.core.callbacks.fault_injection import NO_FAULT, Delivery, FaultInjector, Post
from fakefax.core.callbacks.log import CallbackLog
from fakefax.core.callbacks.receipts import Receipt, RetryPolicy, subject_of
from fakefax.core.callbacks.received_faxes import ReceivedFax, ReceivedFaxCallback
from fakefax.core.clock import Clock
from fakefax.core.decisions import CallbackSubject, Decision, DecisionPoint
from fakefax.core.delayed_responses import ReplyGate
from fakefax.core.faults.callback_faults import CallbackFault
from fakefax.core.journal import Detail, Journal, Kind
from fakefax.core.models import Account, FaxJob

DecideCallback = Callable[[CallbackSubject], Decision[CallbackFault] | None]
"""Decides the faults of an attempt. Called once for each, because a call may use a rule up.

It is `SandboxRules.decide_callback` (scenario/rules).
"""

ConcernCallbacks = Callable[[str], bool]
"""Whether any rule may be about callbacks of a fax number; if not, DecideCallback is not called for them.

It is `SandboxRules.concern_callbacks`.
"""

ReceiptSettled = Callable[[FaxJob], None]
"""Called with each job whose receipt needs nothing more; called again after a resend.

It is `Retention.receipt_settled` (core/billing/retention.py).
"""


class ResendRefused(Exception):
    """A callback that cannot be sent once more now; the message says why."""


class RetryScheduler:
    """Makes the attempts at all callbacks of a sandbox, from the first one on.

    A receipt is issued when its fax has ended, another callback when a fax has arrived; its first attempt is made
    at once. Each attempt gets the faults that rules decide for it, and goes to the `injector`, which posts it. Its
    answer comes back to `_record_answer`: the callback is acknowledged, tried again by the `policy`, or expired.
    """

    def __init__(
        self,
        clock: Clock,
        journal: Journal,
        policy: RetryPolicy,
        accounts: Mapping[str, Account],
        post: Post,
        decide_callback: DecideCallback = lambda _: None,
        concern_callbacks: ConcernCallbacks = lambda _: True,
        receipt_settled: ReceiptSettled = lambda _: None,
    ) -> None:
        self._clock = clock
        self._log = CallbackLog(clock, journal)
        self._policy = policy
        self._accounts = accounts
        self._decide_callback = decide_callback
        self._concern_callbacks = concern_callbacks
        self._receipt_settled = receipt_settled
        self.injector = FaultInjector(clock, policy, post, self._find_url_or_skip, self._record_answer, self._note)
        self.held_answers = ReplyGate()
        """The answers to sends that a rule holds back until the receipt has been attempted."""
        self.exchanges = Exchanges()

    def close(self) -> None:
        """Issue and attempt nothing more, and end the wait for attempts in progress."""
        self.held_answers.close()
        self.injector.close()
        self._decide_callback = lambda _: None
        self._concern_callbacks = lambda _: False
        self._receipt_settled = lambda _: None

    def decide_at_send(self, job: FaxJob) -> CallbackFault | None:
        """Evaluate the rules about the send when a fax is accepted; keep and record the decision."""
        if not self._concern_callbacks(job.fax_number):
            return None
        decision = self._decide_callback(subject_of(job, 1, DecisionPoint.SEND))
        if decision is None:
            return None
        job.callback_fault = decision
        for name, entry, value in decision.action:
            if entry.of_send:
                self._log.fault_at_send(job, decision, name, entry.describe(value))
        return decision.action

    def issue(self, job: FaxJob, due: datetime) -> None:
        """Make the receipt of a job that has ended, and its first attempt at once."""
        job.receipt = Receipt(job, first_due=due)
        self._attempt(job.receipt, due)

    def issue_received(self, fax: ReceivedFax, due: datetime) -> ReceivedFaxCallback:
        """Call the account's received_fax_url with a fax that arrived at `due`, and again as with a receipt.

        Keep what is returned beside the fax: it has the state and the attempts, and it is what can be resent.
        Without a received_fax_url nothing is posted, and the journal says so with the cure.
        """
        callback = ReceivedFaxCallback(fax, first_due=due)
        self._attempt(callback, due)
        return callback

    def resend(self, job: FaxJob) -> None:
        """Attempt a receipt once more now, beside its schedule; an acknowledgement ends the schedule.

        Raises ResendRefused while the fax is under way or an attempt is in flight, or without a callback URL.
        """
        if job.receipt is None:
            raise ResendRefused(f"fax job {job.fax_job_id} has not ended yet, so it has no receipt to send")
        self.resend_callback(job.receipt)

    def resend_callback(self, callback: Callback) -> None:
        """Attempt a callback of either type once more now, as `resend` does with a receipt."""
        if callback.in_flight:
            raise ResendRefused(f"an attempt of {callback} is in flight")
        url = self._url_of(callback)
        if url is None:
            raise ResendRefused(callback.type.no_url)
        self.injector.deliver(Delivery(callback, _next_attempt(callback), self._clock.now, scheduled=False))

    def _url_of(self, callback: Callback) -> str | None:
        return callback.url(self._accounts[callback.api_key])

    def _attempt(self, callback: Callback, due: datetime) -> None:
        """The next attempt of the schedule has come due."""
        callback.timer = None
        url = self._find_url_or_skip(callback, due)
        if url is None:
            return
        delivery = Delivery(callback, _next_attempt(callback), due, scheduled=True)
        at_send = callback.decided if delivery.attempt == 1 else None
        if at_send is not None and at_send.action.of_attempt:
            delivery.decision = at_send
        elif self._concern_callbacks(callback.fax_number):
            delivery.decision = self._decide_callback(callback.subject(delivery.attempt)) or NO_FAULT
        if delivery.decision is NO_FAULT:
            self.injector.deliver_to(delivery, url)
        else:
            self.injector.start(delivery)

    def _find_url_or_skip(self, callback: Callback, due: datetime) -> str | None:
        """Find the URL of an attempt that is due. Without one, or during a resend, skip the attempt.

        Returns None if it is skipped; then the next one is scheduled, or the callback is closed.
        """
        url = self._url_of(callback)
        if callback.in_flight:
            self._skip(callback, due, "a resend is in flight")
        elif url is not None:
            return url
        elif callback.attempts:
            self._skip(callback, due, callback.type.no_url)
        else:
            why = WhyNotSent(callback.type, callback.fax_id)
            self._close(callback, ReceiptState.NOT_SENT, callback.type.not_sent, why)
            self._settle(callback)
        return None

    def _skip(self, callback: Callback, due: datetime, reason: str) -> None:
        """Skip an attempt of the schedule. The next one is made when due."""
        self._log.record(callback, callback.type.skipped, {"due": due, "reason": reason})
        self._schedule_next(callback)
        self._expire_if_over(callback)
        self._settle(callback)

    def _record_answer(self, delivery: Delivery, answer: Answer) -> None:
        """Record the answer to an attempt: acknowledged, to be tried again, or expired."""
        callback = delivery.callback
        failure = answer.failure or self._policy.refusal(answer.status_code or 0, callback.type.noun)
        if answer.hint is not None and delivery.attempt == 1:
            failure = f"{failure}; {answer.hint}"
        if failure is None:
            self._acknowledge(callback)
        elif delivery.scheduled and not callback.in_flight and callback.state is ReceiptState.PENDING:
            self._schedule_next(callback)
        attempt = Attempt(
            delivery.attempt,
            delivery.due,
            delivery.at or self._clock.now,
            delivery.url,
            answer.status_code,
            failure,
            answer.latency,
            callback.timer.due if callback.timer else None,
            answer.lost,
            self.exchanges.keep(answer.head, delivery.changed, answer.response),
        )
        callback.attempts += (attempt,)
        self._log.attempt(callback, attempt)
        self._expire_if_over(callback)
        if not callback.in_flight:
            self.held_answers.release(callback)
            self._settle(callback)

    def _settle(self, callback: Callback) -> None:
        """Settle the callback if it needs nothing more."""
        if callback.timer is None and not callback.in_flight and callback.state is not ReceiptState.PENDING:
            callback.settle()
            if isinstance(callback, Receipt):
                self._receipt_settled(callback.job)

    def _acknowledge(self, callback: Callback) -> None:
        callback.state = ReceiptState.ACKNOWLEDGED
        if callback.timer is not None:
            self._clock.cancel(callback.timer)
            self.injector.call_off(callback.timer)
            callback.timer = None

    def _schedule_next(self, callback: Callback) -> None:
        """Schedule the next attempt, counted from the first one's due time so that nothing drifts."""
        callback.scheduled += 1
        due = self._policy.due(callback.first_due, callback.scheduled + 1)
        if due is not None:
            attempt = partial(self._attempt, callback)
            callback.timer = self._clock.call_at(due, _following(callback), attempt)

    def put_back(self, callback: Callback, due: datetime, order: int) -> None:
        """Make the next attempt at a callback of another run at its time."""
        attempt = partial(self._attempt, callback)
        callback.timer = self._clock.put_back(due, order, _following(callback), attempt)

    def _expire_if_over(self, callback: Callback) -> None:
        """Expire a callback that is not acknowledged and has nothing due or in flight."""
        if callback.state is ReceiptState.PENDING and callback.timer is None and not callback.in_flight:
            details = {"attempts": len(callback.attempts)}
            self._close(callback, ReceiptState.EXPIRED, callback.type.expired, details)

    def _close(
        self, callback: Callback, state: ReceiptState, kind: Kind, details: Detail | Callable[[], Detail]
    ) -> None:
        callback.state = state
        callback.closed_at = self._log.record(callback, kind, details)

    def _note(self, delivery: Delivery, fault: str, what: str) -> None:
        self._log.fault(delivery.callback, delivery.attempt, delivery.decision, fault, what)


def _following(callback: Callback) -> str:
    return f"{callback}, attempt {callback.scheduled + 1}"


def _next_attempt(callback: Callback) -> int:
    """The number of the next attempt, counted from 1; resends count too."""
    return callback.attempts[-1].number + 1 if callback.attempts else 1
