"""The JSON Schema of a scenario file as editors get it: to complete keys, explain them and check values."""

import json
from typing import Any

from fakefax.scenario.schema import json_schema

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_ID = "urn:fakefax:scenario"
FILE_NAME = "scenario.schema.json"
"""The file beside the shipped scenarios; their first line points to it."""


def published_schema() -> dict[str, Any]:
    """The schema that validates, with an id, its dialect, and a title and a description for every key."""
    schema = json_schema()
    definitions = {name: _titled(definition, schema["$defs"]) for name, definition in schema["$defs"].items()}
    root = definitions["Scenario"]["title"] = "A fakefax scenario"
    return {
        "$schema": DIALECT,
        "$id": SCHEMA_ID,
        "title": root,
        "description": definitions["Scenario"]["description"],
        "$ref": schema["$ref"],
        "$defs": definitions,
    }


def schema_text() -> str:
    """The schema as the text of its file."""
    return json.dumps(published_schema(), indent=2, ensure_ascii=False) + "\n"


def _titled(definition: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """A section whose keys each have a title and, from their own section if need be, a description."""
    if "properties" not in definition:
        return definition
    properties = {
        name: {"title": name, "description": _described(value, definitions), **value}
        for name, value in definition["properties"].items()
    }
    return {**definition, "properties": properties}


def _described(value: dict[str, Any], definitions: dict[str, Any]) -> str:
    reference = value.get("$ref", "").rpartition("/")[2]
    return str(value.get("description") or definitions.get(reference, {}).get("description", ""))
