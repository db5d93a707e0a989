"""Ids of a snapshot that are taken elsewhere on the server: new ones in their place, wherever they stand.

If one id of a kind is taken, all of this kind move, so that they keep their order.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from fakefax.core.decisions import CallbackKind
from fakefax.core.ids import RisingIds, incoming_uuid
from fakefax.sandbox.sandbox import Sandbox
from fakefax.sandbox.services import SharedServices
from fakefax.state import records as r
from fakefax.state.capture import received_faxes

Ids = Mapping[int, int]

_NAMED = re.compile(r"\b(received fax |incoming-faxes/|fax job |fax |receipt |faxes/)([1-9][0-9]{0,15})\b")
"""How the journal names faxes in sentences."""
_INCOMING = ("received fax ", "incoming-faxes/")


class Moves(NamedTuple):
    """Old ids and what they become, by the kind of thing that they are of."""

    faxes: Ids
    documents: Ids
    received_faxes: Ids
    numbers: Ids
    dids: Ids

    def __bool__(self) -> bool:
        return any(self[:])

    def shown(self) -> dict[str, dict[str, int]]:
        """As an answer has them."""
        return {kind: {str(old): new for old, new in ids.items()} for kind, ids in self._asdict().items() if ids}


def moves(snapshot: r.Snapshot, services: SharedServices, others: Iterable[Sandbox]) -> Moves:
    """Which ids have to move, because one of these other sandboxes has them or another replica gives them out."""
    others, receiving = list(others), services.receiving_ids
    uploads = [document.document_id for document in snapshot.documents if document.digest]
    uploads += [fax.document.document_id for fax in snapshot.faxes if fax.document.digest]
    numbers = [
        number for other in others for account in other.accounts.values() for number in account.numbers.values()
    ]
    return Moves(
        _moved((fax.fax_job_id for fax in snapshot.faxes), services.ids, _fax_ids(others)),
        _moved(uploads, services.files.ids, ((key[1] for key in other.documents.contents) for other in others)),
        _moved(
            (fax.incoming_fax_id for fax in snapshot.received_faxes),
            receiving.incoming,
            ((fax.incoming_fax_id for fax in received_faxes(other)) for other in others),
        ),
        _moved(
            (each.number_id for each in snapshot.numbers), receiving.numbers, [{each.number_id for each in numbers}]
        ),
        _moved((each.did_id for each in snapshot.numbers), receiving.dids, [{each.did_id for each in numbers}]),
    )


def _fax_ids(others: Iterable[Sandbox]) -> Iterable[Iterable[int]]:
    return ((job.fax_job_id for job in other.store) for other in others)


def _moved(wanted: Iterable[int], series: RisingIds, taken: Iterable[Iterable[int]]) -> Ids:
    ids = dict.fromkeys(wanted)
    if all(map(series.owns, ids)) and all(ids.keys().isdisjoint(each) for each in taken):
        return {}
    return {old: series.take() for old in ids}


def moved(snapshot: r.Snapshot, moves: Moves, seed: int) -> r.Snapshot:
    """The snapshot with these ids."""
    if not moves:
        return snapshot
    faxes, of_callbacks = moves.faxes, _of_callback(moves)
    return replace(
        snapshot,
        faxes=[
            replace(fax, fax_job_id=_new(faxes, fax.fax_job_id), document=_document(fax.document, moves))
            for fax in snapshot.faxes
        ],
        ledger_entries=[
            replace(entry, fax_job_id=_new(faxes, entry.fax_job_id)) for entry in snapshot.ledger_entries
        ],
        documents=[_document(document, moves) for document in snapshot.documents],
        callbacks=[of_callbacks(record) for record in snapshot.callbacks],
        deliveries=[of_callbacks(record) for record in snapshot.deliveries],
        attempts=[of_callbacks(record) for record in snapshot.attempts],
        numbers=[
            replace(each, number_id=_new(moves.numbers, each.number_id), did_id=_new(moves.dids, each.did_id))
            for each in snapshot.numbers
        ],
        received_faxes=[_received(fax, moves, seed) for fax in snapshot.received_faxes],
        rules=[_rule(rule, moves) for rule in snapshot.rules],
        journal=[_entry(entry, moves) for entry in snapshot.journal],
    )


def _new(ids: Ids, old: Any) -> Any:
    return ids.get(old, old)


def _document(document: Any, moves: Moves) -> Any:
    if not document.digest:
        return document
    return replace(document, document_id=_new(moves.documents, document.document_id))


def _of_callback(moves: Moves) -> Callable[[Any], Any]:
    of_kind = {CallbackKind.RECEIPT: moves.faxes, CallbackKind.RECEIVED_FAX: moves.received_faxes}
    return lambda record: replace(record, number=_new(of_kind[record.kind], record.number))


def _received(fax: r.ReceivedFaxRecord, moves: Moves, seed: int) -> r.ReceivedFaxRecord:
    new = moves.received_faxes.get(fax.incoming_fax_id)
    return fax if new is None else replace(fax, incoming_fax_id=new, uuid=incoming_uuid(seed, new))


def _rule(rule: r.RuleRecord, moves: Moves) -> r.RuleRecord:
    when = (rule.written or {}).get("when")
    if not isinstance(when, dict) or when.get("document_id") not in moves.documents:
        return rule
    wanted = {**when, "document_id": moves.documents[when["document_id"]]}
    return replace(rule, written={**(rule.written or {}), "when": wanted})


def _entry(entry: r.JournalRecord, moves: Moves) -> r.JournalRecord:
    detail = {name: _detail(name, value, moves) for name, value in entry.detail.items()}
    return replace(entry, fax_job_id=_new(moves.faxes, entry.fax_job_id), detail=detail)


def _detail(name: str, value: Any, moves: Moves) -> Any:
    if name == "document_id":
        return _new(moves.documents, value) if isinstance(value, int) else value
    if name == "incoming_fax_id":
        return _new(moves.received_faxes, value) if isinstance(value, int) else value
    if not isinstance(value, str):
        return value

    def named(found: re.Match[str]) -> str:
        ids = moves.received_faxes if found[1] in _INCOMING else moves.faxes
        return f"{found[1]}{_new(ids, int(found[2]))}"

    return _NAMED.sub(named, value)
