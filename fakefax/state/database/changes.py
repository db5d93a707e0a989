"""The changes of one sandbox since the last commit, and the statements that write them.

The journal has nearly every change. The rest is reported by the parts that change without an entry:
attempts that are on their way, rules that count, faxes that are evicted or will arrive.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

import msgspec

from fakefax.core.billing.ledger import EntryReason, Ledger
from fakefax.core.callbacks.callback import Callback
from fakefax.core.callbacks.exchanges import Exchange
from fakefax.core.callbacks.fault_injection import Delivery
from fakefax.core.decisions import CallbackKind
from fakefax.core.journal import Entry, Kind
from fakefax.core.models import Account, FaxJob
from fakefax.core.receiving.incoming import IncomingFax
from fakefax.sandbox.sandbox import Sandbox
from fakefax.scenario.rules.matching import Rules
from fakefax.scenario.schema import Scenario
from fakefax.state import capture
from fakefax.state.database import schema
from fakefax.state.database.file import Statement
from fakefax.state.database.schema import Table
from fakefax.state.records import DROPPED

TRIM_AT = 1000
"""Entries beyond the journal's capacity at which the file drops them too."""

DROP_EXCHANGES_AT = 1000
"""Exchanges that were added since the file last dropped those that are not kept in memory any more."""

Rows = list[tuple[Any, ...]]


class _Mark(NamedTuple):
    """Where a ledger stands in the file: its last line, the balance reported then, and the lines compacted."""

    seq: int
    carried: int
    told: Decimal | None


class SandboxChanges:
    """The changes of one sandbox; `changed` is called with the first after each commit.

    A sandbox that is not in the file yet, or not any more, is written as a whole first.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        changed: Callable[[], None],
        *,
        is_new: bool,
        given: Callable[[], Scenario | None] = lambda: None,
    ) -> None:
        self.sandbox = sandbox
        self._given = given
        self._last_given: Scenario | None = None
        self.rate_to_come: float | None = None
        """The rate at which time will go on; None while it goes on already."""
        self._changed = changed
        self._whole = is_new
        self._first = True
        self._ledgers = capture.ledger_names(sandbox)
        self._marks: dict[str, _Mark] = {}
        self._digests: dict[tuple[str, int], str] = {}
        self._exchanges: dict[str, Exchange] = {}
        self._digest_of: dict[int, str] = {}
        self._dropped_at = 0
        self._trimmed = 0
        self._places: dict[Delivery, int] = {}
        self._last_place = 0
        self._last: dict[str, Rows] = {}
        self._once_written: list[Callable[[], object]] = []
        self._begin_anew()
        self._mark_all()
        sandbox.journal.listen(self._entry)
        sandbox.retry_scheduler.injector.noted = self._delivery
        sandbox.store.leaving = self._evict
        sandbox.inbox.announced = self._announced

    def detach(self) -> None:
        """Note nothing any more."""
        self.sandbox.journal.unlisten(self._entry)

    def statements(self) -> Iterator[Statement]:
        """The statements that write all of it. Asked again before `written`, it writes all of it again."""
        self._once_written = []
        if self._whole:
            yield from self._all()
            return
        if self._first:
            yield Statement(schema.DELIVERIES.clear, [(self.sandbox.number,)])
            yield from self._deliveries_of(self.sandbox.retry_scheduler.injector.under_way)
        if self._first or (self.sandbox.owner is None and self._given() is not self._last_given):
            yield from self._itself()
        yield from self._faxes_and_callbacks()
        yield from self._accounts_and_ledgers()
        yield from self._documents_and_files()
        yield from self._rules()
        yield from self._journal()
        yield from self._counts()

    def written(self) -> None:
        """Begin anew after these statements."""
        if self._whole:
            self._whole = False
            self._mark_all()
        self._first = False
        for note in self._once_written:
            note()
        self._begin_anew()

    def _begin_anew(self) -> None:
        """Forget what has changed. All of it is noted in its order, which is that of the rows."""
        self._entries: deque[Entry] = deque(maxlen=self.sandbox.journal.capacity)
        self._faxes: dict[int, None] = {}
        self._evicted: list[int] = []
        self._received: dict[int, IncomingFax] = {}
        self._deliveries: dict[Delivery, None] = {}
        self._attempts: Counter[tuple[CallbackKind, int]] = Counter()
        self._accounts: dict[str, None] = {}
        self._opened: dict[str, None] = {}
        self._numbers: dict[tuple[str, str], None] = {}
        self._documents: dict[tuple[str, int], None] = {}
        self._all_rules = False

    def _mark_all(self) -> None:
        """Note where everything stands that is compared with the file later."""
        sandbox = self.sandbox
        for name in self._ledgers.values():
            self._mark(name, sandbox.accounts[name].ledger)
        for api_key, document_id in sandbox.documents.contents:
            self._digests[api_key, document_id] = sandbox.accounts[api_key].documents[document_id].digest
        self._keep_exchanges(
            {capture.exchange_digest(exchange): exchange for exchange in sandbox.retry_scheduler.exchanges}
        )
        self._trimmed = sandbox.journal.evicted
        _forget_changes(sandbox.rules.made)

    def _mark(self, name: str, ledger: Ledger) -> None:
        last = len(ledger.entries) - 1
        seq, told = (0, None) if last < 0 else (ledger.entries[last].seq, capture.told_after(ledger, last))
        self._marks[name] = _Mark(seq, ledger.carried.entries, told)

    # Called at changes.

    def _entry(self, entry: Entry) -> None:
        self._entries.append(entry)
        if entry.fax_job_id is not None:
            self._faxes[entry.fax_job_id] = None
        if entry.api_key is not None:
            self._accounts[entry.api_key] = None
        note = _NOTES.get(entry.kind)
        if note is not None:
            note(self, entry)
        self._changed()

    def _note_attempt(self, entry: Entry) -> None:
        if entry.fax_job_id is not None:
            self._attempts[CallbackKind.RECEIPT, entry.fax_job_id] += 1

    def _note_received(self, entry: Entry) -> None:
        number = int(str(entry.noted["incoming_fax_id"]))
        account = self.sandbox.accounts.get(entry.api_key or "")
        fax = None if account is None else account.inbox.get(number)
        if fax is not None:
            self._received[number] = fax
            if entry.kind is Kind.RECEIVED_ATTEMPT:
                self._attempts[CallbackKind.RECEIVED_FAX, number] += 1

    def _note_account(self, entry: Entry) -> None:
        if entry.api_key is not None:
            self._opened[entry.api_key] = None

    def _note_number(self, entry: Entry) -> None:
        self._numbers[str(entry.api_key), str(entry.noted["did_number"])] = None

    def _note_document(self, entry: Entry) -> None:
        self._documents[str(entry.api_key), int(str(entry.noted["document_id"]))] = None

    def _note_rules(self, _: Entry) -> None:
        self._all_rules = True

    def _delivery(self, delivery: Delivery) -> None:
        """An attempt has begun to wait or was posted, or is over."""
        self._deliveries[delivery] = None
        self._changed()

    def _evict(self, job: FaxJob) -> None:
        self._evicted.append(job.fax_job_id)
        self._accounts[job.order.api_key] = None

    def _announced(self, fax: IncomingFax) -> None:
        """A fax will arrive, or does."""
        self._received[fax.incoming_fax_id] = fax
        self._changed()

    # What is written.

    def _all(self) -> Iterator[Statement]:
        """The whole sandbox, in place of what the file has of it."""
        sandbox, number = self.sandbox, self.sandbox.number
        snapshot = capture.snapshot_of(sandbox)
        yield from removal_of(number)
        yield from self._itself()
        for name, table in schema.OF_SANDBOX.items():
            if table is not schema.DELIVERIES:
                yield self._upsert(table, getattr(snapshot, name))
        yield from self._deliveries_of(sandbox.retry_scheduler.injector.under_way)
        yield Statement(schema.KEEP_FILE, list(snapshot.files.items()))
        yield from self._counts()

    def _itself(self) -> Iterator[Statement]:
        given = self._given() if self.sandbox.owner is None else None
        record = schema.SandboxRecord(
            self.sandbox.number,
            msgspec.to_builtins(self.sandbox.scenario),
            self.sandbox.owner,
            None if given is None else msgspec.to_builtins(given),
        )
        yield Statement(schema.SANDBOXES.upsert, schema.SANDBOXES.rows(self.sandbox.number, [record]))
        self._once_written.append(lambda: setattr(self, "_last_given", given))

    def _upsert(self, table: Table, records: list[Any]) -> Statement:
        return Statement(table.upsert, table.rows(self.sandbox.number, records))

    def _faxes_and_callbacks(self) -> Iterator[Statement]:
        sandbox = self.sandbox
        faxes, callbacks = [], {}
        for fax_job_id in self._faxes:
            job = sandbox.store.find(fax_job_id)
            if job is not None:
                faxes.append(job)
                if job.receipt is not None:
                    callbacks[CallbackKind.RECEIPT, fax_job_id] = job.receipt
        for fax in self._received.values():
            if fax.callback is not None:
                callbacks[CallbackKind.RECEIVED_FAX, fax.incoming_fax_id] = fax.callback
        for delivery in self._deliveries:
            callbacks[capture.kind_of(delivery.callback), delivery.callback.fax_id] = delivery.callback
        yield self._upsert(schema.FAXES, [capture.fax_record(job) for job in faxes])
        yield self._upsert(schema.RECEIVED_FAXES, [capture.received_fax_record(f) for f in self._received.values()])
        yield self._upsert(
            schema.CALLBACKS, [capture.callback_record(each, sandbox) for each in callbacks.values()]
        )
        yield from self._deliveries_of(self._deliveries)
        yield from self._attempts_at(callbacks)
        if self._evicted:
            yield from self._evictions()

    def _deliveries_of(self, deliveries: Iterable[Delivery]) -> Iterator[Statement]:
        """Attempts that are on their way, and the end of others. A resend may be on its way beside its attempt."""
        number, over, under_way = self.sandbox.number, [], []
        for delivery in deliveries:
            place = self._places.get(delivery)
            if not self.sandbox.retry_scheduler.injector.is_under_way(delivery):
                if place is not None:
                    over.append((number, place))
                    self._once_written.append(partial(self._places.pop, delivery, None))
                continue
            if place is None:
                self._last_place += 1
                place = self._places[delivery] = self._last_place
            under_way.append(schema.DELIVERIES.row_at(place, number, capture.delivery_record(delivery)))
        yield Statement(schema.DELIVERIES.delete, over)
        yield Statement(schema.DELIVERIES.upsert, under_way)

    def _attempts_at(self, callbacks: dict[tuple[CallbackKind, int], Callback]) -> Iterator[Statement]:
        """The attempts that have ended, and what was posted and came back that the file does not have."""
        records: list[Any] = []
        exchanges: dict[str, Exchange] = {}
        for key, count in self._attempts.items():
            callback = callbacks.get(key)
            made = 0 if callback is None else len(callback.attempts)
            for index in range(max(0, made - count), made):
                assert callback is not None
                attempt = callback.attempts[index]
                digest, exchange = self._digest(attempt.exchange), attempt.exchange
                records.append(capture.attempt_record(*key, index, attempt, digest))
                if exchange is not None and not exchange.dropped and self._exchanges.get(digest) is not exchange:
                    exchanges[digest] = exchange
        yield self._upsert(schema.ATTEMPTS, records)
        yield self._upsert(schema.EXCHANGES, [capture.exchange_record(exchange) for exchange in exchanges.values()])
        self._once_written.append(lambda: self._name_exchanges(exchanges))
        if len(self._exchanges) - self._dropped_at > DROP_EXCHANGES_AT:
            kept = {digest: exchange for digest, exchange in self._exchanges.items() if not exchange.dropped}
            gone = [(self.sandbox.number, digest) for digest in self._exchanges if digest not in kept]
            yield Statement(schema.EXCHANGES.delete, gone)
            self._once_written.insert(0, lambda: self._keep_exchanges(kept))

    def _digest(self, exchange: Exchange | None) -> str:
        """The digest of an exchange; that of one that the file has is known."""
        if exchange is None or exchange.dropped:
            return DROPPED
        return self._digest_of.get(id(exchange)) or capture.exchange_digest(exchange)

    def _name_exchanges(self, exchanges: dict[str, Exchange]) -> None:
        for digest, exchange in exchanges.items():
            earlier = self._exchanges.get(digest)
            if earlier is not None:  # it was dropped, and an equal one has come since
                self._digest_of.pop(id(earlier), None)
            self._exchanges[digest] = exchange
            self._digest_of[id(exchange)] = digest

    def _keep_exchanges(self, kept: dict[str, Exchange]) -> None:
        self._exchanges, self._dropped_at = kept, len(kept)
        self._digest_of = {id(exchange): digest for digest, exchange in kept.items()}

    def _evictions(self) -> Iterator[Statement]:
        number = self.sandbox.number
        of_receipts = [(number, CallbackKind.RECEIPT.value, fax_job_id) for fax_job_id in self._evicted]
        yield Statement(schema.FAXES.delete, [(fax_job_id,) for fax_job_id in self._evicted])
        places = [(schema.place_of_callback(CallbackKind.RECEIPT, fax_job_id),) for fax_job_id in self._evicted]
        yield Statement(schema.CALLBACKS.delete, places)
        yield Statement("DELETE FROM kept_attempts WHERE sandbox = ? AND kind = ? AND number = ?", of_receipts)
        yield self._upsert(schema.EVICTED, list(capture.evicted_records(self.sandbox)))

    def _accounts_and_ledgers(self) -> Iterator[Statement]:
        accounts = [self.sandbox.accounts[key] for key in self._accounts if key in self.sandbox.accounts]
        for account in accounts:
            self._ledgers.setdefault(id(account.ledger), account.api_key)
        changed = [account for account in accounts if account.api_key in self._opened]
        yield self._upsert(schema.ACCOUNTS, [capture.account_record(each, self._ledgers) for each in changed])
        if changed:
            users = [user for user in self.sandbox.users if user.api_key in self._opened]
            yield self._upsert(schema.USERS, [capture.user_record(user) for user in users])
        if self._numbers:
            owned = [(self.sandbox.accounts[key], did_number) for key, did_number in self._numbers]
            records = [capture.number_record(account, account.numbers[number]) for account, number in owned]
            yield self._upsert(schema.NUMBERS, records)
        for ledger in {id(account.ledger): account for account in accounts}.values():
            yield from self._ledger(ledger)

    def _ledger(self, account: Account) -> Iterator[Statement]:
        """The lines since the last commit, and the one before, if its balance was reported since.

        Where lines were compacted, all up to the last sum are written anew.
        """
        ledger, name = account.ledger, self._ledgers[id(account.ledger)]
        entries, mark = ledger.entries, self._marks.get(name, _Mark(0, 0, None))
        first = len(entries)
        while first and entries[first - 1].seq > mark.seq:
            first -= 1
        lines, amended = list(range(first, len(entries))), first - 1
        if mark.carried != ledger.carried.entries:
            sums = [n for n, entry in enumerate(entries) if entry.reason is EntryReason.CARRIED_FORWARD]
            if sums:
                yield Statement(
                    "DELETE FROM kept_ledger_lines WHERE sandbox = ? AND ledger = ? AND seq <= ?",
                    [(self.sandbox.number, name, entries[sums[-1]].seq)],
                )
                lines = [*range(sums[-1] + 1), *(line for line in lines if line > sums[-1])]
        if amended >= 0 and amended not in lines and capture.told_after(ledger, amended) != mark.told:
            record = capture.ledger_entry_record(name, ledger, amended)
            rows = schema.LEDGER_LINES.rows(self.sandbox.number, [record])
            yield Statement(schema.LEDGER_LINES.amend, [(text, *key) for *key, text in rows])
        yield self._upsert(schema.LEDGERS, [capture.ledger_record(name, ledger)])
        records = [capture.ledger_entry_record(name, ledger, line) for line in lines]
        yield self._upsert(schema.LEDGER_LINES, records)
        self._once_written.append(lambda: self._mark(name, ledger))

    def _documents_and_files(self) -> Iterator[Statement]:
        sandbox = self.sandbox
        records, gone, files, unused = [], [], [], []
        digests: dict[tuple[str, int], str] = {}
        for api_key, document_id in self._documents:
            account = sandbox.accounts.get(api_key)
            document = None if account is None else account.documents.get(document_id)
            if account is None or document is None:
                gone.append((sandbox.number, api_key, document_id))
                unused.append(self._digests.get((api_key, document_id), ""))
                continue
            records.append(capture.document_record(account, document))
            content = sandbox.documents.contents.get((api_key, document_id))
            if content is not None:
                digests[api_key, document_id] = document.digest
                files.append((document.digest, content))
        files.extend((capture.digest_of(fax.file.data), fax.file.data) for fax in self._received.values())
        yield self._upsert(schema.DOCUMENTS, records)
        yield Statement(schema.DOCUMENTS.delete, gone)
        yield Statement(schema.KEEP_FILE, files)
        yield Statement(schema.DROP_FILE, [(digest,) for digest in unused if digest])
        self._once_written.append(lambda: self._digests.update(digests))

    def _rules(self) -> Iterator[Statement]:
        made = self.sandbox.rules.made
        if self._all_rules:
            yield Statement(schema.RULES.clear, [(self.sandbox.number,)])
            yield self._upsert(schema.RULES, list(capture.rule_records(self.sandbox)))
        else:
            records = []
            for section, rules in made.items():
                changed = rules.of_scenario.made if rules.changed is None else rules.changed
                for rule in changed:
                    if rule.fitted:
                        at_run_time = rules.of_scenario.find(rule.rule_id) is not rule
                        records.append(capture.rule_record(section, rule, at_run_time=at_run_time))
            yield self._upsert(schema.RULES, records)
        self._once_written.append(lambda: _forget_changes(made))

    def _journal(self) -> Iterator[Statement]:
        yield self._upsert(schema.JOURNAL, [capture.journal_record(entry) for entry in self._entries])
        evicted = self.sandbox.journal.evicted
        if evicted - self._trimmed >= TRIM_AT:
            self._once_written.append(lambda: setattr(self, "_trimmed", evicted))
            yield Statement(
                "DELETE FROM kept_journal WHERE sandbox = ? AND last_seq <= ?", [(self.sandbox.number, evicted)]
            )

    def _counts(self) -> Iterator[Statement]:
        """The clock and the counters, unless they are as the last commit left them."""
        clock = capture.clock_record(self.sandbox)
        if self.rate_to_come is not None:
            clock.rate = self.rate_to_come
        for table, record in ((schema.CLOCKS, clock), (schema.COUNTERS, capture.counters_record(self.sandbox))):
            rows = table.rows(self.sandbox.number, [record])
            if self._last.get(table.name) != rows:
                self._once_written.append(partial(self._last.__setitem__, table.name, rows))
                yield Statement(table.upsert, rows)


def _forget_changes(made: dict[str, Rules[Any, Any, Any]]) -> None:
    for rules in made.values():
        rules.changed = set()


_Note = Callable[[SandboxChanges, Entry], None]
_NOTES: dict[Kind, _Note] = {
    Kind.RECEIPT_ATTEMPT: SandboxChanges._note_attempt,
    **{kind: SandboxChanges._note_received for kind in Kind if kind.startswith("received.")},
    Kind.ACCOUNT_OPENED: SandboxChanges._note_account,
    Kind.ACCOUNT_CHANGED: SandboxChanges._note_account,
    Kind.NUMBER_PROVISIONED: SandboxChanges._note_number,
    Kind.FILE_UPLOADED: SandboxChanges._note_document,
    Kind.FILE_DELETED: SandboxChanges._note_document,
    Kind.RULES_CHANGED: SandboxChanges._note_rules,
}
"""The objects of an entry of a kind, beside its fax job and its account."""


def removal_of(number: int) -> Iterator[Statement]:
    """The statements that take a sandbox out of the file."""
    for table in (schema.CLOCKS, schema.COUNTERS, *schema.OF_SANDBOX.values()):
        yield Statement(table.clear, [(number,)])
    yield Statement(schema.SANDBOXES.delete, [(number,)])
    yield Statement(schema.DROP_FILES, [()])
