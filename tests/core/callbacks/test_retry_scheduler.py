"""A receipt's life: posted when the fax ends, again from its due time, until acknowledged or expired."""

import gc
from datetime import timedelta

import pytest

from fakefax.core.callbacks.callback import Attempt, ReceiptState
from fakefax.core.callbacks.receipts import NO_CALLBACK_URL, RetryPolicy
from fakefax.core.journal import Kind
from fakefax.core.msg_codes import MsgCode
from tests.core.mailbox import FAILS, LOST, OK, URL, Mailbox, receipt_of
from tests.core.time_tools import START, after

QUARTER = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("msg_code", "status", "message"),
    [
        ("ok", "success", "Success! Your fax has been sent!"),
        (
            "unknown",
            "failed",
            "Fax Failed - Unknown Error ( We don\u2019t know exactly what went wrong - contact us for more info )",
        ),
        ("no_answer", "failed", "Fax Failed - No Answer from Fax machine"),
        ("busy", "failed", "Fax Failed - Line Busy ( The fax machine could be busy )"),
        ("file_error", "failed", "Fax Failed - File conversion failed. Re-upload and Retry"),
        ("hangup", "failed", "Fax Failed - Early Hangup"),
    ],
)
def test_a_receipt_says_how_the_fax_ended(msg_code: str, status: str, message: str):
    """The four documented fields go to the account's callback URL, with the documented message of the code."""
    mailbox = Mailbox()
    mailbox.issue(MsgCode(msg_code))
    (posted,) = mailbox.posted
    assert (posted.name, posted.url) == (f"receipt 200, attempt 1 to {URL}", URL)
    fields = {"fax_job_id": "200", "status": status, "msg_code": msg_code, "message": message}
    assert list(posted.fields.items()) == list(fields.items())


async def test_an_acknowledged_receipt_is_not_posted_again():
    """200 OK ends it: one attempt, no timer, and the journal says so."""
    mailbox = Mailbox(answer=lambda _: OK)
    receipt = receipt_of(mailbox.issue())
    assert (await mailbox.clock.advance(timedelta(days=4))).fired_count == 0
    assert receipt.state == ReceiptState.ACKNOWLEDGED
    assert receipt.attempts == (Attempt(1, START, START, URL, 200, None, 0.01, None),)
    assert mailbox.reported() == [
        f"receipt 200, attempt 1 to {URL}: 200 OK; no further attempt",
        "receipt 200 acknowledged by attempt 1",
    ]


async def test_a_receipt_is_posted_until_it_is_acknowledged():
    """Failed attempts are repeated every 15 minutes; each is on record with its reason and what follows."""
    answers = [FAILS, LOST, OK]
    mailbox = Mailbox(answer=lambda nth: answers[nth - 1])
    receipt = receipt_of(mailbox.issue())
    await mailbox.clock.advance(timedelta(days=4))
    lost = "the connection was closed without an answer"
    assert list(receipt.attempts) == [
        Attempt(1, START, START, URL, 503, "503 Service Unavailable", 0.01, after(900)),
        Attempt(2, after(900), after(900), URL, None, lost, 0.01, after(1800)),
        Attempt(3, after(1800), after(1800), URL, 200, None, 0.01, None),
    ]
    assert mailbox.reported() == [
        f"receipt 200, attempt 1 to {URL}: 503 Service Unavailable; again at 09:15:00",
        f"receipt 200, attempt 2 to {URL}: {lost}; again at 09:30:00",
        f"receipt 200, attempt 3 to {URL}: 200 OK; no further attempt",
        "receipt 200 acknowledged by attempt 3",
    ]


async def test_a_dead_endpoint_gets_193_attempts():
    """An endpoint that never says 200 OK is tried at 0, 15, 30 … minutes up to 48 hours, and then no more."""
    mailbox = Mailbox(answer=lambda _: FAILS)
    receipt = receipt_of(mailbox.issue())
    await mailbox.clock.advance(timedelta(hours=48) - timedelta(microseconds=1))
    assert (len(receipt.attempts), receipt.state) == (192, ReceiptState.PENDING)
    await mailbox.clock.advance(timedelta(days=4))
    assert [posted.at for posted in mailbox.posted] == [START + n * QUARTER for n in range(193)]
    assert [attempt.due for attempt in receipt.attempts] == [START + n * QUARTER for n in range(193)]
    assert [attempt.number for attempt in receipt.attempts] == list(range(1, 194))
    assert receipt.state == ReceiptState.EXPIRED
    assert mailbox.clock.pending == 0
    assert mailbox.reported()[-2:] == [
        f"receipt 200, attempt 193 to {URL}: 503 Service Unavailable; no further attempt",
        "receipt 200 expired after 193 attempts without an acknowledgement",
    ]


async def test_the_last_attempt_can_still_be_acknowledged():
    """200 OK at the 193rd attempt, 48 hours after the first, is an acknowledgement and nothing expires."""
    mailbox = Mailbox(answer=lambda nth: OK if nth == 193 else FAILS)
    receipt = receipt_of(mailbox.issue())
    await mailbox.clock.advance(timedelta(hours=48))
    assert receipt.state == ReceiptState.ACKNOWLEDGED
    assert mailbox.reported(Kind.RECEIPT_EXPIRED) == []


async def test_a_slow_answer_does_not_shift_the_schedule():
    """The next attempt is due 15 minutes from the due time of the last one, however late that one was answered."""
    mailbox = Mailbox()
    receipt = receipt_of(mailbox.issue())
    await mailbox.clock.advance(timedelta(minutes=10))
    mailbox.posted[0].done(FAILS)
    assert mailbox.clock.next_due == after(900)
    await mailbox.clock.advance(timedelta(minutes=5))
    await mailbox.clock.advance(timedelta(minutes=37))  # the second answer takes longer than the next two are away
    mailbox.posted[1].done(FAILS)
    assert mailbox.clock.next_due == after(1800)
    await mailbox.clock.advance(timedelta())
    mailbox.posted[2].done(FAILS)
    await mailbox.clock.advance(timedelta())
    mailbox.posted[3].done(OK)
    assert [(attempt.due, attempt.at) for attempt in receipt.attempts] == [
        (START, START),
        (after(900), after(900)),
        (after(1800), after(3120)),
        (after(2700), after(3120)),
    ]


async def test_one_attempt_at_a_time():
    """While an attempt is unanswered no other attempt of the same receipt is posted."""
    mailbox = Mailbox()
    receipt = receipt_of(mailbox.issue())
    await mailbox.clock.advance(timedelta(days=4))
    assert len(mailbox.posted) == 1
    assert receipt.state == ReceiptState.PENDING


def test_a_garbage_collection_does_not_look_at_the_receipts_that_are_kept():
    """There is one for each fax, with its attempts: to look at all of them took up to a twentieth of the time."""
    mailbox = Mailbox(answer=lambda _: OK)
    receipt = receipt_of(mailbox.issue())
    assert not any(gc.is_tracked(kept) for kept in (receipt, *receipt.attempts, *mailbox.journal.entries()))


def test_without_a_callback_url_the_journal_says_so():
    """A fax that ends with no callback URL set posts nothing, and the journal gives the cure."""
    mailbox = Mailbox()
    mailbox.account.callback_url = None
    receipt = receipt_of(mailbox.issue())
    assert mailbox.posted == []
    assert receipt.state == ReceiptState.NOT_SENT
    assert mailbox.clock.pending == 0
    assert mailbox.reported() == [f"receipt 200 not sent: {NO_CALLBACK_URL}, then POST /_fakefax/faxes/200/resend"]
    assert NO_CALLBACK_URL == (
        "no callback URL is set for this key; set callback_url in the scenario, or PATCH /_fakefax/account"
    )


async def test_a_changed_callback_url_is_used_from_the_next_attempt():
    """Each attempt goes to the URL that the account has at that moment."""
    mailbox = Mailbox(answer=lambda _: FAILS)
    receipt = receipt_of(mailbox.issue())
    mailbox.account.callback_url = "http://127.0.0.1:9000/new"
    await mailbox.clock.advance(QUARTER)
    assert [attempt.url for attempt in receipt.attempts] == [URL, "http://127.0.0.1:9000/new"]
    assert [posted.url for posted in mailbox.posted] == [URL, "http://127.0.0.1:9000/new"]


async def test_an_attempt_without_a_callback_url_is_passed_over():
    """A URL taken away and given back costs the attempts due meanwhile, each said so, and not the receipt."""
    mailbox = Mailbox(answer=lambda nth: FAILS if nth == 1 else OK)
    receipt = receipt_of(mailbox.issue())
    mailbox.account.callback_url = None
    await mailbox.clock.advance(2 * QUARTER)
    assert mailbox.reported(Kind.RECEIPT_SKIPPED) == [
        f"receipt 200, the attempt due {due} was not made: {NO_CALLBACK_URL}" for due in (after(900), after(1800))
    ]
    mailbox.account.callback_url = URL
    await mailbox.clock.advance(QUARTER)
    assert [attempt.due for attempt in receipt.attempts] == [after(0), after(2700)]
    assert receipt.state == ReceiptState.ACKNOWLEDGED


async def test_a_callback_url_that_stays_away_lets_the_receipt_expire():
    """Passing attempts over does not prolong a receipt: 48 hours after the first it has expired."""
    mailbox = Mailbox(answer=lambda _: FAILS)
    receipt = receipt_of(mailbox.issue())
    mailbox.account.callback_url = None
    await mailbox.clock.advance(timedelta(days=4))
    assert (receipt.state, receipt.closed_at) == (ReceiptState.EXPIRED, after(48 * 3600))
    assert len(mailbox.reported(Kind.RECEIPT_SKIPPED)) == 192


async def test_the_policy_of_the_scenario_is_kept():
    """Another rhythm, another end and other accepted statuses are taken from the policy."""
    policy = RetryPolicy(timedelta(minutes=1), timedelta(minutes=3), frozenset({503}))
    mailbox = Mailbox(answer=lambda nth: FAILS if nth == 4 else OK, policy=policy)
    receipt = receipt_of(mailbox.issue())
    await mailbox.clock.advance(timedelta(days=1))
    assert [attempt.due for attempt in receipt.attempts] == [after(60 * n) for n in range(4)]
    assert [attempt.failure for attempt in receipt.attempts] == [
        *3 * ["200 OK, but only 503 acknowledges a receipt (receipts.accept)"],
        None,
    ]
    assert receipt.state == ReceiptState.ACKNOWLEDGED


@pytest.mark.parametrize("pieces", [48, 192, 500])
async def test_one_long_advance_equals_many_short_ones(pieces: int):
    """The same receipt, with 48 hours gone by at once or in pieces, has the same attempts and the same journal."""
    rigs = [Mailbox(answer=lambda _: FAILS), Mailbox(answer=lambda _: FAILS)]
    once, many = [receipt_of(mailbox.issue()) for mailbox in rigs]
    await rigs[0].clock.advance(timedelta(hours=48))
    for _ in range(pieces):
        await rigs[1].clock.advance(timedelta(hours=48) / pieces)
    assert many.attempts == once.attempts
    assert rigs[1].journal.entries() == rigs[0].journal.entries()
    assert len(once.attempts) == 193
