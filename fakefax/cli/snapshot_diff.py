"""In what two snapshots differ, for a person: each record that came, went or changed."""

import json
from collections.abc import Callable, Iterator
from typing import Any

Record = dict[str, Any]

REAL = {"latency"}
"""Fields of real time, which differ in every run."""

OF_SERVER = {"ids"}
"""Sections about all sandboxes of a server."""

SHOWN = 70
"""Characters of a value that are shown."""


def _of_ledger(entry: Record) -> str:
    return f"{entry['ledger']} entry {entry['index'] + 1}"


def _of_callback(record: Record) -> str:
    return f"{str(record['kind']).replace('_', ' ')} {record['number']}"


NAMES: dict[str, Callable[[Record], str]] = {
    "rules": lambda each: f"{each['section']} {each['rule_id']}",
    "accounts": lambda each: str(each["api_key"]),
    "ledgers": lambda each: str(each["ledger"]),
    "ledger_entries": _of_ledger,
    "documents": lambda each: f"{each['document_id']} of {each['api_key']}",
    "faxes": lambda each: str(each["fax_job_id"]),
    "evicted": lambda each: str(each["api_key"]),
    "callbacks": _of_callback,
    "deliveries": lambda each: f"{_of_callback(each)}, attempt {each['attempt']}",
    "attempts": lambda each: f"{_of_callback(each)}, post {each['index'] + 1}",
    "exchanges": lambda each: str(each["exchange"])[:12],
    "numbers": lambda each: str(each["did_number"]),
    "received_faxes": lambda each: str(each["incoming_fax_id"]),
    "users": lambda each: str(each["email"]),
    "journal": lambda each: str(each["seq"]),
}
"""The identity of a record of each section, by which it is found in both snapshots."""

GIST: dict[str, Callable[[Record], str]] = {
    "faxes": lambda each: f"to {each['fax_number']}, {each.get('status', 'executed')}, {each['cost']}",
    "ledger_entries": lambda each: f"{each['reason']} {each['amount']}, balance {each['balance']}",
    "attempts": lambda each: f"at {each['at']}: {each.get('failure') or each.get('status_code')}",
    "callbacks": lambda each: str(each.get("state", "pending")),
    "documents": lambda each: f"{each['filename']}, {each['pages']} page(s)",
    "journal": lambda each: f"{each['at']} {each['kind']}",
    "received_faxes": lambda each: f"from {each['sender']} to {each['did_number']}",
}
"""The most important of a record that came or went."""


def masked(data: Record) -> Record:
    """A document with masks in place of its keys, so that one with keys can be compared with one without."""
    keys = [each["api_key"] for each in data.get("accounts", ())]
    text = json.dumps(data)
    for number, key in enumerate(keys, 1):
        text = text.replace(json.dumps(key), json.dumps(f"<key {number}>"))
    found: Record = json.loads(text)
    return found


def differences(before: Record, after: Record) -> Iterator[str]:
    """A line for each: `+` for what only the second has, `-` for what only the first has, `~` for what changed."""
    for section in sorted((before.keys() | after.keys()) - OF_SERVER):
        old, new = before.get(section), after.get(section)
        if section in NAMES:
            yield from _records(section, old or [], new or [])
        elif section == "files":
            yield from _files(old or {}, new or {})
        elif isinstance(old, dict) and isinstance(new, dict):
            yield from (f"~ {section}  {change}" for change in _changes(old, new))
        elif old != new:
            yield f"~ {section}  {_shown(old)} → {_shown(new)}"


def _records(section: str, before: list[Record], after: list[Record]) -> Iterator[str]:
    name = NAMES[section]
    old, new = {name(each): each for each in before}, {name(each): each for each in after}
    for each in [*old, *(key for key in new if key not in old)]:
        if each not in new:
            yield f"- {section}  {each}{_gist(section, old[each])}"
        elif each not in old:
            yield f"+ {section}  {each}{_gist(section, new[each])}"
        else:
            yield from (f"~ {section}  {each}: {change}" for change in _changes(old[each], new[each]))


def _gist(section: str, record: Record) -> str:
    gist = GIST.get(section)
    return "" if gist is None else f": {gist(record)}"


def _files(before: Record, after: Record) -> Iterator[str]:
    yield from (f"- files  {digest}" for digest in sorted(before.keys() - after.keys()))
    yield from (f"+ files  {digest}" for digest in sorted(after.keys() - before.keys()))


def _changes(before: Record, after: Record, place: str = "") -> Iterator[str]:
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if old == new or name in REAL:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _changes(old, new, f"{place}{name}.")
        else:
            yield f"{place}{name} {_shown(old)} → {_shown(new)}"


def _shown(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
