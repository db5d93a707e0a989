"""The layers' map in fakefax/__init__.py is true: what stands lower imports nothing from above."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "fakefax"

LAYERS = [
    {"fakefax"},  # the version; its one import of the handle is for who asks for it
    {"core"},
    {"views"},
    {"documents"},
    {"geography"},
    {"scenario"},
    {"authorities", "garbage", "lookup", "container", "listening", "first_step", "outbox"},
    {"places", "no_answer"},
    {"answers"},
    {"exchange"},
    {"connecting"},
    {"kept_connections"},
    {"delivery", "keys", "document_store", "users"},
    {"remote_files"},
    {"world"},
    {"sandbox"},
    {"sandboxes"},
    {"api", "control"},
    {"http_errors", "protocol", "listening", "tls"},
    {"straight"},
    {"connections"},
    {"server", "server_thread"},
    {"settings", "journal_log", "readyz"},
    {"handle"},
    {"plugin"},
    {"pytest_plugin"},
    {"watch"},
    {"serve", "demo", "completion"},
    {"cli"},
    {"__main__"},
]
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}


def modules() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]


def layer_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module == "fakefax":
                yield from (f"fakefax.{alias.name}" for alias in node.names if alias.name != "__version__")


def test_every_module_has_a_layer():
    """A new module has to say where it belongs before anything can import it."""
    assert {layer_of(path) for path in modules()} <= set(RANK)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path):
    """A module imports its own layer or lower ones; the control API may also use the vendor API's answers."""
    own = layer_of(path)
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] == "fakefax" and len(parts) > 1 and parts[1] != own:
            beside = (own, parts[1]) == ("control", "api")
            assert RANK[parts[1]] < RANK[own] or beside, f"{path.name} imports {name} from above"


@pytest.mark.parametrize("path", sorted((PACKAGE / "core").glob("*.py")), ids=lambda path: path.name)
def test_the_core_needs_the_standard_library_only(path: Path):
    """The fax world knows no HTTP, no YAML, and no package that has to be installed."""
    foreign = {name.split(".")[0] for name in imports_of(path)} - set(sys.stdlib_module_names) - {"fakefax"}
    assert foreign == set()
