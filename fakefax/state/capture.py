"""From the things of a sandbox to their records. Nothing is changed, and nothing waits."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from hashlib import sha256
from itertools import chain
from typing import Any

import msgspec
from msgspec.structs import asdict

from fakefax.core.billing.ledger import Ledger
from fakefax.core.callbacks.callback import Attempt, Callback
from fakefax.core.callbacks.exchanges import Exchange
from fakefax.core.callbacks.fault_injection import NO_FAULT, Delivery
from fakefax.core.callbacks.receipts import Receipt
from fakefax.core.decisions import CallbackKind, Decision
from fakefax.core.faults.callback_faults import CallbackFault
from fakefax.core.journal import Entry
from fakefax.core.models import Account, Document, FaxJob
from fakefax.core.receiving.incoming import FaxNumber, IncomingFax
from fakefax.core.timers import Timer
from fakefax.sandbox.sandbox import Sandbox
from fakefax.sandbox.services import SharedServices
from fakefax.sandbox.users import User
from fakefax.scenario.collector import collector_held
from fakefax.scenario.rules.rule import Rule
from fakefax.state import records as r
from fakefax.state.values import plain_values

_encode = msgspec.json.Encoder(order="sorted").encode


MANY = 2_000
"""Faxes and journal entries from which on the collector of garbage is held back: records are not garbage."""


def snapshot_of(sandbox: Sandbox) -> r.Snapshot:
    """All of a sandbox, as it is now."""
    return moment_of(sandbox)()


def moment_of(sandbox: Sandbox) -> Callable[[], r.Snapshot]:
    """All of a sandbox, as it is now. The function makes the snapshot; any thread may call it, at any time.

    It makes the records of what does not change any more, which are most: attempts and entries of the journal.
    """
    many = len(sandbox.store) + sandbox.journal.last_seq + len(sandbox.accounts) > MANY
    with collector_held(when=many):
        snapshot, callbacks = _changing(sandbox)
    kept = list(sandbox.retry_scheduler.exchanges)
    digests = {id(each): record.exchange for each, record in zip(kept, snapshot.exchanges, strict=True)}
    made = [(kind_of(callback), callback.fax_id, callback.attempts) for callback in callbacks]
    entries, scenario = sandbox.journal.entries(), sandbox.scenario

    def whole() -> r.Snapshot:
        with collector_held(when=many):
            snapshot.scenario = msgspec.to_builtins(scenario)
            snapshot.attempts = [
                attempt_record(kind, number, index, attempt, digests.get(id(attempt.exchange), r.DROPPED))
                for kind, number, attempts in made
                for index, attempt in enumerate(attempts)
            ]
            snapshot.journal = list(map(journal_record, entries))
        return snapshot

    return whole


def _changing(sandbox: Sandbox) -> tuple[r.Snapshot, list[Callback]]:
    """A snapshot without scenario, attempts and journal, and the callbacks that have the attempts."""
    jobs, received = list(sandbox.store), list(received_faxes(sandbox))
    callbacks = list(_callbacks(jobs, received))
    ledgers = ledger_names(sandbox)
    snapshot = r.Snapshot(
        fakefax_snapshot=1,
        scenario={},
        clock=clock_record(sandbox),
        ids=ids_record(sandbox.services),
        counters=counters_record(sandbox),
        rules=list(rule_records(sandbox)),
        accounts=[account_record(account, ledgers) for account in sandbox.accounts.values()],
        ledgers=[ledger_record(name, ledger) for name, ledger in _by_name(sandbox, ledgers)],
        ledger_entries=[
            ledger_entry_record(name, ledger, index)
            for name, ledger in _by_name(sandbox, ledgers)
            for index in range(len(ledger.entries))
        ],
        documents=[
            document_record(account, document)
            for account in sandbox.accounts.values()
            for document in account.documents.values()
        ],
        faxes=[fax_record(job) for job in jobs],
        evicted=list(evicted_records(sandbox)),
        callbacks=[callback_record(callback, sandbox) for callback in callbacks],
        deliveries=[delivery_record(delivery) for delivery in sandbox.retry_scheduler.injector.under_way],
        exchanges=[exchange_record(exchange) for exchange in sandbox.retry_scheduler.exchanges],
        numbers=[
            number_record(account, number)
            for account in sandbox.accounts.values()
            for number in account.numbers.values()
        ],
        received_faxes=[received_fax_record(fax) for fax in received],
        users=[user_record(user) for user in sandbox.users],
        files=files_of(sandbox),
    )
    return snapshot, callbacks


def server_record(services: SharedServices) -> r.ServerRecord:
    """The shared state of a server's sandboxes."""
    return r.ServerRecord(ids=ids_record(services), api_keys=services.keys.series.position)


def ids_record(services: SharedServices) -> r.IdsRecord:
    receiving = services.receiving_ids
    return r.IdsRecord(
        fax_job_id=services.ids.next_id,
        document_id=services.files.ids.next_id,
        number_id=receiving.numbers.next_id,
        did_id=receiving.dids.next_id,
        incoming_fax_id=receiving.incoming.next_id,
    )


def clock_record(sandbox: Sandbox) -> r.ClockRecord:
    clock = sandbox.clock
    return r.ClockRecord(now=clock.now, rate=clock.rate, next_order=clock.next_order)


def counters_record(sandbox: Sandbox) -> r.CountersRecord:
    journal, retention = sandbox.journal, sandbox.retention
    return r.CountersRecord(
        settled=retention.count,
        room=0 if retention.room == sandbox.store.fax_limit else retention.room,
        provisioned={str(group): count for group, count in sandbox.numbers.provisioned.items()},
        rule_ids={name: rules.given_ids for name, rules in sandbox.rules.made.items() if rules.given_ids},
        last_seq=journal.last_seq,
        evicted_at=journal.evicted_at,
        salts=sandbox.users.salts.position,
    )


def rule_records(sandbox: Sandbox) -> Iterator[r.RuleRecord]:
    """The rules that have counted something or were put in front, in the order in which they stand."""
    for section, rules in sandbox.rules.made.items():
        for rule in rules.at_run_time:
            yield rule_record(section, rule, at_run_time=True)
        for rule in rules.of_scenario.made:
            if rule.fitted or rule.used:
                yield rule_record(section, rule, at_run_time=False)


def rule_record(section: Any, rule: Rule[Any, Any], *, at_run_time: bool) -> r.RuleRecord:
    written = None
    if at_run_time:
        written = msgspec.to_builtins(rule.written)
        written.pop("api_key", None)
    return r.RuleRecord(
        section=section,
        rule_id=rule.rule_id,
        written=written,
        fitted=rule.fitted,
        used=rule.used,
        drawn=rule.drawn,
        passed={key: list(times) for key, times in rule.gate.passed.items()} if rule.gate else {},
    )


def ledger_names(sandbox: Sandbox) -> dict[int, str]:
    """The name of each ledger, by its identity: the api_key of the first account that spends from it."""
    names: dict[int, str] = {}
    for account in sandbox.accounts.values():
        names.setdefault(id(account.ledger), account.api_key)
    return names


def _by_name(sandbox: Sandbox, ledgers: Mapping[int, str]) -> list[tuple[str, Ledger]]:
    return [(name, sandbox.accounts[name].ledger) for name in ledgers.values()]


def account_record(account: Account, ledgers: Mapping[int, str]) -> r.AccountRecord:
    return r.AccountRecord(
        api_key=account.api_key,
        user_id=account.user_id,
        ledger=ledgers[id(account.ledger)],
        callback_url=account.callback_url,
        received_fax_url=account.received_fax_url,
    )


def ledger_record(name: str, ledger: Ledger) -> r.LedgerRecord:
    carried = ledger.carried
    return r.LedgerRecord(
        ledger=name,
        opening=ledger.opening,
        balance=ledger.balance,
        reserved=ledger.reserved,
        told=ledger.reported[0] if ledger.reported else None,
        carried=r.CarriedRecord(
            entries=carried.entries,
            fax_jobs=carried.fax_jobs,
            balances_told=carried.balances_told,
            numbers=carried.numbers,
            amounts=dict(carried.amounts),
            problems=list(carried.problems),
        ),
    )


def ledger_entry_record(name: str, ledger: Ledger, index: int) -> r.LedgerEntryRecord:
    entry = ledger.entries[index]
    return r.LedgerEntryRecord(
        ledger=name,
        index=index,
        at=entry.at,
        reason=entry.reason,
        amount=entry.amount,
        balance=entry.balance,
        fax_job_id=entry.fax_job_id,
        seq=entry.seq,
        told=told_after(ledger, index),
    )


def told_after(ledger: Ledger, index: int) -> Decimal | None:
    """The balance that the program got after a line, if it asked or was answered."""
    return ledger.reported[index + 1] if index + 1 < len(ledger.reported) else None


def document_record(account: Account, document: Document) -> r.DocumentRecord:
    return r.DocumentRecord(api_key=account.api_key, **asdict(document))


def decision_record(decision: Decision[CallbackFault]) -> r.DecisionRecord:
    return r.DecisionRecord(
        faults=plain_values(decision.action.values),
        rule=decision.rule,
        misses=decision.misses(),
    )


def fax_record(job: FaxJob) -> r.FaxRecord:
    order, plan = job.order, job.plan
    return r.FaxRecord(
        fax_job_id=job.fax_job_id,
        api_key=order.api_key,
        fax_number=order.fax_number,
        document=sent_document(order.document),
        tsi_number=order.tsi_number,
        delete_file=order.delete_file,
        cost=job.cost,
        msg_code=plan.msg_code,
        after=plan.after,
        rule=plan.rule,
        accepted_at=job.accepted_at,
        journal_seq=job.journal_seq,
        status=job.status,
        finished_at=job.finished_at,
        timer=timer_record(job.timer),
        callback_fault=None if job.callback_fault is None else decision_record(job.callback_fault),
        settled=job.settled,
    )


def sent_document(document: Document) -> r.SentDocument:
    return r.SentDocument(
        document_id=document.document_id,
        filename=document.filename,
        pages=document.pages,
        size=document.size,
        uploaded_at=document.uploaded_at,
        convertible=document.convertible,
        problem=document.problem,
        digest=document.digest,
    )


def timer_record(timer: Timer | None) -> r.TimerRecord | None:
    return None if timer is None else r.TimerRecord(due=timer.due, order=timer.order)


def evicted_records(sandbox: Sandbox) -> Iterator[r.EvictedRecord]:
    for api_key, known in sandbox.store.evicted.items():
        yield r.EvictedRecord(api_key=api_key, count=known.count, first_id=known.first_id, last_id=known.last_id)


def kind_of(callback: Callback) -> CallbackKind:
    return CallbackKind.RECEIPT if isinstance(callback, Receipt) else CallbackKind.RECEIVED_FAX


def callbacks_of(sandbox: Sandbox) -> Iterator[Callback]:
    """The receipts of its faxes, then the callbacks of its received faxes."""
    return _callbacks(sandbox.store, received_faxes(sandbox))


def _callbacks(jobs: Iterable[FaxJob], received: Iterable[IncomingFax]) -> Iterator[Callback]:
    issued = chain((job.receipt for job in jobs), (fax.callback for fax in received))
    return (callback for callback in issued if callback is not None)


def callback_record(callback: Callback, sandbox: Sandbox) -> r.CallbackRecord:
    timer = callback.timer
    if timer is not None and sandbox.retry_scheduler.injector.waits_by(timer):
        timer = None  # it is of the delivery
    return r.CallbackRecord(
        kind=kind_of(callback),
        number=callback.fax_id,
        first_due=callback.first_due,
        state=callback.state,
        scheduled=callback.scheduled,
        timer=timer_record(timer),
        closed_at=callback.closed_at,
    )


def delivery_record(delivery: Delivery) -> r.DeliveryRecord:
    return r.DeliveryRecord(
        kind=kind_of(delivery.callback),
        number=delivery.callback.fax_id,
        attempt=delivery.attempt,
        due=delivery.due,
        scheduled=delivery.scheduled,
        decision=None if delivery.decision is NO_FAULT else decision_record(delivery.decision),
        url=delivery.url,
        again=list(delivery.again),
        held=delivery.held,
        timer=timer_record(delivery.timer),
    )


def attempt_record(
    kind: CallbackKind, number: int, index: int, attempt: Attempt, exchange: str | None
) -> r.AttemptRecord:
    """The record of an attempt at a callback; `exchange` is the digest of what was posted, if anything was."""
    return r.AttemptRecord(
        kind=kind,
        number=number,
        index=index,
        attempt=attempt.number,
        due=attempt.due,
        at=attempt.at,
        url=attempt.url,
        latency=attempt.latency,
        status_code=attempt.status_code,
        failure=attempt.failure,
        next_due=attempt.next_due,
        lost=attempt.lost,
        exchange=None if attempt.exchange is None else exchange,
    )


def exchange_digest(exchange: Exchange) -> str:
    """The name of an attempt's exchange."""
    return exchange_record(exchange).exchange


def exchange_record(exchange: Exchange) -> r.ExchangeRecord:
    response = exchange.response
    record = r.ExchangeRecord(
        exchange="",
        head=exchange.head.decode("latin-1"),
        fields=None if exchange.fields is None else list(exchange.fields),
        response=None
        if response is None
        else r.ResponseRecord(
            status=response.status,
            headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers],
            body=response.body,
            body_truncated=response.body_truncated,
        ),
    )
    record.exchange = sha256(_encode(record)).hexdigest()
    return record


def number_record(account: Account, number: FaxNumber) -> r.NumberRecord:
    return r.NumberRecord(
        api_key=account.api_key,
        did_number=number.did_number,
        number_id=number.number_id,
        did_id=number.did_id,
        expires_at=number.expires_at,
        group=None if number.group is None else r.GroupRecord(**asdict(number.group)),
        price=number.price,
    )


def received_faxes(sandbox: Sandbox) -> Iterator[IncomingFax]:
    return chain.from_iterable(account.inbox.values() for account in sandbox.accounts.values())


def received_fax_record(fax: IncomingFax) -> r.ReceivedFaxRecord:
    return r.ReceivedFaxRecord(
        incoming_fax_id=fax.incoming_fax_id,
        uuid=fax.uuid,
        api_key=fax.api_key,
        did_number=fax.number.did_number,
        sender=fax.sender,
        received_at=fax.received_at,
        digest=digest_of(fax.file.data),
        pages=fax.file.pages,
        transmission=r.TransmissionRecord(**asdict(fax.transmission)),
        arrived=fax.arrived,
        timer=timer_record(fax.timer),
    )


def digest_of(content: bytes) -> str:
    """The names of files; the digest of an uploaded document is the same."""
    return sha256(content).hexdigest()


def files_of(sandbox: Sandbox) -> dict[str, bytes]:
    """The bytes of the uploads and of the received faxes, by their digests."""
    files = {
        sandbox.accounts[api_key].documents[document_id].digest: content
        for (api_key, document_id), content in sandbox.documents.contents.items()
    }
    return files | {digest_of(fax.file.data): fax.file.data for fax in received_faxes(sandbox)}


def user_record(user: User) -> r.UserRecord:
    return r.UserRecord(email=user.email, api_key=user.api_key, salt=user.salt, digest=user.digest)


def journal_record(entry: Entry) -> r.JournalRecord:
    return r.JournalRecord(
        seq=entry.seq,
        at=entry.at,
        kind=entry.kind,
        api_key=entry.api_key,
        fax_job_id=entry.fax_job_id,
        detail=plain_values(entry.noted),
    )
