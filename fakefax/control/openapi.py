"""GET openapi.json: both APIs in OpenAPI 3.1, made from the tables that route and validate."""

import inspect
import re
from collections.abc import Iterable, Iterator
from functools import cache
from types import UnionType
from typing import Any, get_args

import msgspec
from aiohttp import web

from fakefax import __version__
from fakefax.api.errors import STATUS as VENDOR_STATUS
from fakefax.api.operation import BASE_PATHS, Operation, Parameter, Place, ValueKind
from fakefax.api.operations import OPERATIONS
from fakefax.api.params import FORM, JSON, MULTIPART
from fakefax.api.reply import REASON_HEADER, Binary
from fakefax.control.call import STATUS as CONTROL_STATUS
from fakefax.control.call import ControlCall
from fakefax.control.events import EVENT_STREAM
from fakefax.control.route import Route, snapshot_shape
from fakefax.scenario.schema import Scenario
from fakefax.values.unpatched import read_package_file

REFERENCE = "#/components/schemas/{name}"


class Components:
    """The schemas of many types at once, so that two structs of the same name get different ones."""

    def __init__(self, types: Iterable[Any]) -> None:
        self._types = list(dict.fromkeys(branch for of in types for branch in _branches(of)))
        schemas, components = msgspec.json.schema_components(self._types, ref_template=REFERENCE)
        self._schemas = [_with_numbers(schema) for schema in schemas]
        self.schemas: dict[str, Any] = {name: _dedented(_with_numbers(of)) for name, of in components.items()}
        """Every struct, by name."""

    def schema(self, of: Any) -> dict[str, Any]:
        """The schema of one of the types; a struct's is a reference to one of `schemas`."""
        branches = [self._schemas[self._types.index(branch)] for branch in _branches(of)]
        return dict(branches[0]) if len(branches) == 1 else {"anyOf": branches}


def _branches(of: Any) -> tuple[Any, ...]:
    """The types of a union of answers; msgspec describes only those that it can distinguish when reading."""
    if isinstance(of, UnionType):
        return get_args(of)
    return (Any,) if of is object else (of,)


def _dedented(component: dict[str, Any]) -> dict[str, Any]:
    """A struct with its docstring as its description, which is indented as in the code before Python 3.13."""
    description = component.get("description")
    return component if description is None else {**component, "description": inspect.cleandoc(description)}


def _with_numbers(schema: Any) -> Any:
    """Exact amounts are JSON numbers here, which msgspec would describe as text; a snapshot has them as text."""
    if isinstance(schema, list):
        return [_with_numbers(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "decimal" and "x-amount" not in schema:
        return {**{key: value for key, value in schema.items() if key != "format"}, "type": "number"}
    return {key: _with_numbers(value) for key, value in schema.items()}


Described = dict[str, Any]

YAML = "application/yaml"
VENDOR_ERRORS = tuple(sorted({*VENDOR_STATUS.values(), 500, 503}))
"""Those of refusals, of a failure of fakefax itself, and of a sandbox that is being closed."""
CONTROL_ERRORS = tuple(sorted({*CONTROL_STATUS.values(), 401, 403, 500}))
"""Likewise, and those of a missing control token and of a page of another site."""

ERROR = {
    "type": "object",
    "description": "Why a request was refused (documented shape).",
    "properties": {
        "status": {"type": "string", "const": "failed"},
        "message": {"type": "string"},
        "problems": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Of a scenario or a rule: each problem with its place and its cure.",
        },
    },
    "required": ["status", "message"],
}

EVENTS: Described = {
    # OpenAPI 3.1 means the whole stream by it, and tools that read streams mean each event.
    "type": ["string", "object"],
    "description": "Server-sent events, each with JSON as its `data`.",
    "properties": {
        "event": {"type": "string"},
        "data": {"type": "string", "contentMediaType": JSON},
        "id": {"type": "string"},
        "retry": {"type": "integer"},
    },
}

KINDS: dict[ValueKind, dict[str, Any]] = {
    ValueKind.TEXT: {"type": "string"},
    ValueKind.WHOLE_NUMBER: {"type": "integer", "minimum": 0},
    ValueKind.FAX_NUMBER: {"type": "string", "pattern": "^\\+[1-9][0-9]{4,14}$"},
    ValueKind.FLAG: {"type": "string", "enum": ["0", "1"]},
    ValueKind.FILE: {"type": "string", "contentMediaType": "application/octet-stream"},
}

NUMBER = {
    "name": "sandbox",
    "in": "query",
    "description": "The number of the sandbox that is meant, in place of a key.",
    "schema": {"type": "integer", "minimum": 1},
}


async def describe(call: ControlCall) -> dict[str, Any]:
    """GET openapi.json"""
    return document()


async def llms(call: ControlCall, request: web.BaseRequest) -> web.StreamResponse:
    """GET llms.txt"""
    return web.Response(text=read_package_file("control/llms.txt").decode())


@cache
def document() -> Described:
    """The whole description. It is the same for every sandbox."""
    from fakefax.control.routes import PREFIX, ROUTES  # noqa: PLC0415 (the table has this very route)

    components = Components(
        shape
        for shape in (
            *(operation.answer for operation in OPERATIONS),
            *(operation.instead.operation.answer for operation in OPERATIONS if operation.instead),
            *(route.answer for route in ROUTES),
            *(route.body for route in ROUTES if route.body),
        )
        if shape is not Binary
    )
    paths: dict[str, Described] = {}
    for operation in OPERATIONS:
        for path in operation.mounts:
            for method in operation.methods:
                described = _operation(operation, method, path, components)
                paths.setdefault(path, {})[method.lower()] = described
    for route in ROUTES:
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = _route(route, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "fakefax",
            "version": __version__,
            "description": "A local stand-in for the Fax.to API, and the API under /_fakefax that steers it.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {**components.schemas, "Error": ERROR},
            "securitySchemes": {
                "key_in_query": {"type": "apiKey", "in": "query", "name": "api_key"},
                "key_in_header": {"type": "apiKey", "in": "header", "name": "api_key"},
            },
        },
    }


def _operation(operation: Operation, method: str, path: str, components: Components) -> Described:
    version = next((base.rpartition("/")[2] for base in BASE_PATHS if path.startswith(base)), "links")
    described: Described = {
        "operationId": f"{version}_{operation.name}_{method.lower()}",
        "summary": _sentence(operation.summary),
        "tags": [f"Fax.to {version}"],
        "security": [{"key_in_query": []}, {"key_in_header": []}] if operation.needs_key else [],
        "parameters": list(_parameters(operation, method)),
        "responses": _responses(200, _vendor_content(operation, components), VENDOR_ERRORS),
    }
    fields = [known for known in operation.parameters if known.place is not Place.PATH]
    if method == "POST" and fields:
        described["requestBody"] = _form(fields)
    return described


def _parameters(operation: Operation, method: str) -> Iterator[Described]:
    for known in operation.parameters:
        if known.place is Place.PATH:
            yield _parameter(known, "path", required=True)
            continue
        if method != "POST" and known.kind is not ValueKind.FILE:
            yield _parameter(known, "query", required=known.required and known.place is Place.FIELD)
        if known.place is Place.FIELD_OR_HEADER:
            yield _parameter(known, "header", required=False)


def _parameter(known: Parameter, place: str, *, required: bool) -> Described:
    described = {
        "name": known.name,
        "in": place,
        "required": required,
        "description": known.description,
        "schema": KINDS[known.kind],
    }
    return described if known.example is None else {**described, "example": _example(known)}


def _example(known: Parameter) -> object:
    number = known.kind is ValueKind.WHOLE_NUMBER and known.example is not None
    return int(known.example or 0) if number else known.example


def _form(fields: list[Parameter]) -> Described:
    """The body of a POST; its fields may stand in the query too, which a description can only say in words."""
    required = [known.name for known in fields if known.required and known.place is Place.FIELD]
    content = {}
    for content_type in (FORM, MULTIPART, JSON):
        fitting = [known for known in fields if content_type == MULTIPART or known.kind is not ValueKind.FILE]
        schema: Described = {
            "type": "object",
            "properties": {
                known.name: {**KINDS[known.kind], "description": known.description} for known in fitting
            },
        }
        content[content_type] = {"schema": {**schema, "required": required} if required else schema}
    return {"description": "The fields; each may also stand in the query.", "required": False, "content": content}


def _vendor_content(operation: Operation, components: Components) -> Described:
    if operation.answer is Binary:
        return {"*/*": {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}}
    schema = components.schema(operation.answer)
    if operation.instead is not None:
        schema = {"anyOf": [schema, components.schema(operation.instead.operation.answer)]}
    return {JSON: {"schema": schema}}


def _route(route: Route, components: Components) -> Described:
    name = re.sub(r"[^a-z]+", "_", f"{route.method}_{route.path}".lower()).strip("_")
    described: Described = {
        "operationId": f"fakefax_{name}",
        "summary": _sentence(route.summary),
        "tags": ["fakefax"],
        "security": [{}, {"key_in_query": []}, {"key_in_header": []}],
        "parameters": [
            *(
                {"name": field, "in": "path", "required": True, "schema": {"type": "string"}}
                for field in re.findall(r"{(\w+)}", route.path)
            ),
            *(
                {"name": field, "in": "query", "description": text, "schema": {"type": "string"}}
                for field, text in route.query.items()
            ),
            NUMBER,
        ],
        "responses": _responses(route.status, _control_content(route, components), CONTROL_ERRORS),
    }
    if route.body is not None:
        described["requestBody"] = {"content": {JSON: {"schema": components.schema(route.body)}}}
    if route.has_snapshot and not route.streams:
        content = {JSON: {"schema": components.schema(snapshot_shape())}}
        described["requestBody"] = {"required": True, "content": content}
    if route.takes_scenario:
        forms = {JSON: {"schema": components.schema(Scenario)}, YAML: {"schema": {"type": "string"}}}
        described["requestBody"] = {"required": True, "content": forms}
    return described


def _control_content(route: Route, components: Components) -> Described:
    if route.content_type == JSON:
        return {JSON: {"schema": components.schema(route.answer)}}
    if route.content_type == EVENT_STREAM:
        return {EVENT_STREAM: {"schema": EVENTS}}
    text = route.content_type.startswith("text/")
    schema = {"type": "string"} if text else {"type": "string", "contentMediaType": route.content_type}
    return {route.content_type: {"schema": schema}}


def _responses(status: int, content: Described, errors: tuple[int, ...]) -> Described:
    error = {
        "description": "Refused.",
        "headers": {REASON_HEADER: {"description": "Why, for the tester.", "schema": {"type": "string"}}},
        "content": {JSON: {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    return {str(int(status)): {"description": "Done.", "content": content}, **{str(code): error for code in errors}}


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
