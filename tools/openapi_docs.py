"""The requests of both APIs with their fields, from the OpenAPI description."""

import re
from collections.abc import Iterator
from typing import Any

from fakefax.api.operations import OPERATIONS
from fakefax.control.openapi import document
from fakefax.control.routes import PREFIX

Described = dict[str, Any]

WORDS = {"string": "text", "integer": "whole number", "boolean": "true or false", "null": "null"}

INTRODUCTION = """\
# Control API: every field

<!-- Written by `python -m tools.docs` from the OpenAPI description. Change it in the code. -->

All requests of the [control API](control-api.md) under `/_fakefax` with what they take and answer.
`GET /_fakefax/openapi.json` has the same for programs, with Fax.to's API. Each request may also name its account by
`api_key`, in the query or in a header of that name, or its sandbox by `sandbox`; so `sandbox` is left out below.
A refusal answers with `error`, `reason` and more, and has the same reason in the header `X-Fakefax-Reason`.
"""


def parameters_table() -> str:
    """The parameters of Fax.to's API, by operation."""
    lines = ["| operation | parameter | |", "| --- | --- | --- |"]
    for operation in OPERATIONS:
        for parameter in operation.parameters:
            needed = "" if parameter.required else ", may be left out"
            place = " in the path" if parameter.place.value == "path" else ""
            text = f"{parameter.kind.value}{place}{needed}. {parameter.description}"
            lines.append(f"| `{operation.name}` | `{parameter.name}` | {_cell(text)} |")
        if not operation.parameters:
            lines.append(f"| `{operation.name}` | none | |")
    return "\n".join(lines) + "\n"


def control_page() -> str:
    """Every request of the control API, then everything that they answer with."""
    described = document()
    words = _Words(described["components"]["schemas"])
    parts = [INTRODUCTION, "## Requests\n"]
    for path, methods in described["paths"].items():
        if path.startswith(PREFIX):
            for method, operation in methods.items():
                parts += _request(f"{method.upper()} {path.removeprefix(PREFIX)}", operation, words)
    objects: dict[str, str] = {}
    while pending := sorted(words.used - set(objects)):
        for name in pending:
            objects[name] = _object(name, words)
    return "\n".join([*parts, "## Objects\n", *(objects[name] for name in sorted(objects))])


class _Words:
    """Types in words. `used` collects the objects that were linked to."""

    def __init__(self, schemas: Described) -> None:
        self.schemas = schemas
        self.used: set[str] = set()

    def type(self, node: Described) -> str:
        """The type of a value; an object that has a section of its own is a link to it."""
        if "$ref" in node:
            return self._named(node["$ref"].rpartition("/")[2])
        if "anyOf" in node:
            return " or ".join(dict.fromkeys(self.type(each) for each in node["anyOf"]))
        if "enum" in node:
            return ", ".join(f"`{value}`" for value in node["enum"])
        kind = node.get("type", "anything")
        if isinstance(kind, list):
            return " or ".join(self.type({**node, "type": each}) for each in kind)
        if kind == "array":
            items = node.get("items") or {"anyOf": node.get("prefixItems", [{}])}
            return f"list of {self.type(items)}"
        if kind == "object":
            more = node.get("additionalProperties")
            return f"object of {self.type(more)}" if isinstance(more, dict) and more else "object"
        if node.get("format") == "date-time":
            return "time"
        return WORDS.get(kind, str(kind))

    def _named(self, name: str) -> str:
        schema = self.schemas[name]
        if "properties" not in schema:
            return self.type(schema)
        self.used.add(name)
        return f"[{name}](#{name.lower()})"


def _request(title: str, operation: Described, words: _Words) -> Iterator[str]:
    yield f"### {title}\n\n{operation['summary']}\n"
    rows = [
        f"| `{each['name']}` | {words.type(each['schema'])} | {_cell(each.get('description', ''))} |"
        for each in operation.get("parameters", ())
        if each["name"] != "sandbox"
    ]
    if rows:
        yield "\n".join(["| parameter | | |", "| --- | --- | --- |", *rows]) + "\n"
    bodies = operation.get("requestBody", {}).get("content", {})
    if bodies:
        kinds = (f"{words.type(body['schema'])} as {kind}" for kind, body in bodies.items())
        yield f"Body: {'; or '.join(kinds)}.\n"
    for status, response in operation["responses"].items():
        if status.startswith("2") and "content" in response:
            contents = response["content"].items()
            json = "application/json"
            answers = (words.type(content["schema"]) if kind == json else f"`{kind}`" for kind, content in contents)
            yield f"Answers {status}: {'; or '.join(answers)}.\n"


def _object(name: str, words: _Words) -> str:
    schema = words.schemas[name]
    required = schema.get("required", ())
    rows = [
        f"| `{field}` | {words.type(node)} | {_cell(_note(node, needed=field in required))} |"
        for field, node in schema["properties"].items()
    ]
    text = f"### {name}\n\n{_plain(schema.get('description', ''))}\n"
    return text + "\n" + "\n".join(["| field | | |", "| --- | --- | --- |", *rows]) + "\n" if rows else text


def _note(node: Described, *, needed: bool) -> str:
    return " ".join(filter(None, (node.get("description", ""), "" if needed else "May be missing.")))


def _plain(text: str) -> str:
    return re.sub(r"(?<!\n)\n(?!\n)", " ", text).strip()


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")
