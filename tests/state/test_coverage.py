"""Nothing is added to the core and forgotten in what is kept."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from fakefax.core.faults.callback_faults import CallbackFault
from fakefax.core.ids import RisingIds
from fakefax.scenario.rules.rule import Rule
from fakefax.state import records
from fakefax.state.coverage import KEPT, Kept
from tests.state.story import Story, begun, run


def parts(story: Story) -> Iterator[object]:
    """The objects of a sandbox that have no declared fields, so that one has to look at them."""
    sandbox = story.sandbox
    rules = sandbox.rules.faxes, sandbox.rules.requests, sandbox.rules.callbacks
    limit, drawing = rules[1].of_scenario[0], rules[0].of_scenario[1]
    yield from (sandbox, sandbox.rules, *rules, rules[0].of_scenario, limit.gate, drawing._choices)
    yield from (sandbox.clock, sandbox.clock._timers, sandbox.journal, sandbox.store, sandbox.retention)
    yield from (sandbox.documents, sandbox.users, sandbox.users.salts, sandbox.services.keys.series)
    yield from (
        sandbox.engine,
        sandbox.inbox,
        sandbox.numbers,
        sandbox.retry_scheduler,
        sandbox.retry_scheduler.exchanges,
    )
    yield from (
        sandbox.retry_scheduler.injector,
        sandbox._dispatcher,
        sandbox.first_account.ledger,
        sandbox.services.ids,
    )


def fields_of_parts() -> dict[type, set[str]]:
    found: dict[type, set[str]] = {}

    async def look() -> None:
        story = begun()
        for step in [("register", 1), ("send", ("+49123456", 0, False)), ("advance", 9000)]:
            await story.carry_out(step)
        story.sandbox.services.keys.fresh()
        for part in parts(story):
            for kind in type(part).__mro__:
                found.setdefault(kind, set()).update(vars(part))

    run(look())
    return found


PARTS = fields_of_parts()


def fields(kind: type[Any]) -> set[str]:
    if dataclasses.is_dataclass(kind):
        return {field.name for field in dataclasses.fields(kind)}
    if kind is Rule:
        return set(Rule.__slots__)
    if hasattr(kind, "_fields"):
        return set(kind._fields)
    if issubclass(kind, msgspec.Struct):
        return set(kind.__struct_fields__)
    return PARTS[kind]


def fields_of_record(record: type[records.Record] | None) -> set[str]:
    return set() if record is None else {field.name for field in msgspec.structs.fields(record)}


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.kind.__name__)
def test_every_field_is_kept_or_has_its_reason(kept: Kept):
    """A field of a class is in its record by the same name, by another, or it is said why not; and only once."""
    same = (fields(kept.kind) & fields_of_record(kept.record)) - set(kept.other)
    reported = [*same, *kept.other, *kept.rest]
    assert sorted(reported) == sorted(fields(kept.kind))
    for place in kept.other.values():
        name, _, field = place.partition(".")
        assert field in fields_of_record(getattr(records, name))
    assert all(kept.rest.values())


def test_every_record_is_of_something():
    """No record has a field that nothing fills: each is named by a class of the core, or holds records together."""
    holders = {"Snapshot", "ServerRecord", "IdsRecord"}
    names_only = {
        *("LedgerRecord.ledger", "AccountRecord.ledger", "LedgerEntryRecord.ledger", "LedgerEntryRecord.index"),
        *("CallbackRecord.kind", "DeliveryRecord.kind", "AttemptRecord.kind", "AttemptRecord.number"),
        *("AttemptRecord.index", "ExchangeRecord.exchange", "RuleRecord.section", "DocumentRecord.api_key"),
        *("NumberRecord.api_key", "EvictedRecord.api_key", "LedgerRecord.told", "GroupRecord.prefix"),
    }
    filled = {place for kept in KEPT for place in kept.other.values()} | names_only
    for kept in KEPT:
        if kept.record is not None:
            filled |= {f"{kept.record.__name__}.{name}" for name in fields(kept.kind)}
    filled |= {place.replace("SentDocument.", "DocumentRecord.") for place in filled}
    for record in records.Record.__subclasses__():
        if record.__name__ not in holders:
            assert {f"{record.__name__}.{name}" for name in fields_of_record(record)} <= filled


def test_every_series_of_ids_has_its_place():
    """Each series of the server is in the record of them."""

    async def look() -> None:
        services = begun().sandbox.services
        receiving = vars(services.receiving_ids).values()
        series = [services.ids, services.files.ids, *receiving]
        assert all(isinstance(each, RisingIds) for each in series)
        assert len(series) == len(fields_of_record(records.IdsRecord))

    run(look())


def test_a_fault_has_nothing_but_its_values():
    """The decisions of rules about a callback are kept as these values."""
    assert CallbackFault.__slots__ == ("values",)
