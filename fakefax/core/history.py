"""A sandbox as it was right after one entry of its journal: faxes, receipts and balances, for looking back.

Nothing is changed. The past is computed from the present and the journal's later entries. If the journal has
dropped some of them, JournalEvicted is raised.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from msgspec import Struct, structs

from fakefax.core.billing.ledger import EntryReason, Ledger, LedgerEntry
from fakefax.core.callbacks.callback import Callback, ReceiptState
from fakefax.core.journal import Entry, Journal, JournalEvicted, Kind
from fakefax.core.models import Account, Document, FaxJob
from fakefax.core.msg_codes import JobState

_STATE = {
    Kind.RECEIPT_ACKNOWLEDGED: ReceiptState.ACKNOWLEDGED,
    Kind.RECEIPT_EXPIRED: ReceiptState.EXPIRED,
    Kind.RECEIPT_NOT_SENT: ReceiptState.NOT_SENT,
}
"""The state in which an entry of this kind leaves a receipt."""


class NotInHistory(ValueError):
    """A moment that is not in the past of this sandbox; the message names the value and the cure."""


class HistoryCompacted(Exception):
    """The amounts of that moment are only kept as part of a sum."""


class PastMoment(Struct, frozen=True):
    """A moment of the past: right after this entry of the journal, at this simulated time."""

    seq: int
    at: datetime


def moment_after(journal: Journal, seq: int) -> PastMoment:
    """The moment right after an entry. Raises NotInHistory for one to come, JournalEvicted for one dropped."""
    if not 1 <= seq <= journal.last_seq:
        raise NotInHistory(f"entry {seq} is not in the journal; its last entry is {journal.last_seq}")
    if seq <= journal.evicted:
        raise JournalEvicted(journal.evicted + 1, journal.capacity)
    return PastMoment(seq, journal.entries(after=seq - 1)[0].at)


def moment_at(journal: Journal, time: datetime, now: datetime) -> PastMoment:
    """The moment after everything due at a simulated time had happened. Raises like moment_after."""
    if time > now:
        raise NotInHistory(f"{time.isoformat()} is in the future; it is {now.isoformat()}")
    entries = journal.entries(until=time)
    return PastMoment(entries[-1].seq if entries else 0, time)


class Past:
    """One sandbox at one moment. Reads the journal once, then answers for many faxes."""

    def __init__(self, journal: Journal, moment: PastMoment) -> None:
        self.moment = moment
        self._evicted = journal.evicted
        self._finished_since: set[int] = set()
        self._attempts_since: Counter[int] = Counter()
        self._closed_since: set[int] = set()
        self._closed: dict[int, ReceiptState] = {}
        self._since: list[Entry] = []
        for entry in journal.entries():
            if entry.seq > moment.seq:
                self._since.append(entry)
                self._note_later(entry)
            elif entry.fax_job_id is not None and entry.kind in _STATE:
                self._closed[entry.fax_job_id] = _STATE[entry.kind]

    def _note_later(self, entry: Entry) -> None:
        job_id = entry.fax_job_id
        if job_id is None:
            return
        if entry.kind is Kind.FAX_FINISHED:
            self._finished_since.add(job_id)
        elif entry.kind is Kind.RECEIPT_ATTEMPT:
            self._attempts_since[job_id] += 1
        elif entry.kind in _STATE:
            self._closed_since.add(job_id)

    def fax_jobs(self, jobs: Iterable[FaxJob]) -> Iterator[FaxJob]:
        """The jobs that had been accepted by then, each as it was."""
        return (was for job in jobs if (was := self.fax_job(job)) is not None)

    def fax_job(self, job: FaxJob) -> FaxJob | None:
        """A job as it was (a copy if it has changed since), or None if it had not been accepted yet."""
        if job.journal_seq > self.moment.seq:
            return None
        job_id = job.fax_job_id
        if job_id in self._finished_since:
            return structs.replace(job, status=JobState.EXECUTED, finished_at=None, receipt=None, timer=None)
        receipt = job.receipt
        if receipt is None or not (job_id in self._closed_since or self._attempts_since[job_id]):
            return job
        return structs.replace(job, receipt=self._receipt(receipt, job))

    def _receipt(self, receipt: Callback, job: FaxJob) -> Callback:
        state, closed_at = receipt.state, receipt.closed_at
        if job.fax_job_id in self._closed_since:
            state = self._closed.get(job.fax_job_id, ReceiptState.PENDING)
        if state is ReceiptState.PENDING or (closed_at is not None and closed_at > self.moment.at):
            closed_at = None
        made = len(receipt.attempts) - self._attempts_since[job.fax_job_id]
        attempts = receipt.attempts[: max(0, made)]
        return structs.replace(
            receipt, state=state, attempts=attempts, closed_at=closed_at, timer=None, in_flight=False
        )

    def ledger_entries(self, ledger: Ledger) -> list[LedgerEntry]:
        """The movements up to then. Raises HistoryCompacted when later ones are only kept in a sum with them."""
        count = bisect_right(ledger.entries, self.moment.seq, key=lambda entry: entry.seq)
        following = ledger.entries[count : count + 1]
        if following and following[0].reason is EntryReason.CARRIED_FORWARD:
            raise HistoryCompacted(
                f"the ledger keeps what moved up to entry {following[0].seq} of the journal as one sum, to keep to "
                f"--fax-limit; ask about a later moment, or start with a larger --fax-limit"
            )
        return ledger.entries[:count]

    def balance(self, ledger: Ledger) -> Decimal:
        """The balance as it was. Raises HistoryCompacted."""
        entries = self.ledger_entries(ledger)
        return entries[-1].balance if entries else ledger.opening

    def existed(self, account: Account) -> bool:
        """Whether the account had been opened."""
        opened = (entry for entry in self._since if entry.kind is Kind.ACCOUNT_OPENED)
        return all(entry.api_key != account.api_key for entry in opened)

    def url(self, account: Account, setting: str) -> str | None:
        """The account's `callback_url` or `received_fax_url` as it was."""
        for entry in self._since:
            if entry.kind is Kind.ACCOUNT_CHANGED and entry.api_key == account.api_key:
                noted = entry.noted
                if noted.get("setting") == setting:
                    was = noted.get("was")
                    return None if was is None else str(was)
        now: str | None = getattr(account, setting)
        return now

    def documents(self, account: Account) -> list[Document]:
        """The account's documents as they were, by their ids."""
        documents = dict(account.documents)
        for entry in reversed(self._since):
            if entry.api_key != account.api_key:
                continue
            if entry.kind is Kind.FILE_UPLOADED:
                documents.pop(_document_id(entry), None)
            elif entry.kind is Kind.FILE_DELETED:
                documents[_document_id(entry)] = _deleted(entry)
        return [documents[document_id] for document_id in sorted(documents)]


def _document_id(entry: Entry) -> int:
    return int(str(entry.noted["document_id"]))


def _deleted(entry: Entry) -> Document:
    """A document that was deleted later, from what the journal recorded of it then."""
    noted = entry.noted
    problem = str(noted["problem"])
    return Document(
        _document_id(entry),
        str(noted["filename"]),
        int(str(noted["pages"])),
        not problem,
        problem,
        int(str(noted["size"])),
    )
