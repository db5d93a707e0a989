"""The table of a scenario's keys, from its JSON Schema."""

import json
from collections.abc import Iterator
from typing import Any

from fakefax.scenario.schema import json_schema

Schema = dict[str, Any]


def keys_table() -> str:
    """One row for each key that holds a value: its path, what it takes, its default, what it means."""
    lines = ["| key | takes | default | |", "| --- | --- | --- | --- |"]
    schema = json_schema()
    definitions = schema["$defs"]
    for path, node in _keys(definitions["Scenario"], "", definitions):
        default = node.get("default", ...)
        shown = "" if default in (..., "", [], (), {}) else f"`{_flow(default)}`"
        lines.append(
            f"| `{path}` | {_takes(node, definitions)} | {shown} | {_cell(_described(node, definitions))} |"
        )
    return "\n".join(lines) + "\n"


def key_paths() -> list[str]:
    """The path of every key that holds a value: accounts[].documents[].id."""
    definitions = json_schema()["$defs"]
    return [path for path, _ in _keys(definitions["Scenario"], "", definitions)]


def _keys(node: Schema, prefix: str, definitions: Schema) -> Iterator[tuple[str, Schema]]:
    for name, child in node["properties"].items():
        path = f"{prefix}.{name}".lstrip(".")
        inner = _inner(child, definitions)
        if inner is None:
            yield path, child
            continue
        lists = child.get("type") == "array"
        if "anyOf" in child:
            yield path, child
        yield from _keys(inner, path + "[]" * lists, definitions)


def _inner(node: Schema, definitions: Schema) -> Schema | None:
    """The mapping that a key holds, alone or in a list; None if it holds a value."""
    for candidate in (node, node.get("items", {}), *node.get("anyOf", ())):
        name = candidate.get("$ref", "").rpartition("/")[2]
        if name and not name.endswith("Mix") and "properties" in definitions[name]:
            found: Schema = definitions[name]
            return found
    return None


def _described(node: Schema, definitions: Schema) -> str:
    if "description" in node:
        return str(node["description"])
    return str(definitions.get(node.get("$ref", "").rpartition("/")[2], {}).get("description", ""))


def _takes(node: Schema, definitions: Schema) -> str:
    """What a value may be, in words or as a list of all."""
    target = definitions.get(node.get("$ref", "").rpartition("/")[2], {})
    if values := (node.get("enum") or target.get("enum")):
        return ", ".join(f"`{_flow(value)}`" for value in values)
    if expected := node.get("x-expected"):
        return _cell(expected)
    if target:
        return "weights of " + ", ".join(f"`{name}`" for name in target["properties"])
    kind = str(node.get("type"))
    words = {"boolean": "`true` or `false`", "integer": "a whole number", "number": "a number", "string": "text"}
    words |= {"object": "a mapping", "array": "a list"}
    return words.get(kind, "a number or text") + _bounds(node)


def _bounds(node: Schema) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    if low is not None and high is not None and high < 2**53:
        return f", {low:g} to {high:g}" if high < 10_000 else f", {low:g} to {high:,.0f}"
    return f", from {low:g}" if low is not None else ""


def _flow(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace(" *", " \\*").replace("; *", "; \\*")
