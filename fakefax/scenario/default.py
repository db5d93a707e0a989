"""The default scenario: every row of the table of faults under a number of its own.

scenarios/default.yaml is the same for people to read. `python -m fakefax.scenario.default` writes it and the schema
beside it. The file stays in force: when it was changed, it is read.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from json import dumps
from pathlib import Path
from typing import Any

import msgspec

from fakefax.core.faults.fault import FaultGroup
from fakefax.core.faults.table import TABLE, ReadyFault
from fakefax.scenario.schema import Scenario

ANSWERED: dict[str, Any] = {"name": "answered", "then": {"after": "30s"}}
"""The last rule of `faxes`, for all numbers that are not in the table."""

_HEAD: dict[str, Any] = {
    "description": "Dial the outcome; any other number ends ok after 30s.",
    "accounts": [
        {
            "api_key": "f@x2r0ckkz",
            "balance": 100.0,
            "documents": [
                {"id": 10, "filename": "invoice.pdf", "pages": 1},
                {"id": 11, "filename": "contract.pdf", "pages": 12},
            ],
        }
    ],
    "pricing": {"per_page": 0.15},
}
_HEAD_TEXT = """\
# yaml-language-server: $schema=scenario.schema.json
description: Dial the outcome; any other number ends ok after 30s.

# +1 500 555 00xx says how the fax ends, 01xx what goes wrong with the send, 02xx with the receipt. Any other number
# is answered. A request that is not carried out is not charged. Made from the table of faults.
accounts:
  - api_key: f@x2r0ckkz
    balance: 100.00
    documents:
      - {id: 10, filename: invoice.pdf, pages: 1}
      - {id: 11, filename: contract.pdf, pages: 12}

pricing: {per_page: 0.15}
"""
_TAIL_COMMENT = "no msg_code: file_error if the document cannot be converted, else ok"
_NOT_TEXT = {"on", "off", "yes", "no", "true", "false", "null", "y", "n"}
_PLAIN = re.compile(r"[A-Za-z_<][\w<>/ .=-]*")


def default_scenario(text: str) -> Scenario | None:
    """The default scenario without reading YAML, or None if `text` is not that of its file as it is made."""
    return msgspec.convert(_data(), Scenario) if text == default_text() else None


@cache
def default_text() -> str:
    """The text of default.yaml."""
    return _HEAD_TEXT + "".join(line + "\n" for group in FaultGroup for line in _section(group))


def faults_table() -> str:
    """The table of faults as Markdown."""
    head = (
        "| what happens | dial | in a scenario | at run time, `POST /_fakefax/rules/…` |\n" + "| --- " * 4 + "|\n"
    )
    return head + "".join(f"| {' | '.join(_cells(row))} |\n" for row in TABLE.values())


def outcome_names() -> dict[str, str]:
    """The name that tests have for each row of the table of faults, by the row's own name."""
    return {row.name: row.old_name for row in TABLE.values()}


def _rows(group: FaultGroup) -> list[ReadyFault]:
    return [row for row in TABLE.values() if row.group is group]


def _data() -> dict[str, Any]:
    rules = {
        group.section: [
            {"name": _label(row), "when": {**row.dialled_when, "fax_number": row.number}, "then": row.then}
            for row in _rows(group)
        ]
        for group in FaultGroup
    }
    rules[FaultGroup.ENDS.section].append(ANSWERED)
    return _HEAD | rules


def _label(row: ReadyFault) -> str:
    return f"dialled {row.name}"


def _section(group: FaultGroup) -> Iterator[str]:
    yield f"\n{group.section}:"
    for row in _rows(group):
        yield f"  - name: {_label(row)}   # {row.description}"
        yield f"    when: {flow({**row.dialled_when, 'fax_number': row.number})}"
        yield f"    then: {flow(row.then)}"
    if group is FaultGroup.ENDS:
        yield f"  - {flow(ANSWERED)}   # {_TAIL_COMMENT}"


def _cells(row: ReadyFault) -> Iterator[str]:
    yield row.description
    yield f"`{row.number}`"
    when = row.dialled_when
    rule = ({"when": when} if when else {}) | {"then": row.then}
    yield f"`{row.group.section}: {flow([rule])}`"
    posted = {"then": row.then} | ({"times": 1} if row.once else {})
    yield f"`{row.group.section}` `{dumps(posted)}`"


def flow(value: object) -> str:
    """A value in the flow style of YAML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {flow(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if (
        isinstance(value, str)
        and value.lower() not in _NOT_TEXT
        and (_PLAIN.fullmatch(value) or re.fullmatch(r"[0-9]+(ms|s|m|h|d)", value))
    ):
        return value
    return dumps(value)


def _regenerate(checkout: Path) -> None:
    from fakefax.scenario.schema import FILE_NAME, schema_text  # noqa: PLC0415 (only to write files)

    (checkout / "scenarios" / "default.yaml").write_text(default_text(), encoding="utf-8")
    (checkout / "scenarios" / FILE_NAME).write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    _regenerate(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
