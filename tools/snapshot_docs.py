"""The table of a snapshot's sections, for docs/reference/snapshots.md."""

import re
from collections.abc import Iterator
from typing import Any, get_args

import msgspec

from fakefax.state.records import Record, Snapshot

SAID = {
    "fakefax_snapshot": "The format: 1.",
    "scenario": "The scenario, as a scenario file has it, with every rule.",
    "files": "The bytes of uploads and received faxes, by their SHA-256.",
}


def sections() -> str:
    """Each section with its fields."""
    fields = {field.name: field.type for field in msgspec.structs.fields(Snapshot)}
    names = ["fakefax_snapshot", *sorted(name for name in fields if name != "fakefax_snapshot")]
    lines = ["| section | what it is | fields |", "| --- | --- | --- |"]
    for name in names:
        record = next(_records(fields[name]), None)
        told = SAID.get(name) or _sentence(record)
        lines.append(f"| `{name}` | {told} | {'' if record is None else ', '.join(_fields(record))} |")
    return "\n".join(lines) + "\n"


def _records(kind: Any) -> Iterator[type[Record]]:
    if isinstance(kind, type) and issubclass(kind, Record):
        yield kind
    for inner in get_args(kind):
        yield from _records(inner)


def _sentence(record: type[Record] | None) -> str:
    return re.sub(r"\s+", " ", (record.__doc__ or "") if record else "").strip()


def _fields(record: type[Record]) -> Iterator[str]:
    for field in msgspec.structs.fields(record):
        inner = next(_records(field.type), None)
        if inner is None or inner.__name__ == "TimerRecord":
            yield f"`{field.name}`"
        else:
            yield f"`{field.name}` ({', '.join(_fields(inner))})"
