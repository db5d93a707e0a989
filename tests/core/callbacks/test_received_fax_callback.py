"""The callback of a received fax lives as a receipt does: posted, repeated, acknowledged or expired."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from msgspec.structs import replace

from fakefax.core.callbacks.callback import ReceiptState
from fakefax.core.callbacks.received_faxes import NO_RECEIVED_FAX_URL
from fakefax.core.callbacks.retry_scheduler import ResendRefused
from fakefax.core.decisions import CallbackKind, CallbackSubject, Decision
from fakefax.core.faults.callback_faults import CallbackFault
from fakefax.core.journal import Kind
from fakefax.values.forms import FilePart, Form
from tests.core.mailbox import FAILS, OK, Mailbox
from tests.core.time_tools import START, after

URL = "http://127.0.0.1:8000/received"
PDF = b"%PDF-1.4 \xff"


@dataclass(frozen=True)
class Fax:
    """A fax that has arrived."""

    incoming_fax_id: int = 7
    api_key: str = "key"
    recipient: str = "+15550100"
    pages: int = 1

    @property
    def callback_form(self) -> Form:
        return {"uuid": "u", "from": "+44", "file": FilePart("fax.pdf", "application/pdf", PDF), "pages": "1"}


def mailbox(*answers) -> Mailbox:
    """A mailbox whose endpoint gives these answers, and the last one for ever."""
    box = Mailbox(answer=lambda nth: answers[min(nth, len(answers)) - 1])
    box.account.received_fax_url = URL
    return box


async def test_a_received_fax_is_posted_until_it_is_acknowledged():
    """Refused twice and then taken: three attempts 15 minutes apart, the same bytes, all in the journal."""
    box = mailbox(FAILS, FAILS, OK)
    callback = box.book.issue_received(Fax(), START)
    await box.clock.advance(timedelta(days=4))
    assert (callback.state, [attempt.due for attempt in callback.attempts]) == (
        ReceiptState.ACKNOWLEDGED,
        [START, after(900), after(1800)],
    )
    assert [posted.url for posted in box.posted] == [URL] * 3
    assert {posted.body for posted in box.posted} == {box.posted[0].body}
    assert PDF in box.posted[0].body.content
    assert box.reported() == [
        f"received fax 7, attempt 1 to {URL}: 503 Service Unavailable; again at 09:15:00",
        f"received fax 7, attempt 2 to {URL}: 503 Service Unavailable; again at 09:30:00",
        f"received fax 7, attempt 3 to {URL}: 200 OK; no further attempt",
        "received fax 7 acknowledged by attempt 3",
    ]


async def test_only_a_retry_on_another_day_has_its_date():
    """A line of the log begins with its own date, which is not repeated."""
    box = mailbox(FAILS)
    await box.clock.advance(timedelta(hours=14, minutes=30))
    box.book.issue_received(Fax(), box.clock.now)
    await box.clock.advance(timedelta(minutes=20))
    assert [reported.partition("; ")[2] for reported in box.reported()] == [
        "again at 23:45:00",
        "again at 2026-01-06 00:00:00",
    ]


async def test_a_dead_endpoint_gets_193_attempts_and_one_encoding():
    """48 hours of refusals are 193 attempts with bytes that were encoded once, and let go of in the end."""
    box = mailbox(FAILS)
    callback = box.book.issue_received(Fax(), START)
    await box.clock.advance(timedelta(days=4))
    assert (len(box.posted), callback.state) == (193, ReceiptState.EXPIRED)
    assert len({id(posted.body) for posted in box.posted}) == 1
    assert callback.encoded is None
    assert box.reported()[-1] == "received fax 7 expired after 193 attempts without an acknowledgement"


async def test_without_a_url_for_received_faxes_the_journal_says_so():
    """A fax that arrives at an account without such a URL is an entry with the cure, though receipts have a URL."""
    box = mailbox(OK)
    box.account.received_fax_url = None
    callback = box.book.issue_received(Fax(), START)
    cure = "then POST /_fakefax/incoming-faxes/7/resend"
    assert box.reported() == [f"received fax 7 not sent: {NO_RECEIVED_FAX_URL}, {cure}"]
    assert (box.posted, callback.state) == ([], ReceiptState.NOT_SENT)
    with pytest.raises(ResendRefused, match=f"^{re.escape(NO_RECEIVED_FAX_URL)}$"):
        box.book.resend_callback(callback)
    box.account.received_fax_url = URL
    box.book.resend_callback(callback)
    assert callback.state == ReceiptState.ACKNOWLEDGED


async def test_a_received_fax_can_be_resent():
    """A resend is refused while an attempt is in flight, and otherwise posts the same bytes once more."""
    box = mailbox(OK)
    box.answer = None
    callback = box.book.issue_received(Fax(), START)
    with pytest.raises(ResendRefused, match=r"^an attempt of received fax 7 is in flight$"):
        box.book.resend_callback(callback)
    box.posted[0].done(OK)
    box.book.resend_callback(callback)
    assert box.posted[1].body == box.posted[0].body


async def test_the_account_of_another_fax_is_found_by_its_entries():
    """Entries of a received fax belong to its account and to no fax job, and carry its id."""
    box = mailbox(OK)
    box.book.issue_received(Fax(), START)
    entries = box.journal.entries(kind="received")
    assert [entry.kind for entry in entries] == [Kind.RECEIVED_ATTEMPT, Kind.RECEIVED_ACKNOWLEDGED]
    assert {(entry.api_key, entry.fax_job_id, entry.detail["incoming_fax_id"]) for entry in entries} == {
        ("key", None, 7)
    }


async def test_201_does_not_acknowledge_a_received_fax():
    """The same statuses acknowledge as for a receipt, and the reason says what they are for."""
    box = mailbox(replace(OK, status_code=201), OK)
    callback = box.book.issue_received(Fax(), START)
    assert callback.attempts[0].failure == (
        "201 Created, but only 200 acknowledges a received fax (receipts.accept)"
    )


async def test_a_rule_can_strike_a_received_fax():
    """The rules see its kind, number and pages; a dropped attempt is journaled and repeated."""
    asked: list[CallbackSubject] = []

    def decide(subject: CallbackSubject) -> Decision[CallbackFault] | None:
        asked.append(subject)
        return Decision(CallbackFault(drop=True), "a rule", list) if subject.attempt == 1 else None

    box = Mailbox(answer=lambda _: OK, decide=decide)
    box.account.received_fax_url = URL
    box.book.issue_received(Fax(), START)
    await box.clock.advance(timedelta(days=1))
    assert asked == [
        CallbackSubject(CallbackKind.RECEIVED_FAX, "key", "+15550100", None, 1, None, attempt) for attempt in (1, 2)
    ]
    assert box.reported()[0] == "received fax 7, attempt 1: never posted; a rule"
    assert box.journal.entries(kind="fault")[0].detail["incoming_fax_id"] == 7
    assert [posted.at for posted in box.posted] == [after(900)]


async def test_a_changed_received_fax_is_repeated_unchanged():
    """The first attempt comes without its file and with another number; the retry is whole again."""
    change = {"file": None, "from": "nobody"}
    box = Mailbox(
        answer=lambda nth: FAILS if nth == 1 else OK,
        decide=lambda s: Decision(CallbackFault(change=change), "a rule", list) if s.attempt == 1 else None,
    )
    box.account.received_fax_url = URL
    box.book.issue_received(Fax(), START)
    await box.clock.advance(timedelta(days=1))
    changed, whole = (posted.body.content for posted in box.posted)
    assert (PDF in changed, b"nobody" in changed, b"+44" in changed) == (False, True, False)
    assert (PDF in whole, b"nobody" in whole, b"+44" in whole) == (True, False, True)
