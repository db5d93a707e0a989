"""Resending a receipt: once more, now, beside its schedule."""

import re
from datetime import timedelta

import pytest

from fakefax.core.callbacks.callback import Answer, ReceiptState
from fakefax.core.callbacks.receipts import NO_CALLBACK_URL
from fakefax.core.callbacks.retry_scheduler import ResendRefused
from fakefax.core.journal import Kind
from tests.core.mailbox import FAILS, OK, URL, Mailbox, fax_job, receipt_of
from tests.core.time_tools import START, after

QUARTER = timedelta(minutes=15)


def refused(reason: str):
    return pytest.raises(ResendRefused, match=f"^{re.escape(reason)}$")


def test_a_fax_under_way_has_no_receipt_to_resend():
    """Before a fax has ended a resend is refused with the reason."""
    with refused("fax job 200 has not ended yet, so it has no receipt to send"):
        Mailbox().book.resend(fax_job())


def test_no_resend_while_an_attempt_is_in_flight():
    """While the endpoint has not answered an attempt, of the schedule or a resend, another one is refused."""
    mailbox = Mailbox()
    job = mailbox.issue()
    with refused("an attempt of receipt 200 is in flight"):
        mailbox.book.resend(job)
    mailbox.posted[0].done(FAILS)
    mailbox.book.resend(job)
    with refused("an attempt of receipt 200 is in flight"):
        mailbox.book.resend(job)
    assert len(mailbox.posted) == 2


def test_no_resend_without_a_callback_url():
    """With no callback URL a resend is refused with the cure; once there is one, the receipt can be sent."""
    mailbox = Mailbox(answer=lambda _: OK)
    mailbox.account.callback_url = None
    job = mailbox.issue()
    with refused(NO_CALLBACK_URL):
        mailbox.book.resend(job)
    mailbox.account.callback_url = URL
    mailbox.book.resend(job)
    assert receipt_of(job).state == ReceiptState.ACKNOWLEDGED


async def test_an_acknowledged_resend_ends_the_schedule():
    """When a resend is acknowledged the attempts that were still to come are called off."""
    mailbox = Mailbox(answer=lambda nth: OK if nth == 2 else FAILS)
    job = mailbox.issue()
    await mailbox.clock.advance(timedelta(minutes=5))
    mailbox.book.resend(job)
    assert mailbox.clock.pending == 0
    assert (await mailbox.clock.advance(timedelta(days=4))).fired_count == 0
    receipt = receipt_of(job)
    assert [(attempt.due, attempt.at) for attempt in receipt.attempts] == [(START, START), (after(300), after(300))]
    assert receipt.state == ReceiptState.ACKNOWLEDGED
    assert mailbox.reported(Kind.RECEIPT_ACKNOWLEDGED) == ["receipt 200 acknowledged by attempt 2"]


async def test_a_failed_resend_is_beside_the_schedule():
    """A resend that fails takes no attempt away and moves none: 193 of the schedule and the one asked for."""
    mailbox = Mailbox(answer=lambda _: FAILS)
    job = mailbox.issue()
    await mailbox.clock.advance(timedelta(minutes=5))
    mailbox.book.resend(job)
    receipt = receipt_of(job)
    assert (receipt.attempts[1].due, receipt.attempts[1].next_due) == (after(300), after(900))
    await mailbox.clock.advance(timedelta(days=4))
    dues = [attempt.due for attempt in receipt.attempts]
    assert dues == [START, after(300), *(START + n * QUARTER for n in range(1, 193))]
    assert [attempt.number for attempt in receipt.attempts] == list(range(1, 195))
    assert mailbox.reported(Kind.RECEIPT_EXPIRED) == [
        "receipt 200 expired after 194 attempts without an acknowledgement"
    ]


@pytest.mark.parametrize("answer", [OK, FAILS])
async def test_an_acknowledged_receipt_can_be_resent_and_stays_acknowledged(answer: Answer):
    """A resend after the acknowledgement is posted; whatever comes of it, nothing is scheduled again."""
    mailbox = Mailbox(answer=lambda nth: OK if nth == 1 else answer)
    job = mailbox.issue()
    mailbox.book.resend(job)
    assert len(mailbox.posted) == 2
    assert receipt_of(job).state == ReceiptState.ACKNOWLEDGED
    assert mailbox.clock.pending == 0


@pytest.mark.parametrize(("answer", "state"), [(OK, ReceiptState.ACKNOWLEDGED), (FAILS, ReceiptState.EXPIRED)])
async def test_an_expired_receipt_can_be_resent(answer: Answer, state: ReceiptState):
    """An expired receipt can be sent by hand: an acknowledgement counts, a failure expires it no second time."""
    mailbox = Mailbox(answer=lambda nth: answer if nth == 194 else FAILS)
    job = mailbox.issue()
    await mailbox.clock.advance(timedelta(hours=48))
    mailbox.book.resend(job)
    assert receipt_of(job).state == state
    assert len(mailbox.reported(Kind.RECEIPT_EXPIRED)) == 1
    assert mailbox.clock.pending == 0


async def test_the_schedule_goes_on_after_a_resend_in_flight():
    """An attempt that comes due while a resend is unanswered is left out; the one after it is made on time."""
    mailbox = Mailbox()
    job = mailbox.issue()
    mailbox.posted[0].done(FAILS)
    await mailbox.clock.advance(timedelta(minutes=14))
    mailbox.book.resend(job)
    await mailbox.clock.advance(timedelta(minutes=2))
    assert len(mailbox.posted) == 2
    assert mailbox.clock.next_due == after(1800)
    mailbox.posted[1].done(FAILS)
    await mailbox.clock.advance(timedelta(minutes=14))
    mailbox.posted[2].done(OK)
    receipt = receipt_of(job)
    assert [attempt.due for attempt in receipt.attempts] == [START, after(840), after(1800)]
    assert receipt.attempts[1].next_due == after(1800)
    assert receipt.state == ReceiptState.ACKNOWLEDGED


async def test_a_resend_acknowledged_after_the_schedule_came_due_ends_it():
    """A resend that is acknowledged while the schedule went on without it calls the rest off."""
    mailbox = Mailbox()
    job = mailbox.issue()
    mailbox.posted[0].done(FAILS)
    mailbox.book.resend(job)
    await mailbox.clock.advance(timedelta(hours=1))
    mailbox.posted[1].done(OK)
    assert mailbox.clock.pending == 0
    assert (await mailbox.clock.advance(timedelta(days=4))).fired_count == 0
    assert receipt_of(job).state == ReceiptState.ACKNOWLEDGED


@pytest.mark.parametrize(("answer", "state"), [(OK, ReceiptState.ACKNOWLEDGED), (FAILS, ReceiptState.EXPIRED)])
async def test_a_resend_in_flight_at_the_very_end(answer: Answer, state: ReceiptState):
    """A resend in flight when the last attempt is due decides: acknowledged, or expired once it is answered."""
    mailbox = Mailbox()
    job = mailbox.issue()
    mailbox.posted[0].done(FAILS)
    mailbox.book.resend(job)
    await mailbox.clock.advance(timedelta(hours=48))
    assert mailbox.clock.pending == 0
    mailbox.posted[1].done(answer)
    assert receipt_of(job).state == state
    assert len(mailbox.reported(Kind.RECEIPT_EXPIRED)) == (state is ReceiptState.EXPIRED)
    assert len(mailbox.reported(Kind.RECEIPT_SKIPPED)) == 192


async def test_a_resend_goes_to_the_url_of_now():
    """A resend is posted to the callback URL that the account has when it is asked for, with the same fields."""
    mailbox = Mailbox(answer=lambda _: FAILS)
    job = mailbox.issue()
    mailbox.account.callback_url = "http://127.0.0.1:9000/new"
    mailbox.book.resend(job)
    first, again = mailbox.posted
    assert again.url == "http://127.0.0.1:9000/new"
    assert again.fields == first.fields
