"""From the records to a sandbox that goes on where another one stood.

The records must be right: `fakefax.state.problems` looks at those of strangers first.
"""

from functools import partial
from typing import Any

import msgspec

from fakefax.core.billing.ledger import CarriedForward, Ledger, LedgerEntry
from fakefax.core.callbacks.callback import Attempt, Callback
from fakefax.core.callbacks.exchanges import Exchange, Response
from fakefax.core.callbacks.fault_injection import NO_FAULT, Delivery
from fakefax.core.callbacks.receipts import Receipt
from fakefax.core.callbacks.received_faxes import ReceivedFaxCallback
from fakefax.core.decisions import CallbackKind, Decision
from fakefax.core.faults.callback_faults import CallbackFault
from fakefax.core.models import Account, Document, FaxJob, FaxOrder, Plan
from fakefax.core.receiving.incoming import DidGroup, FaxFile, FaxNumber, IncomingFax, Transmission
from fakefax.core.store import EvictedJobs
from fakefax.sandbox.sandbox import Sandbox
from fakefax.sandbox.services import SharedServices, Transform, identity
from fakefax.sandbox.users import User
from fakefax.scenario.collector import collector_held
from fakefax.scenario.rule_schema import CallbackRule, FaxRule, RequestRule
from fakefax.scenario.schema import Scenario
from fakefax.state import records as r
from fakefax.state.capture import MANY
from fakefax.state.values import value_of

RULE_SCHEMAS: dict[str, type[FaxRule | RequestRule | CallbackRule]] = {
    "faxes": FaxRule,
    "requests": RequestRule,
    "callbacks": CallbackRule,
}
"""The schemas of rules that were put in front at run time, by their sections."""


def rebuild(
    snapshot: r.Snapshot,
    scenario: Scenario,
    services: SharedServices,
    owner: str | None = None,
    transform: Transform = identity,
) -> Sandbox:
    """A sandbox made of a snapshot, of which `scenario` is the scenario. Time goes on at once; nothing is posted.

    Register it with the server's sandboxes, then `resume` it. Raises StorageFull for files beyond the limits.
    """
    sandbox = Sandbox(scenario, services, owner, transform, begun=False)
    try:
        with collector_held(when=len(snapshot.faxes) + len(snapshot.journal) > MANY):
            _Rebuilt(sandbox, snapshot).all()
    except BaseException:
        sandbox.end()
        raise
    return sandbox


def resume(sandbox: Sandbox) -> None:
    """Post again what had been posted and was not answered."""
    injector = sandbox.retry_scheduler.injector
    for delivery in injector.under_way:
        if delivery.timer is None:
            injector.hand_over(delivery)


def restore_server(services: SharedServices, record: r.ServerRecord) -> None:
    """Never give out again what another run of the server has given out."""
    pass_by(services, record.ids)
    services.keys.series.skip_to(record.api_keys)


def pass_by(services: SharedServices, ids: r.IdsRecord) -> None:
    """Have each series go on from there, if it has not come farther."""
    receiving = services.receiving_ids
    services.ids.pass_by(ids.fax_job_id - 1)
    services.files.ids.pass_by(ids.document_id - 1)
    receiving.numbers.pass_by(ids.number_id - 1)
    receiving.dids.pass_by(ids.did_id - 1)
    receiving.incoming.pass_by(ids.incoming_fax_id - 1)


class _Rebuilt:
    """The work on one sandbox: what is found again by its name while the parts are put together."""

    def __init__(self, sandbox: Sandbox, snapshot: r.Snapshot) -> None:
        self._sandbox = sandbox
        self._snapshot = snapshot
        self._documents: dict[tuple[str, int], Document] = {}
        self._callbacks: dict[tuple[CallbackKind, int], Callback] = {}

    def all(self) -> None:
        snapshot, sandbox = self._snapshot, self._sandbox
        sandbox.clock.stop_at(snapshot.clock.now, snapshot.clock.next_order)
        self._accounts()
        self._files()
        for number in snapshot.numbers:
            sandbox.accounts[number.api_key].numbers[number.did_number] = _number(number)
        for user in snapshot.users:
            sandbox.users.add(User(user.email, "", user.salt, user.digest), user.api_key)
        for received in snapshot.received_faxes:
            self._received(received)
        for fax in snapshot.faxes:
            self._fax(fax)
        self._evicted()
        self._callbacks_and_attempts()
        self._rules()
        self._journal()
        sandbox.clock.rate = snapshot.clock.rate

    def _accounts(self) -> None:
        sandbox, snapshot = self._sandbox, self._snapshot
        ledgers = {record.ledger: self._ledger(record) for record in snapshot.ledgers}
        for entry in snapshot.ledger_entries:
            ledger = ledgers[entry.ledger]
            ledger.entries.append(
                LedgerEntry(entry.at, entry.reason, entry.fax_job_id, entry.amount, entry.balance, entry.seq)
            )
            ledger.reported.append(entry.told)
        sandbox.accounts.clear()
        for record in snapshot.accounts:
            sandbox.accounts[record.api_key] = Account(
                record.api_key,
                ledgers[record.ledger],
                record.user_id,
                record.callback_url,
                record.received_fax_url,
            )

    def _ledger(self, record: r.LedgerRecord) -> Ledger:
        ledger, carried = Ledger(record.opening), record.carried
        ledger.balance, ledger.reserved = record.balance, record.reserved
        ledger.reported.append(record.told)
        ledger.position = self._sandbox.journal.next_seq
        ledger.carried = CarriedForward(
            carried.entries,
            carried.fax_jobs,
            carried.balances_told,
            carried.numbers,
            dict(carried.amounts),
            list(carried.problems),
        )
        return ledger

    def _files(self) -> None:
        sandbox, files = self._sandbox, self._snapshot.files
        for record in self._snapshot.documents:
            document = _document(record)
            content = files[record.digest] if record.digest else None
            if content is not None:
                sandbox.documents.check_room(len(content))
            self._documents[record.api_key, record.document_id] = document
            sandbox.documents.put_back(sandbox.accounts[record.api_key], document, content)

    def _received(self, record: r.ReceivedFaxRecord) -> None:
        account, line = self._sandbox.accounts[record.api_key], record.transmission
        file = FaxFile(self._snapshot.files[record.digest], record.pages)
        self._sandbox.documents.keep_incoming(file)
        fax = IncomingFax(
            record.incoming_fax_id,
            record.uuid,
            record.api_key,
            account.numbers[record.did_number],
            record.sender,
            record.received_at,
            file,
            Transmission(line.rsid, line.speed, line.duration, line.ecm, line.compression),
            record.arrived,
        )
        account.inbox[fax.incoming_fax_id] = fax
        if record.timer is not None:
            self._sandbox.inbox.put_back(account, fax, record.timer.due, record.timer.order)

    def _fax(self, record: r.FaxRecord) -> None:
        sandbox = self._sandbox
        document = _document(record.document)
        own = self._documents.get((record.api_key, document.document_id))
        job = FaxJob(
            record.fax_job_id,
            FaxOrder(
                record.api_key,
                record.fax_number,
                own if own is not None and own == document else document,
                record.tsi_number,
                record.delete_file,
            ),
            record.cost,
            Plan(record.msg_code, record.after, record.rule),
            record.accepted_at,
            record.journal_seq,
            record.status,
            record.finished_at,
            callback_fault=_decision(record.callback_fault),
            settled=record.settled,
        )
        sandbox.store.add(job)
        if record.timer is not None:
            account = sandbox.accounts[record.api_key]
            sandbox.engine.put_back(job, account, record.timer.due, record.timer.order)

    def _evicted(self) -> None:
        sandbox, counters = self._sandbox, self._snapshot.counters
        for record in self._snapshot.evicted:
            known = EvictedJobs(record.count, record.first_id, record.last_id)
            sandbox.store.evicted[record.api_key] = known
        room = max(counters.room, sandbox.store.fax_limit)
        sandbox.retention.put_back(sandbox.store, counters.settled, room)
        sandbox.numbers.provisioned.update((int(group), count) for group, count in counters.provisioned.items())
        sandbox.users.salts.skip_to(counters.salts)

    def _callbacks_and_attempts(self) -> None:
        snapshot, scheduler = self._snapshot, self._sandbox.retry_scheduler
        for record in snapshot.callbacks:
            callback = self._callback(record)
            self._callbacks[record.kind, record.number] = callback
            if record.timer is not None:
                scheduler.put_back(callback, record.timer.due, record.timer.order)
        dropped = Exchange(b"", None, None, dropped=True)
        exchanges: dict[str | None, Exchange | None] = {None: None, r.DROPPED: dropped}
        for kept in snapshot.exchanges:
            exchanges[kept.exchange] = scheduler.exchanges.keep(*_exchange(kept))
        attempts: dict[tuple[CallbackKind, int], list[Attempt]] = {}
        for made in snapshot.attempts:
            attempts.setdefault((made.kind, made.number), []).append(_attempt(made, exchanges))
        for key, of_callback in attempts.items():
            self._callbacks[key].attempts = tuple(of_callback)
        for delivery in snapshot.deliveries:
            self._delivery(delivery)

    def _callback(self, record: r.CallbackRecord) -> Callback:
        callback: Callback
        if record.kind is CallbackKind.RECEIPT:
            job = self._sandbox.store.find(record.number)
            assert job is not None
            callback = job.receipt = Receipt(job, first_due=record.first_due)
        else:
            fax = next(a.inbox[record.number] for a in self._sandbox.accounts.values() if record.number in a.inbox)
            callback = fax.callback = ReceivedFaxCallback(fax, first_due=record.first_due)
        callback.state, callback.scheduled = record.state, record.scheduled
        callback.closed_at = record.closed_at
        return callback

    def _delivery(self, record: r.DeliveryRecord) -> None:
        callback, injector = self._callbacks[record.kind, record.number], self._sandbox.retry_scheduler.injector
        delivery = Delivery(
            callback,
            record.attempt,
            record.due,
            record.scheduled,
            _decision(record.decision) or NO_FAULT,
            record.url,
            again=list(record.again),
            held=record.held,
        )
        if record.timer is not None:
            injector.put_back(delivery, record.timer.due, record.timer.order)
        else:
            injector.put_back_posted(delivery)

    def _rules(self) -> None:
        sandbox, snapshot = self._sandbox, self._snapshot
        needed = {*snapshot.counters.rule_ids, *(record.section for record in snapshot.rules)}
        for section in needed:
            rules = sandbox.rules.section(section)
            records = [record for record in snapshot.rules if record.section == section]
            written = [
                (record.rule_id, msgspec.convert(record.written, RULE_SCHEMAS[section]))
                for record in records
                if record.written is not None
            ]
            rules.put_back(written, snapshot.counters.rule_ids.get(section, 0))
            for record in records:
                _count(rules.find(record.rule_id), record)

    def _journal(self) -> None:
        journal, counters = self._sandbox.journal, self._snapshot.counters
        kept = self._snapshot.journal[-journal.capacity - 1 :]
        entries = [
            journal.entry(
                record.seq,
                record.at,
                record.kind,
                record.api_key or self._sandbox.owner,
                record.fax_job_id,
                value_of(record.detail) if record.detail else {},
            )
            for record in kept
        ]
        journal.put_back(entries, counters.last_seq, counters.evicted_at)


def _document(record: r.SentDocument) -> Document:
    return Document(
        record.document_id,
        record.filename,
        record.pages,
        record.convertible,
        record.problem,
        record.size,
        record.uploaded_at,
        record.digest,
    )


def _number(record: r.NumberRecord) -> FaxNumber:
    group = record.group
    of_group = None if group is None else DidGroup(*(getattr(group, name) for name in DidGroup.__struct_fields__))
    return FaxNumber(record.number_id, record.did_id, record.did_number, record.expires_at, of_group, record.price)


def _decision(record: r.DecisionRecord | None) -> Decision[CallbackFault] | None:
    if record is None:
        return None
    fault = CallbackFault(**{name: value_of(value) for name, value in record.faults.items()})
    return Decision(fault, record.rule, partial(list, record.misses))


def _exchange(record: r.ExchangeRecord) -> tuple[bytes, tuple[tuple[str, str], ...] | None, Response | None]:
    answer = record.response
    response = None
    if answer is not None:
        headers = tuple((_bytes(name), _bytes(value)) for name, value in answer.headers)
        response = Response(answer.status, headers, answer.body, answer.body_truncated)
    fields = None if record.fields is None else tuple(record.fields)
    return _bytes(record.head), fields, response


def _bytes(text: str) -> bytes:
    return text.encode("latin-1", "replace")


def _attempt(record: r.AttemptRecord, exchanges: dict[str | None, Exchange | None]) -> Attempt:
    return Attempt(
        record.attempt,
        record.due,
        record.at,
        record.url,
        record.status_code,
        record.failure,
        record.latency,
        record.next_due,
        record.lost,
        exchanges[record.exchange],
    )


def _count(rule: Any, record: r.RuleRecord) -> None:
    rule.put_back(record.fitted, record.used, record.drawn)
    if rule.gate is not None:
        for api_key, times in record.passed.items():
            rule.gate.put_back(api_key, times)
