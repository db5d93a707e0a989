"""The text of a snapshot: sections in the order of the alphabet, one record on a line, made to be compared."""

from collections.abc import Iterator
from typing import Any

import msgspec

from fakefax.state.records import Snapshot

FIRST = "fakefax_snapshot"
SPREAD = ("faxes", "requests", "callbacks", "accounts")
"""The parts of a scenario that have a line for each of their items."""

_encode = msgspec.json.Encoder().encode


def text_of(snapshot: Snapshot) -> str:
    """The document, with a line break at its end. The same snapshot always has the same text."""
    data = msgspec.to_builtins(snapshot)
    sections = [FIRST, *sorted(name for name in data if name != FIRST)]
    return "{\n" + ",\n".join(_section(name, data[name]) for name in sections) + "\n}\n"


def _section(name: str, value: Any) -> str:
    if name == "scenario":
        return f'  "{name}": {{\n' + ",\n".join(_of_scenario(value)) + "\n  }"
    if name == "files":
        lines = [f'    "{digest}": {_line(value[digest])}' for digest in sorted(value)]
        return f'  "{name}": {{\n' + ",\n".join(lines) + "\n  }"
    return f'  "{name}": {_lines(value, "  ") if isinstance(value, list) else _line(value)}'


def _of_scenario(scenario: dict[str, Any]) -> Iterator[str]:
    for name, value in scenario.items():
        yield f"    {_line(name)}: {_lines(value, '    ') if name in SPREAD else _line(value)}"


def _lines(items: Any, indent: str) -> str:
    if not items:
        return "[]"
    return "[\n" + ",\n".join(f"{indent}  {_line(item)}" for item in items) + f"\n{indent}]"


def _line(value: Any) -> str:
    return _encode(value).decode()
