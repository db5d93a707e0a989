"""Receipts out of order: one is held back until the next one of its account has been attempted."""

from datetime import timedelta
from decimal import Decimal

from fakefax.core.billing.ledger import Ledger
from fakefax.core.decisions import CallbackSubject, Decision
from fakefax.core.faults.callback_faults import REORDER_WITHIN, CallbackFault
from fakefax.core.journal import Kind
from fakefax.core.models import Account
from tests.core.callbacks.test_received_fax_callback import Fax
from tests.core.mailbox import FAILS, OK, Mailbox, receipt_of
from tests.core.time_tools import START, after


def reordering(subject: CallbackSubject) -> Decision[CallbackFault] | None:
    return Decision(CallbackFault(reorder=True), "a rule", list) if subject.attempt == 1 else None


def order(mailbox: Mailbox) -> list[str]:
    return [posted.fields["fax_job_id"] for posted in mailbox.posted]


def box(*answers) -> Mailbox:
    return Mailbox(answer=lambda nth: answers[nth - 1] if nth <= len(answers) else OK, decide=reordering)


async def test_a_receipt_held_back_comes_after_the_next_one():
    """The second receipt is posted first, and the first at once after it, whatever the second was answered."""
    mailbox = box(FAILS)
    mailbox.issue(fax_job_id=200)
    await mailbox.clock.advance(timedelta(minutes=2))
    assert order(mailbox) == []
    mailbox.issue(fax_job_id=201)
    assert order(mailbox) == ["201", "200"]
    assert [posted.at for posted in mailbox.posted] == [after(120), after(120)]
    assert mailbox.reported(Kind.FAULT_CALLBACK) == [
        "receipt 200, attempt 1: held back until the next one is attempted, at most 15m; a rule"
    ]


async def test_receipts_in_a_row_change_places_in_pairs():
    """With a rule for all of them each pair is swapped; nobody is held back for ever."""
    mailbox = box()
    for fax_job_id in range(200, 205):
        mailbox.issue(fax_job_id=fax_job_id)
    await mailbox.clock.advance(timedelta(days=1))
    assert order(mailbox) == ["201", "200", "203", "202", "204"]


async def test_a_receipt_that_nobody_follows_is_not_held_back_for_ever():
    """Without another receipt it is posted 15 simulated minutes after it was due; its retries keep their times."""
    mailbox = box(FAILS)
    receipt = receipt_of(mailbox.issue())
    await mailbox.clock.advance(REORDER_WITHIN)
    await mailbox.clock.advance(timedelta())
    assert [(attempt.due, attempt.at) for attempt in receipt.attempts] == [
        (START, after(900)),
        (after(900), after(900)),
    ]


async def test_a_receipt_of_another_account_lets_nobody_go():
    """Only callbacks of the same account count, since only those are of one program."""
    mailbox = box()
    mailbox.accounts["other"] = Account("other", Ledger(Decimal(1)), callback_url="http://127.0.0.1:8000/other")
    mailbox.issue(fax_job_id=200)
    stranger = mailbox.issue(fax_job_id=201, api_key="other")
    assert order(mailbox) == []
    await mailbox.clock.advance(REORDER_WITHIN)
    assert order(mailbox) == ["200", "201"]
    assert len(receipt_of(stranger).attempts) == 1


async def test_a_retry_lets_nobody_go():
    """Another receipt's second attempt is not the next receipt."""
    mailbox = Mailbox(answer=lambda _: FAILS, decide=lambda s: reordering(s) if s.document_id == 10 else None)
    mailbox.issue(fax_job_id=200, document_id=11)
    await mailbox.clock.advance(timedelta(minutes=14))
    mailbox.issue(fax_job_id=201)
    await mailbox.clock.advance(timedelta(minutes=2))
    assert order(mailbox) == ["200", "200"]


async def test_an_acknowledged_resend_takes_its_place():
    """A receipt that was resent and taken while it was held back is not posted again when the next one comes."""
    mailbox = box()
    held = mailbox.issue(fax_job_id=200)
    mailbox.book.resend(held)
    mailbox.issue(fax_job_id=201)
    await mailbox.clock.advance(timedelta(days=1))
    assert order(mailbox) == ["200", "201"]


async def test_a_received_fax_lets_no_receipt_go():
    """A receipt waits for another receipt; the callback of a received fax is in a line of its own."""
    mailbox = box()
    mailbox.account.received_fax_url = "http://receiver/received"
    mailbox.issue(fax_job_id=200)
    received = mailbox.book.issue_received(Fax(), START)
    await mailbox.clock.advance(timedelta(minutes=1))
    assert mailbox.posted == []
    mailbox.book.resend_callback(received)
    assert [posted.url for posted in mailbox.posted] == ["http://receiver/received"]
    mailbox.issue(fax_job_id=201)
    assert [posted.fields["fax_job_id"] for posted in mailbox.posted[1:]] == ["201", "200"]


async def test_a_received_fax_that_is_posted_lets_no_receipt_go():
    """Nor does one that no rule holds back."""

    def receipts_only(subject: CallbackSubject) -> Decision[CallbackFault] | None:
        return reordering(subject) if subject.kind == "receipt" else None

    mailbox = Mailbox(answer=lambda _: OK, decide=receipts_only)
    mailbox.account.received_fax_url = "http://receiver/received"
    mailbox.issue(fax_job_id=200)
    mailbox.book.issue_received(Fax(), START)
    assert [posted.url for posted in mailbox.posted] == ["http://receiver/received"]


async def test_a_resend_of_its_own_does_not_let_a_receipt_go():
    """A held back receipt waits for another one: a resend that fails leaves it waiting."""
    mailbox = Mailbox(answer=lambda nth: FAILS if nth == 1 else OK, decide=reordering)
    held = mailbox.issue(fax_job_id=200)
    mailbox.book.resend(held)
    assert order(mailbox) == ["200"]
    mailbox.issue(fax_job_id=201)
    assert order(mailbox) == ["200", "201", "200"]


async def test_a_receipt_that_is_delayed_too_is_held_back_from_then_on():
    """Its fifteen minutes begin when its delay is over."""
    mailbox = Mailbox(
        answer=lambda _: OK,
        decide=lambda _: Decision(CallbackFault(delay=timedelta(minutes=5), reorder=True), "a rule", list),
    )
    mailbox.issue(fax_job_id=200)
    await mailbox.clock.advance(timedelta(days=1))
    assert [posted.at for posted in mailbox.posted] == [after(300) + REORDER_WITHIN]
