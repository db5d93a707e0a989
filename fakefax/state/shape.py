"""Every problem of a document that does not have the shape of a snapshot, each with its path."""

from collections.abc import Iterable, Iterator
from itertools import islice
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from fakefax.scenario.validation.problems import dotted, shown, suggestion
from fakefax.state.records import FORMAT, Record, Snapshot
from fakefax.values.errors import why_not_json

MAX_LISTED = 50
"""Problems of one snapshot that are listed; the others are counted."""

MAX_COUNTED = 1_000
"""Problems of one snapshot that are counted. Then the search ends: a document may have a million."""

Path = tuple[str | int, ...]


class SnapshotError(Exception):
    """A snapshot that cannot be put in force; `lines` has one line for each of its problems."""

    def __init__(self, problems: Iterable[str]) -> None:
        found = list(islice(problems, MAX_COUNTED + 1))
        more = min(len(found), MAX_COUNTED) - MAX_LISTED
        at_least = "at least " if len(found) > MAX_COUNTED else ""
        self.lines = [*found[:MAX_LISTED], *([f"and {at_least}{more:,} more"] if more > 0 else [])]
        super().__init__("\n".join(self.lines))


def shaped(text: str | bytes) -> Snapshot:
    """A document as a snapshot. Raises SnapshotError with every problem of its shape."""
    try:
        return msgspec.json.decode(text, type=Snapshot)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        data = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SnapshotError([f"it is not JSON: {why_not_json(error)}"]) from None
    problems = _wrong(data, Snapshot, ())
    found = _not_a_snapshot(data) or list(islice(problems, MAX_COUNTED + 1)) or [_convert(data, Snapshot)]
    raise SnapshotError(found)


def _not_a_snapshot(data: Any) -> list[str]:
    """The problem of a document of another kind, or of a later format."""
    if not isinstance(data, dict) or "fakefax_snapshot" not in data:
        return ["it is not a snapshot: it has no fakefax_snapshot; save one with `fakefax snapshot save`"]
    written = data["fakefax_snapshot"]
    if isinstance(written, int) and not isinstance(written, bool) and written > FORMAT:
        return [f"fakefax_snapshot: {written} is a format of a newer fakefax; this one knows {FORMAT}"]
    return []


def _convert(value: Any, kind: Any) -> str:
    """The message of msgspec about a value; empty if it is right."""
    try:
        msgspec.convert(value, kind)
    except (msgspec.ValidationError, RecursionError) as error:
        return str(error)
    return ""


def _wrong(value: Any, kind: Any, path: Path) -> Iterator[str]:
    """The problems of a value, as deep as its kind has records."""
    reason = _convert(value, kind)
    if not reason:
        return
    inner = _without_none(kind)
    if isinstance(inner, type) and issubclass(inner, Record) and isinstance(value, dict):
        yield from _wrong_record(value, inner, path)
    elif get_origin(inner) is list and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _wrong(item, get_args(inner)[0], (*path, index))
        if not value:
            yield f"{dotted(path)}: it is empty; give at least one"
    else:
        yield f"{dotted(path)}: {shown(value)} is not valid: {reason}"


def _wrong_record(value: dict[str, Any], record: type[Record], path: Path) -> Iterator[str]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(record)}
    for name, item in value.items():
        if name in fields:
            yield from _wrong(item, fields[name].type, (*path, name))
        else:
            yield f"{dotted((*path, name))}: unknown field{suggestion(str(name), fields)}"
    for name, field in fields.items():
        if field.required and name not in value:
            yield f"{dotted((*path, name))}: it is missing"


def _without_none(kind: Any) -> Any:
    """The type itself: without what is noted of it, and without None beside it."""
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif get_origin(kind) in (Union, UnionType) and len(rest := _not_none(kind)) == 1:
            kind = rest[0]
        else:
            return kind


def _not_none(kind: Any) -> list[Any]:
    return [each for each in get_args(kind) if each is not type(None)]
