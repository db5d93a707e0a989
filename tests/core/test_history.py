"""Looking back at one account of several, and at moments before anything happened."""

from datetime import timedelta
from decimal import Decimal

from fakefax.core.billing.ledger import Ledger
from fakefax.core.callbacks.receipts import RetryPolicy
from fakefax.core.history import Past, moment_after, moment_at
from fakefax.core.journal import Journal, Kind
from fakefax.core.models import Account, Document
from tests.core.mailbox import FAILS, OK, Mailbox, receipt_of
from tests.core.time_tools import START, after


class Rig:
    """Two accounts, whose journal has an entry that changed nothing."""

    def __init__(self) -> None:
        self.journal = Journal()
        self.account, self.other = (
            Account(
                key, Ledger(Decimal(1)), callback_url=f"http://{key}", received_fax_url=f"http://{key}/received"
            )
            for key in ("key", "other")
        )
        self.record(Kind.SANDBOX_STARTED)

    def record(self, kind: Kind, account: Account | None = None, **detail: object) -> None:
        self.journal.record(after(self.journal.last_seq), kind, detail, account.api_key if account else None)

    def set_url(self, account: Account, setting: str, url: str | None) -> None:
        was = getattr(account, setting)
        setattr(account, setting, url)
        self.record(Kind.ACCOUNT_CHANGED, account, setting=setting, was=was, value=url)

    def upload(self, account: Account, document_id: int) -> None:
        account.documents[document_id] = Document(document_id, f"{document_id}.pdf", 1)
        self.record(Kind.FILE_UPLOADED, account, document_id=document_id)

    def delete(self, account: Account, document_id: int) -> None:
        gone = account.documents.pop(document_id)
        details = {"filename": gone.filename, "pages": gone.pages, "problem": "", "size": gone.size}
        self.record(Kind.FILE_DELETED, account, document_id=document_id, **details)

    def past(self, seq: int) -> Past:
        return Past(self.journal, moment_after(self.journal, seq))

    def documents(self, account: Account, seq: int) -> list[int]:
        return [document.document_id for document in self.past(seq).documents(account)]


def test_a_url_is_that_of_its_account_and_setting():
    """What another account, or the other URL, was changed to later is another matter; the first change counts."""
    rig = Rig()
    rig.set_url(rig.other, "callback_url", None)
    rig.set_url(rig.account, "received_fax_url", None)
    rig.set_url(rig.account, "callback_url", "http://second")
    rig.set_url(rig.account, "callback_url", "http://third")
    urls = [rig.past(seq).url(rig.account, "callback_url") for seq in range(1, 6)]
    assert urls == ["http://key", "http://key", "http://key", "http://second", "http://third"]


def test_documents_are_those_of_their_account_in_the_order_of_their_ids():
    """Uploads and deletions of another account with the same ids do not count, and a deleted one has its place."""
    rig = Rig()
    for document_id in (10, 11):
        rig.account.documents[document_id] = Document(document_id, f"{document_id}.pdf", 1)
    rig.upload(rig.other, 11)
    rig.delete(rig.other, 11)
    rig.delete(rig.account, 10)
    assert (rig.documents(rig.account, 1), rig.documents(rig.account, 4)) == ([10, 11], [11])


def test_a_document_that_came_and_went_later_was_not_there():
    """It is there only between its upload and its deletion."""
    rig = Rig()
    rig.upload(rig.account, 100)
    rig.delete(rig.account, 100)
    assert [rig.documents(rig.account, seq) for seq in (1, 2, 3)] == [[], [100], []]


def test_before_any_money_moved_there_was_the_opening_balance():
    """Whatever the balance is now."""
    rig = Rig()
    ledger = rig.account.ledger
    ledger.position = rig.journal.next_seq
    ledger.charge(after(1), 200, Decimal("0.15"))
    rig.record(Kind.FAX_ACCEPTED, rig.account)
    assert [rig.past(seq).balance(ledger) for seq in (1, 2)] == [Decimal(1), Decimal("0.85")]


def test_a_moment_before_the_first_entry_is_before_all_of_them():
    """Nothing had happened then, not even the first entry."""
    journal = Rig().journal
    moments = [moment_at(journal, time, after(60)).seq for time in (START - timedelta(hours=1), START, after(60))]
    assert moments == [0, 1, 1]


def test_an_account_existed_since_it_was_opened():
    """Whichever others were opened later."""
    rig = Rig()
    rig.record(Kind.ACCOUNT_OPENED, rig.other, balance=1)
    assert [rig.past(seq).existed(rig.account) for seq in (1, 2)] == [True, True]
    assert [rig.past(seq).existed(rig.other) for seq in (1, 2)] == [False, True]


def test_a_receipt_has_the_attempts_that_had_been_made():
    """None before the first one was answered, though the fax had ended."""
    mailbox = Mailbox(answer=lambda _: OK)
    mailbox.journal.record(START, Kind.SANDBOX_STARTED, {})
    job = mailbox.issue()
    seen = []
    for seq in (1, 2, 3):
        was = Past(mailbox.journal, moment_after(mailbox.journal, seq)).fax_job(job)
        assert was is not None
        seen.append((len(was.attempts), receipt_of(was).state))
    assert seen == [(0, "pending"), (1, "pending"), (1, "acknowledged")]


def test_a_receipt_that_expired_right_after_its_last_attempt_had_not_expired_before():
    """Both entries have one time: it is the entry that decides, and not the time."""
    mailbox = Mailbox(answer=lambda _: FAILS, policy=RetryPolicy(expires_after=timedelta()))
    mailbox.journal.record(START, Kind.SANDBOX_STARTED, {})
    job = mailbox.issue()
    seen = []
    for seq in (2, 3):
        was = Past(mailbox.journal, moment_after(mailbox.journal, seq)).fax_job(job)
        assert was is not None
        seen.append((len(was.attempts), receipt_of(was).state, receipt_of(was).closed_at))
    assert seen == [(1, "pending", None), (1, "expired", START)]
