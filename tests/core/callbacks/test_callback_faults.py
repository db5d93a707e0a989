"""The faults of an attempt on its way: each does what it says, the schedule keeps its times, the journal has it."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from fakefax.core.callbacks.callback import Answer, ReceiptState
from fakefax.core.callbacks.receipts import NO_CALLBACK_URL, RetryPolicy
from fakefax.core.callbacks.retry_scheduler import DecideCallback
from fakefax.core.decisions import CallbackKind, CallbackSubject, Decision, DecisionPoint
from fakefax.core.faults.callback_faults import CallbackFault, StatusShift, callback_fault_maker
from fakefax.core.journal import Kind
from fakefax.core.msg_codes import MsgCode
from fakefax.core.randomness import RandomChoices
from fakefax.core.real_time import breathe
from tests.core.mailbox import FAILS, OK, URL, Mailbox, fax_job, receipt_of
from tests.core.time_tools import START, after

QUARTER = timedelta(minutes=15)
RULE = "callbacks[0] 'a rule'"


def strikes(fault: CallbackFault, where: Callable[[CallbackSubject], bool] = lambda _: True) -> DecideCallback:
    """A rule with this fault for the attempts that fit."""
    return lambda subject: Decision(fault, RULE, list) if where(subject) else None


def first(subject: CallbackSubject) -> bool:
    return subject.attempt == 1


def box(
    fault: CallbackFault, where: Callable[[CallbackSubject], bool] = lambda _: True, *answers: Answer
) -> Mailbox:
    """A mailbox with a rule, whose endpoint gives these answers, and then 200 OK for ever."""
    return Mailbox(
        answer=lambda nth: answers[nth - 1] if nth <= len(answers) else OK,
        decide=strikes(fault, lambda subject: subject.moment == "attempt" and where(subject)),
    )


async def test_a_dropped_attempt_is_never_posted_and_repeated_on_schedule():
    """Dropping the first attempt costs it and no more: the second is made 15 minutes later and acknowledged."""
    mailbox = box(CallbackFault(drop=True), first)
    receipt = receipt_of(mailbox.issue())
    await mailbox.clock.advance(timedelta(days=4))
    assert [posted.at for posted in mailbox.posted] == [after(900)]
    assert [(attempt.number, attempt.due, attempt.failure) for attempt in receipt.attempts] == [
        (1, START, f"dropped on the way ({RULE})"),
        (2, after(900), None),
    ]
    assert mailbox.reported() == [
        f"receipt 200, attempt 1: never posted; {RULE}",
        f"receipt 200, attempt 1 to {URL}: dropped on the way ({RULE}); again at 09:15:00",
        f"receipt 200, attempt 2 to {URL}: 200 OK; no further attempt",
        "receipt 200 acknowledged by attempt 2",
    ]


async def test_a_rule_that_drops_every_attempt_is_a_receipt_never_sent():
    """193 attempts come due and not one is posted; the receipt expires after 48 hours."""
    mailbox = box(CallbackFault(drop=True))
    receipt = receipt_of(mailbox.issue())
    await mailbox.clock.advance(timedelta(days=4))
    assert (mailbox.posted, len(receipt.attempts), receipt.state) == ([], 193, ReceiptState.EXPIRED)
    assert mailbox.clock.pending == 0


@pytest.mark.parametrize("minutes", [7, 15, 40])
async def test_a_delayed_attempt_moves_no_other(minutes: int):
    """The attempt is posted so much after it was due; those after it are made at their own times, or at once."""
    mailbox = box(CallbackFault(delay=timedelta(minutes=minutes)), first, FAILS, FAILS, FAILS)
    receipt = receipt_of(mailbox.issue())
    await mailbox.clock.advance(timedelta(days=4))
    dues = [after(900 * number) for number in range(4)]
    assert [attempt.due for attempt in receipt.attempts] == dues
    assert [attempt.at for attempt in receipt.attempts] == [max(after(60 * minutes), due) for due in dues]
    assert mailbox.reported(Kind.FAULT_CALLBACK) == [f"receipt 200, attempt 1: posted {minutes}m later; {RULE}"]


async def test_every_attempt_delayed_still_ends_with_the_last_one():
    """A delay of each attempt makes 193 of them all the same, the last one late, and then the receipt expires."""
    mailbox = Mailbox(answer=lambda _: FAILS, decide=strikes(CallbackFault(delay=timedelta(minutes=20))))
    receipt = receipt_of(mailbox.issue())
    await mailbox.clock.advance(timedelta(days=4))
    assert [attempt.due for attempt in receipt.attempts] == [START + number * QUARTER for number in range(193)]
    assert all(attempt.at - attempt.due == timedelta(minutes=20) for attempt in receipt.attempts)
    assert receipt.state == ReceiptState.EXPIRED


@pytest.mark.parametrize(
    ("answers", "due"), [((OK, OK), []), ((OK, FAILS), []), ((FAILS, OK), []), ((FAILS, FAILS), [after(900)])]
)
async def test_a_duplicate_is_the_same_attempt_once_more(answers: tuple[Answer, Answer], due: list[datetime]):
    """The same bytes are posted twice at once, whatever the first answer was; one acknowledgement is enough."""
    mailbox = box(CallbackFault(duplicate=True), first, *answers)
    receipt = receipt_of(mailbox.issue())
    one, two = mailbox.posted
    assert (one.body, one.at) == (two.body, two.at)
    assert [(attempt.number, attempt.due) for attempt in receipt.attempts] == [(1, START), (1, START)]
    assert [timer.at for timer in mailbox.clock.timers()] == due
    await mailbox.clock.advance(timedelta(days=4))
    assert receipt.state == ReceiptState.ACKNOWLEDGED
    assert [attempt.number for attempt in receipt.attempts] == [1, 1, *([2] if due else [])]


def test_a_duplicate_is_reported_with_its_cause():
    """The journal has both posts, and between them the rule that made the second."""
    mailbox = box(CallbackFault(duplicate=True), first, OK, FAILS)
    mailbox.issue()
    assert mailbox.reported() == [
        f"receipt 200, attempt 1 to {URL}: 200 OK; once more at once",
        "receipt 200 acknowledged by attempt 1",
        f"receipt 200, attempt 1: posted once more; {RULE}",
        f"receipt 200, attempt 1 to {URL}: 503 Service Unavailable; no further attempt",
    ]


async def test_a_lost_acknowledgement_lets_the_schedule_go_on():
    """The program said 200 and is called again 15 minutes later; the journal says that its 200 was lost."""
    mailbox = box(CallbackFault(lose_ack=True), first)
    receipt = receipt_of(mailbox.issue())
    await mailbox.clock.advance(timedelta(days=4))
    assert [(attempt.status_code, attempt.failure) for attempt in receipt.attempts] == [
        (200, f"acknowledgement lost ({RULE})"),
        (200, None),
    ]
    assert mailbox.reported()[:2] == [
        f"receipt 200, attempt 1: its acknowledgement, 200 OK, lost; {RULE}",
        f"receipt 200, attempt 1 to {URL}: acknowledgement lost ({RULE}); again at 09:15:00",
    ]


def test_where_nothing_was_acknowledged_nothing_is_lost():
    """An attempt that failed by itself keeps its own reason, and no fault is journaled."""
    mailbox = box(CallbackFault(lose_ack=True), first, FAILS)
    assert receipt_of(mailbox.issue()).attempts[0].failure == "503 Service Unavailable"
    assert mailbox.reported(Kind.FAULT_CALLBACK) == []


def test_fields_can_be_changed_added_and_taken_out():
    """A change names each field; the others stay as they are."""
    change = {"msg_code": "melted", "fax_job_id": "999", "message": None, "surprise": "yes"}
    mailbox = box(CallbackFault(change=change), first)
    mailbox.issue()
    assert mailbox.posted[0].fields == {
        "fax_job_id": "999",
        "status": "success",
        "msg_code": "melted",
        "surprise": "yes",
    }
    assert mailbox.reported()[0] == (
        "receipt 200, attempt 1: msg_code='melted', fax_job_id='999', without message, surprise='yes'; " + RULE
    )


async def test_a_changed_receipt_is_repeated_unchanged():
    """When only the first attempt is changed the retry reports the truth."""
    mailbox = box(CallbackFault(change={"msg_code": "busy"}), first, FAILS)
    mailbox.issue()
    await mailbox.clock.advance(QUARTER)
    assert [posted.fields["msg_code"] for posted in mailbox.posted] == ["busy", "ok"]


def test_faults_can_be_combined():
    """A duplicate whose acknowledgements are both lost is posted twice and repeated after 15 minutes."""
    mailbox = box(CallbackFault(duplicate=True, lose_ack=True, change={"msg_code": "busy"}), first)
    receipt = receipt_of(mailbox.issue())
    assert [posted.fields["msg_code"] for posted in mailbox.posted] == ["busy", "busy"]
    assert receipt.state == ReceiptState.PENDING
    assert mailbox.clock.next_due == after(900)


async def test_a_resend_is_touched_by_no_rule():
    """A resend asked for by hand is posted as it is, though a rule drops every attempt."""
    mailbox = box(CallbackFault(drop=True))
    job = mailbox.issue()
    mailbox.book.resend(job)
    assert len(mailbox.posted) == 1
    assert receipt_of(job).state == ReceiptState.ACKNOWLEDGED
    assert mailbox.clock.pending == 0


async def test_an_acknowledged_resend_calls_a_delayed_attempt_off():
    """A receipt that was resent and taken while its first attempt was delayed is not posted again."""
    mailbox = box(CallbackFault(delay=timedelta(minutes=5)), first)
    job = mailbox.issue()
    mailbox.book.resend(job)
    await mailbox.clock.advance(timedelta(days=4))
    assert len(mailbox.posted) == 1


async def test_a_delayed_attempt_goes_to_the_url_of_its_posting():
    """The callback URL is the one that the account has when the attempt is posted, not when it was due."""
    mailbox = box(CallbackFault(delay=timedelta(minutes=5)), first)
    receipt = receipt_of(mailbox.issue())
    mailbox.account.callback_url = "http://127.0.0.1:9000/new"
    await mailbox.clock.advance(QUARTER)
    assert [attempt.url for attempt in receipt.attempts] == ["http://127.0.0.1:9000/new"]


async def test_a_delayed_attempt_whose_url_is_gone_is_passed_over():
    """With no callback URL left when a delayed retry would be posted, the journal says so and the next is made."""
    mailbox = box(CallbackFault(delay=timedelta(minutes=5)), lambda subject: subject.attempt == 2, FAILS)
    receipt = receipt_of(mailbox.issue())
    await mailbox.clock.advance(timedelta(minutes=16))
    mailbox.account.callback_url = None
    await mailbox.clock.advance(timedelta(minutes=5))
    mailbox.account.callback_url = URL
    await mailbox.clock.advance(timedelta(days=4))
    assert mailbox.reported(Kind.RECEIPT_SKIPPED) == [
        f"receipt 200, the attempt due {after(900)} was not made: {NO_CALLBACK_URL}"
    ]
    assert [attempt.due for attempt in receipt.attempts] == [START, after(1800)]


async def test_the_rules_are_asked_once_for_each_attempt():
    """Each attempt of the schedule is put to the rules once, with what it is about."""
    asked: list[CallbackSubject] = []

    def note(subject: CallbackSubject) -> None:
        asked.append(subject)

    mailbox = Mailbox(answer=lambda nth: OK if nth == 3 else FAILS, decide=note)
    mailbox.issue()
    await mailbox.clock.advance(timedelta(days=4))
    assert asked == [
        CallbackSubject(
            CallbackKind.RECEIPT, "key", "+123456789", 10, 1, MsgCode.OK, attempt, DecisionPoint.ATTEMPT
        )
        for attempt in (1, 2, 3)
    ]


def in_turn(at_send: CallbackFault, at_attempts: Callable[[int], CallbackFault | None]) -> Mailbox:
    """A mailbox with a rule about the send, and one about attempts."""

    def decide(subject: CallbackSubject) -> Decision[CallbackFault] | None:
        fault = at_send if subject.moment == DecisionPoint.SEND else at_attempts(subject.attempt)
        return None if fault is None else Decision(fault, RULE, list)

    return Mailbox(answer=lambda _: OK, decide=decide)


async def test_a_decision_at_the_send_is_about_the_first_attempt_only():
    """The acknowledgement of the receipt that comes before the reply is lost, and that of the next one is not."""
    mailbox = in_turn(CallbackFault(before_reply=True, lose_ack=True), lambda _: None)
    job = fax_job()
    mailbox.book.decide_at_send(job)
    mailbox.book.issue(job, START)
    await mailbox.clock.advance(timedelta(days=1))
    assert [posted.at for posted in mailbox.posted] == [START, after(900)]


async def test_a_decision_at_the_send_that_is_about_the_status_leaves_attempts_to_other_rules():
    """With `poll` decided at the send, a rule about the first attempt loses it all the same."""
    mailbox = in_turn(CallbackFault(poll=StatusShift("ahead", QUARTER)), {1: CallbackFault(drop=True)}.get)
    job = fax_job()
    mailbox.book.decide_at_send(job)
    mailbox.book.issue(job, START)
    await mailbox.clock.advance(timedelta(days=1))
    assert [attempt.due for attempt in receipt_of(job).attempts] == [START, after(900)]
    assert [posted.at for posted in mailbox.posted] == [after(900)]


@pytest.mark.parametrize(
    ("fault", "posted"), [(CallbackFault(drop=True), False), (CallbackFault(lose_ack=True), True)]
)
async def test_an_attempt_whose_answer_was_lost_was_posted(fault: CallbackFault, posted: bool):
    """The program got it, unlike one that was lost on its way."""
    mailbox = box(fault, first)
    receipt = receipt_of(mailbox.issue())
    assert [(attempt.lost, attempt.posted) for attempt in receipt.attempts] == [(True, posted)]


async def test_a_reply_that_waits_for_its_receipt_waits_for_both_copies_of_it():
    """With `before_reply` and `duplicate` the send is answered when neither is in flight any more."""
    mailbox = Mailbox(decide=strikes(CallbackFault(duplicate=True)))
    receipt = receipt_of(mailbox.issue())
    reply = asyncio.ensure_future(mailbox.book.held_answers.wait(receipt, 5))
    await breathe()
    mailbox.posted[0].done(OK)
    for _ in range(10):
        await breathe()
    assert (len(mailbox.posted), reply.done()) == (2, False)
    mailbox.posted[1].done(OK)
    await reply


async def test_a_changed_form_has_its_fields_in_their_order():
    """A field keeps its place, one that is taken out is gone, and an unknown one comes last."""
    change = {"extra": "1", "status": None, "msg_code": "melted"}
    mailbox = box(CallbackFault(change=change), first)
    mailbox.issue()
    assert list(mailbox.posted[0].fields.items())[:2] == [("fax_job_id", "200"), ("msg_code", "melted")]
    assert list(mailbox.posted[0].fields)[2:] == ["message", "extra"]


@pytest.mark.parametrize(("status", "lost"), [(201, True), (200, False)])
async def test_an_acknowledgement_by_another_status_is_lost_too(status: int, lost: bool):
    """What acknowledges is what `receipts.accept` says, and a 200 that does not is not lost."""
    policy = RetryPolicy(accept=frozenset({201}))
    decide = strikes(CallbackFault(lose_ack=True), first)
    mailbox = Mailbox(lambda _: Answer(status, None, 0.01), policy, decide=decide)
    (attempt,) = receipt_of(mailbox.issue()).attempts
    assert attempt.lost is lost


async def test_an_attempt_is_under_way_from_its_delay_to_its_answer():
    """It is kept over a restart as long as something comes of it, and no longer."""
    mailbox = Mailbox(decide=strikes(CallbackFault(delay=timedelta(minutes=5))))
    injector = mailbox.book.injector
    mailbox.issue()
    assert [str(delivery) for delivery in injector.under_way] == ["receipt 200, attempt 1 to "]
    await mailbox.clock.advance(timedelta(minutes=5))
    (delivery,) = injector.under_way
    assert (injector.is_under_way(delivery), len(mailbox.posted)) == (True, 1)
    mailbox.posted[0].done(OK)
    assert (injector.is_under_way(delivery), injector.under_way) == (False, [])


def test_what_is_false_or_a_parameter_is_not_a_fault():
    """A delay that was drawn as nothing is not one, and `poll_by` does nothing to an attempt."""
    assert CallbackFault(drop=False, delay=timedelta()).values == {}
    made = callback_fault_maker({"poll": "ahead", "poll_by": "2m", "drop": False})(RandomChoices(0, "a rule"))
    assert (made.values, made.of_attempt) == ({"poll": StatusShift("ahead", timedelta(minutes=2))}, False)
