"""fakefax uses public APIs of its libraries only, so that a minor release of one does not silence it."""

import ast
import sys
from collections.abc import Iterator
from functools import cache

import pytest

from tests.sources import PACKAGE, sources

DOCUMENTED = {
    "asyncio.Protocol": "connection_made connection_lost data_received eof_received pause_writing resume_writing",
    "asyncio.Transport": (
        "write writelines write_eof can_write_eof close abort is_closing get_extra_info get_write_buffer_size "
        "get_write_buffer_limits set_write_buffer_limits is_reading pause_reading resume_reading"
    ),
    "random.Random": "random getrandbits",  # documented as those that a subclass may override
    "_Loop": "time call_soon_threadsafe close",  # asyncio: methods of an event loop
    "Loader": "create_module exec_module",  # importlib.abc.Loader
    "AbstractResolver": "resolve close",  # aiohttp: "Abstract Resolver"
    "BaseHTTPRequestHandler": "log_message",
    "ThreadingHTTPServer": "handle_error process_request",  # socketserver.BaseServer
    "web.StreamResponse": "prepared keep_alive prepare write_eof",  # aiohttp: StreamResponse
    "click.Command": "format_options",
    "click.Group": "format_commands get_command list_commands resolve_command shell_complete",
    "logging.Handler": "emit",
    "pytest.Item": "runtest reportinfo repr_failure",
}
"""Methods that a subclass may override, since the documentation of the foreign class describes them."""

OWN_ANYWAY = {"_replace", "_asdict", "_fields", "_make", "_name_", "_value_"}
"""Documented names of named tuples and enumerations that begin with an underscore not to meet a field's name."""

DOCUMENTED_ATTRIBUTES = {
    "Image.MAX_IMAGE_PIXELS",  # Pillow's documentation says to set it
    "os._exit",  # documented for child processes
    "zlib._Decompress",  # the name that typeshed has for what zlib.decompressobj() returns, in annotations
}
"""Names that the checks would refuse, although the documentation of the foreign module describes it."""


@cache
def own_names() -> frozenset[str]:
    """Every private name that some code of ours defines: a method, a class, a variable, a field or a slot."""
    names: set[str] = set()
    for source in sources():
        for node in source.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
            elif (
                isinstance(node, ast.Attribute)
                and isinstance(node.ctx, ast.Store)
                and isinstance(node.value, ast.Name)
                and node.value.id in {"self", "cls"}
            ):
                names.add(node.attr)
    return frozenset(names)


def _is_private(name: str) -> bool:
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__")) and name not in OWN_ANYWAY


def _foreign_imports(nodes: list[ast.AST]) -> dict[str, str]:
    """Names that a module imports from other packages, with what they are."""
    found: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if not alias.name.startswith("fakefax"):
                    found[alias.asname or alias.name.partition(".")[0]] = alias.name
        elif isinstance(node, ast.ImportFrom) and not str(node.module).startswith("fakefax"):
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def problems(nodes: list[ast.AST], own: frozenset[str]) -> Iterator[str]:
    """Where a module, of which these are all nodes, goes behind the public API of another package."""
    foreign = _foreign_imports(nodes)
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and not str(node.module).startswith("fakefax"):
            yield from (f"imports {node.module}.{each.name}" for each in node.names if _is_private(each.name))
        if isinstance(node, ast.Attribute):
            yield from _of_attribute(node, foreign, own)
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"setattr", "getattr"}
        ):
            yield from _of_setattr(node, foreign, own)
        if isinstance(node, ast.ClassDef):
            yield from _of_class(node, foreign)


def _of_attribute(node: ast.Attribute, foreign: dict[str, str], own: frozenset[str]) -> Iterator[str]:
    root = _root(node.value)
    is_used = _is_private(node.attr) and (node.attr not in own or root in foreign)
    is_set = isinstance(node.ctx, ast.Store | ast.Del) and isinstance(node.value, ast.Name) and root in foreign
    if (is_used or is_set) and (text := ast.unparse(node)) not in DOCUMENTED_ATTRIBUTES:
        yield from [f"uses {text}"] * is_used + [f"patches {text}"] * is_set


def _of_setattr(node: ast.Call, foreign: dict[str, str], own: frozenset[str]) -> Iterator[str]:
    target, name = node.args[0], node.args[1]
    if isinstance(name, ast.Constant) and _is_private(str(name.value)) and name.value not in own:
        yield f"uses {ast.unparse(node)}"
    if isinstance(node.func, ast.Name) and node.func.id == "setattr" and _root(target) in foreign:
        yield f"patches {ast.unparse(node)}"


BASES_TO_FILL = {"typing", "msgspec", "enum", "collections", "abc", "dataclasses"}
"""Packages whose classes are made to be filled with one's own names."""


def _of_class(node: ast.ClassDef, foreign: dict[str, str]) -> Iterator[str]:
    """A subclass of a foreign class overrides what that class has only where its documentation says so."""
    for base in node.bases:
        root = _root(base)
        if root not in foreign or foreign[root].partition(".")[0] in BASES_TO_FILL:
            continue
        parent = _load(ast.unparse(base), root, foreign[root])
        for item in node.body:
            if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
                name = item.name
                documented = name in DOCUMENTED.get(ast.unparse(base), "").split() or (
                    name.startswith("__") and name.endswith("__")
                )
                if not documented and (parent is None or hasattr(parent, name)):
                    yield f"class {node.name} overrides {name} of {ast.unparse(base)}"


def _load(written: str, root: str, what: str) -> object | None:
    """The foreign class itself, if it can be imported here; else every method of a subclass counts."""
    module, _, attribute = what.rpartition(".")
    try:
        found: object = sys.modules.get(what) or __import__(what) if not module else None
        if found is None:
            try:
                found = getattr(__import__(module, fromlist=["_"]), attribute)
            except (ImportError, AttributeError):
                found = __import__(what, fromlist=["_"])
        for part in written.partition("[")[0].split(".")[1:]:
            found = getattr(found, part)
    except (ImportError, AttributeError):
        return None
    return found


def test_only_public_apis_are_used():
    """No private attribute, no override of an undocumented method, no patch of another package's objects."""
    found = {str(path.relative_to(PACKAGE)): list(problems(nodes, own_names())) for path, _, nodes in sources()}
    assert {path: problems for path, problems in found.items() if problems} == {}


PLANTED = {
    "def handler(request):\n    return request._x": "uses request._x",
    "def handler(request):\n    return getattr(request, '_x')": "uses getattr(request, '_x')",
    "from aiohttp.web_protocol import _ErrInfo": "imports aiohttp.web_protocol._ErrInfo",
    "from aiohttp import web\nclass Runner(web.AppRunner):\n    async def _make_server(self): ...": (
        "class Runner overrides _make_server of web.AppRunner"
    ),
    "from aiohttp import web\nclass Handler(web.RequestHandler):\n    def finish_response(self): ...": (
        "class Handler overrides finish_response of web.RequestHandler"
    ),
    "from ssl import SSLContext\nSSLContext.load_default_certs = None": "patches SSLContext.load_default_certs",
    "import ssl\nsetattr(ssl, 'wrap', None)": "patches setattr(ssl, 'wrap', None)",
    "import time\ntime.monotonic = None": "patches time.monotonic",
}


@pytest.mark.parametrize(("source", "problem"), PLANTED.items(), ids=PLANTED.values())
def test_the_check_can_fail(source: str, problem: str):
    """Each way behind a public API is found where it is planted."""
    assert problem in list(problems(list(ast.walk(ast.parse(source))), own_names()))
