"""Whether the records of a snapshot fit together: every problem, each with its path."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from itertools import islice
from string import Formatter
from typing import Any

import msgspec

from fakefax.core.callbacks.callback import ReceiptState
from fakefax.core.clock import END_OF_TIME
from fakefax.core.decisions import CallbackKind
from fakefax.core.faults.callback_faults import CALLBACK_FAULTS
from fakefax.core.journal import Kind
from fakefax.scenario.fields import ApiKey
from fakefax.scenario.loader import RuleError, ScenarioError, check_rule
from fakefax.scenario.schema import Scenario
from fakefax.state import records as r
from fakefax.state.capture import digest_of
from fakefax.state.keys import MASK
from fakefax.state.shape import MAX_COUNTED
from fakefax.state.values import value_of
from fakefax.values.money import MAX_AMOUNT

LONGEST = timedelta(days=36_500)
MAX_BALANCE = MAX_AMOUNT * 1000

Number = tuple[CallbackKind, int]


def problems_of(snapshot: r.Snapshot, scenario: Scenario) -> list[str]:
    """As many as are counted; none when a sandbox can be made of it."""
    return list(islice(_Checks(snapshot, scenario).all(), MAX_COUNTED + 1))


class _Checks:
    """The checks of one snapshot, and what they look up."""

    def __init__(self, snapshot: r.Snapshot, scenario: Scenario) -> None:
        self._snapshot = snapshot
        self._scenario = scenario
        self._keys = {account.api_key for account in snapshot.accounts}
        self._ledgers = {ledger.ledger for ledger in snapshot.ledgers}
        self._faxes = {fax.fax_job_id: fax for fax in snapshot.faxes}
        self._received = {fax.incoming_fax_id: fax for fax in snapshot.received_faxes}
        self._callbacks = {(each.kind, each.number): each for each in snapshot.callbacks}

    def all(self) -> Iterator[str]:
        yield from self._accounts()
        yield from self._money()
        yield from self._documents()
        yield from self._sent()
        yield from self._arrived()
        yield from self._called_back()
        yield from self._attempts()
        yield from self._timers()
        yield from self._rules()
        yield from self._journal()

    def _accounts(self) -> Iterator[str]:
        snapshot = self._snapshot
        yield from _twice("accounts", "api_key", snapshot.accounts, lambda each: each.api_key)
        for index, account in enumerate(snapshot.accounts):
            if not MASK.fullmatch(account.api_key) and not _is_key(account.api_key):
                yield f"accounts[{index}].api_key: {account.api_key!r} is neither a key nor a mask such as <key 1>"
            if account.ledger not in self._ledgers:
                yield f"accounts[{index}].ledger: there is no ledger {account.ledger!r}"
        written = {account.api_key for account in self._scenario.accounts}
        for key in written - self._keys:
            yield f"scenario.accounts: the account {key!r} is not among accounts"
        if self._scenario.accounts[0].api_key != snapshot.accounts[0].api_key:
            yield "accounts[0]: it is not the first account of the scenario"
        yield from self._of_accounts("documents", "evicted", "faxes", "numbers", "received_faxes", "users")
        yield from _twice("users", "email", snapshot.users, lambda each: each.email.casefold())
        yield from _twice("evicted", "api_key", snapshot.evicted, lambda each: each.api_key)

    def _of_accounts(self, *sections: str) -> Iterator[str]:
        for section in sections:
            for index, record in enumerate(getattr(self._snapshot, section)):
                if record.api_key not in self._keys:
                    yield f"{section}[{index}].api_key: there is no account {record.api_key!r}"

    def _money(self) -> Iterator[str]:
        snapshot = self._snapshot
        yield from _twice("ledgers", "ledger", snapshot.ledgers, lambda each: each.ledger)
        own = {account.api_key for account in snapshot.accounts if account.ledger == account.api_key}
        for index, ledger in enumerate(snapshot.ledgers):
            if ledger.ledger not in own:
                yield f"ledgers[{index}].ledger: no account {ledger.ledger!r} spends from it"
        counted: Counter[str] = Counter()
        for index, entry in enumerate(snapshot.ledger_entries):
            if entry.ledger not in self._ledgers:
                yield f"ledger_entries[{index}].ledger: there is no ledger {entry.ledger!r}"
            yield from _in_order(f"ledger_entries[{index}].index", entry.index, counted[entry.ledger])
            counted[entry.ledger] += 1
        yield from self._amounts()

    def _amounts(self) -> Iterator[str]:
        for section, fields in _AMOUNTS.items():
            for index, record in enumerate(getattr(self._snapshot, section)):
                for name in fields:
                    yield from _amount(f"{section}[{index}].{name}", getattr(record, name))
        for index, ledger in enumerate(self._snapshot.ledgers):
            for reason, amount in ledger.carried.amounts.items():
                yield from _amount(f"ledgers[{index}].carried.amounts.{reason}", amount)

    def _documents(self) -> Iterator[str]:
        snapshot = self._snapshot
        yield from _twice(
            "documents", "document_id", snapshot.documents, lambda each: (each.api_key, each.document_id)
        )
        for index, document in enumerate(snapshot.documents):
            if document.digest and document.digest not in snapshot.files:
                yield f"documents[{index}].digest: files has no {document.digest}"
        for digest, content in snapshot.files.items():
            if digest_of(content) != digest:
                yield f"files.{digest}: this is not the digest of its bytes, which is {digest_of(content)}"

    def _sent(self) -> Iterator[str]:
        yield from _twice("faxes", "fax_job_id", self._snapshot.faxes, lambda each: each.fax_job_id)
        settled = [each for each in self._snapshot.faxes if each.settled]
        yield from _twice("faxes", "settled", settled, lambda each: each.settled)
        for index, fax in enumerate(self._snapshot.faxes):
            if (fax.timer is None) == (fax.finished_at is None):
                yield f"faxes[{index}]: a fax has a timer until it ends, and finished_at from then on"
            if not timedelta() <= fax.after <= LONGEST:
                yield f"faxes[{index}].after: {fax.after} is not a duration of 0 to {LONGEST.days} days"
            if fax.settled > self._snapshot.counters.settled:
                yield f"faxes[{index}].settled: {fax.settled} is above counters.settled"
            if fax.callback_fault is not None:
                yield from _decision(f"faxes[{index}].callback_fault", fax.callback_fault)

    def _arrived(self) -> Iterator[str]:
        snapshot = self._snapshot
        yield from _twice("numbers", "did_number", snapshot.numbers, lambda each: each.did_number)
        yield from _twice(
            "received_faxes", "incoming_fax_id", snapshot.received_faxes, lambda each: each.incoming_fax_id
        )
        numbers = {(each.api_key, each.did_number) for each in snapshot.numbers}
        for index, fax in enumerate(snapshot.received_faxes):
            if (fax.api_key, fax.did_number) not in numbers:
                yield f"received_faxes[{index}].did_number: the account has no number {fax.did_number!r}"
            if fax.digest not in snapshot.files:
                yield f"received_faxes[{index}].digest: files has no {fax.digest}"
            if (fax.timer is None) != fax.arrived:
                yield f"received_faxes[{index}]: a fax has a timer until it has arrived"
        for group in snapshot.counters.provisioned:
            if not (group.isascii() and group.isdigit() and len(group) < 16):
                yield f"counters.provisioned: {group!r} is not the id of a DID group"

    def _called_back(self) -> Iterator[str]:
        snapshot = self._snapshot
        yield from _twice("callbacks", "number", snapshot.callbacks, lambda each: (each.kind, each.number))
        waiting = {(each.kind, each.number) for each in snapshot.deliveries}
        for index, callback in enumerate(snapshot.callbacks):
            place, key = f"callbacks[{index}]", (callback.kind, callback.number)
            if not self._has_ended(key):
                yield f"{place}.number: there is no fax {callback.number} that has ended or arrived"
            going_on = callback.timer is not None or key in waiting
            if callback.state is ReceiptState.PENDING and not going_on:
                yield f"{place}: it is pending, and neither has it a timer nor is an attempt on its way"
        for index, delivery in enumerate(snapshot.deliveries):
            place = f"deliveries[{index}]"
            if (delivery.kind, delivery.number) not in self._callbacks:
                yield f"{place}.number: there is no such callback of fax {delivery.number}"
            if (delivery.timer is None) != bool(delivery.url):
                yield f"{place}: an attempt that was posted has a url, and one that is delayed has a timer"
            if delivery.decision is not None:
                yield from _decision(f"{place}.decision", delivery.decision)

    def _has_ended(self, key: Number) -> bool:
        kind, number = key
        if kind is CallbackKind.RECEIPT:
            fax = self._faxes.get(number)
            return fax is not None and fax.finished_at is not None
        received = self._received.get(number)
        return received is not None and received.arrived

    def _attempts(self) -> Iterator[str]:
        snapshot = self._snapshot
        yield from _twice("exchanges", "exchange", snapshot.exchanges, lambda each: each.exchange)
        exchanges = {None, r.DROPPED, *(each.exchange for each in snapshot.exchanges)}
        counted: Counter[Number] = Counter()
        for index, attempt in enumerate(snapshot.attempts):
            key = (attempt.kind, attempt.number)
            if key not in self._callbacks:
                yield f"attempts[{index}].number: there is no such callback of fax {attempt.number}"
            yield from _in_order(f"attempts[{index}].index", attempt.index, counted[key])
            counted[key] += 1
            if attempt.exchange not in exchanges:
                yield f"attempts[{index}].exchange: exchanges has no {attempt.exchange}"

    def _timers(self) -> Iterator[str]:
        clock, orders = self._snapshot.clock, set[int]()
        if clock.now > END_OF_TIME:
            yield f"clock.now: {clock.now.isoformat()} is after the end of time, {END_OF_TIME.isoformat()}"
        for section in ("faxes", "received_faxes", "callbacks", "deliveries"):
            for index, record in enumerate(getattr(self._snapshot, section)):
                timer = record.timer
                if timer is None:
                    continue
                if timer.order in orders:
                    yield f"{section}[{index}].timer.order: {timer.order} is that of another timer"
                if timer.order >= clock.next_order:
                    yield f"{section}[{index}].timer.order: {timer.order} is not below clock.next_order"
                orders.add(timer.order)

    def _rules(self) -> Iterator[str]:
        snapshot = self._snapshot
        for section in snapshot.counters.rule_ids:
            if section not in ("faxes", "requests", "callbacks"):
                yield f"counters.rule_ids: {section!r} is not a section of rules"
        yield from _twice("rules", "rule_id", snapshot.rules, lambda each: (each.section, each.rule_id))
        of_scenario = {
            section: {f"{section}[{number}]" for number in range(len(getattr(self._scenario, section)))}
            for section in {rule.section for rule in snapshot.rules}
        }
        for index, rule in enumerate(snapshot.rules):
            place = f"rules[{index}]"
            if rule.written is None:
                if rule.rule_id not in of_scenario[rule.section]:
                    yield f"{place}.rule_id: the scenario has no rule {rule.rule_id}"
                continue
            number = rule.rule_id.removeprefix("r")
            given = snapshot.counters.rule_ids.get(rule.section, 0)
            if not (number.isascii() and number.isdigit() and len(number) < 16 and 0 < int(number) <= given):
                yield f"{place}.rule_id: {rule.rule_id!r} is not from r1 to r{given}, as counters.rule_ids has it"
            try:
                check_rule(rule.section, _unmasked(rule.written))
            except RuleError as error:
                yield from (f"{place}.written: {line}" for line in error.lines)

    def _journal(self) -> Iterator[str]:
        last_seq = self._snapshot.counters.last_seq
        begin = last_seq - len(self._snapshot.journal) + 1
        for index, entry in enumerate(self._snapshot.journal):
            if entry.seq != begin + index:
                yield f"journal[{index}].seq: {entry.seq} is not {begin + index}; the last is counters.last_seq"
            for name in _needed(entry.kind):
                if name not in entry.detail:
                    yield f"journal[{index}].detail: {name} is missing"
            yield from _value(f"journal[{index}].detail", entry.detail)


_AMOUNTS = {
    "ledgers": ("opening", "balance", "reserved", "told"),
    "ledger_entries": ("amount", "balance", "told"),
    "faxes": ("cost",),
    "numbers": ("price",),
}


def _amount(place: str, amount: Decimal | None) -> Iterator[str]:
    if amount is not None and not (amount.is_finite() and abs(amount) < MAX_BALANCE):
        yield f"{place}: {amount} is not an amount"


def _is_key(text: str) -> bool:
    try:
        msgspec.convert(text, ApiKey)
    except msgspec.ValidationError:
        return False
    return True


def _needed(kind: Kind) -> Iterable[str]:
    """The details without which an entry of this kind has no message."""
    known = _NEEDED.get(kind)
    if known is None:
        names = {name for _, name, _, _ in Formatter().parse(kind.template) if name}
        known = _NEEDED[kind] = tuple(sorted(names - {"api_key", "fax_job_id"}))
    return known


_NEEDED: dict[Kind, tuple[str, ...]] = {}


def _twice(section: str, name: str, records: Iterable[Any], key: Callable[[Any], object]) -> Iterator[str]:
    seen: set[object] = set()
    for index, record in enumerate(records):
        if key(record) in seen:
            yield f"{section}[{index}].{name}: {getattr(record, name)!r} is there twice"
        seen.add(key(record))


def _in_order(place: str, index: int, expected: int) -> Iterator[str]:
    if index != expected:
        yield f"{place}: {index} is not {expected}, the next one"


def _decision(place: str, decision: r.DecisionRecord) -> Iterator[str]:
    for name, value in decision.faults.items():
        if name not in CALLBACK_FAULTS:
            yield f"{place}.faults: {name!r} is not a fault of callbacks"
        yield from _value(f"{place}.faults.{name}", value)


def _value(place: str, value: Any) -> Iterator[str]:
    try:
        value_of(value)
    except (ValueError, RecursionError) as error:
        yield f"{place}: {error}"


def _unmasked(written: Mapping[str, Any]) -> Mapping[str, Any]:
    """A rule with a key in place of a mask, as its checks want it."""
    when = written.get("when")
    if not isinstance(when, dict) or not MASK.fullmatch(str(when.get("api_key"))):
        return written
    return {**written, "when": {**when, "api_key": "a-key"}}


def scenario_problems(error: ScenarioError) -> list[str]:
    """The problems of the scenario in a snapshot, with its place."""
    return [f"scenario: {line.removeprefix('scenario: ')}" for line in error.lines]
