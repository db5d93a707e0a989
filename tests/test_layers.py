"""The map in fakefax/__init__.py is true: packages have one order, and each imports only what stands before it."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.sources import PACKAGE, sources

ORDER = [
    "values",
    "core",
    "schemas",
    "documents",
    "geography",
    "scenario",
    "callbacks",
    "sandbox",
    "state",
    "api",
    "control",
    "page",
    "server",
    "bundles",
    "client",
    "explore",
    "pytest_plugin",
    "verify",
    "cli",
    "handle",  # the old name of client
    "__main__",
]
RANK = {name: rank for rank, name in enumerate(ORDER)}

CORE_ORDER = [
    *("real_time", "threads", "randomness", "ids"),
    *("timers", "clock"),
    *("errors", "msg_codes", "fax_search", "decisions"),
    *("faults.fault", "faults.request_faults", "faults.callback_faults", "faults.table"),
    *("journal", "journal_search"),
    *(
        "billing.ledger",
        "callbacks.exchanges",
        "callbacks.callback",
        "delayed_responses",
        "receiving.incoming",
        "models",
        "store",
    ),
    *("billing.audit", "billing.retention"),
    *("callbacks.receipts", "callbacks.received_faxes", "callbacks.log"),
    *("callbacks.fault_injection", "callbacks.retry_scheduler"),
    *("receiving.number_registry", "receiving.inbox", "engine", "verdict", "history"),
]
"""The modules of the core, lowest first: what models are made of, models, and what is made of models."""
CORE_RANK = {name: rank for rank, name in enumerate(CORE_ORDER)}

ONLY = {"client": {"schemas", "values"}, "pytest_plugin": {"client", "explore", "values"}}
"""Packages that may import no more than these from inside fakefax."""
LATER = {"client": {"server", "scenario"}, "pytest_plugin": {"bundles"}}
"""Packages that they may import besides, inside of functions: a server is slow to import, and may run elsewhere."""


@cache
def modules() -> list[Path]:
    return [source.path for source in sources() if source.path != PACKAGE / "__init__.py"]


def package_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def import_statements(path: Path, *, at_once: bool = False) -> list[ast.Import | ast.ImportFrom]:
    (source,) = (source for source in sources() if source.path == path)
    nodes = source.tree.body if at_once else source.nodes
    return [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]


def imports_of(path: Path, *, at_once: bool = False) -> Iterator[str]:
    """Every imported module: at the top, inside functions and under TYPE_CHECKING; or those at the top only."""
    for node in import_statements(path, at_once=at_once):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        else:
            assert node.level == 0, f"{path} has a relative import"
            yield str(node.module)
            if node.module == "fakefax":
                yield from (f"fakefax.{alias.name}" for alias in node.names if alias.name != "__version__")


def test_the_order_names_every_package_once():
    """A new package has to say where it belongs before anything can import it."""
    assert {package_of(path) for path in modules()} == set(ORDER)
    assert len(set(ORDER)) == len(ORDER)


def test_the_map_names_every_package_in_order():
    """The docstring of fakefax/__init__.py lists the rooms as they are, lowest first."""
    package = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    listed = re.findall(r"^    (\w+)/? ", ast.get_docstring(package) or "", re.MULTILINE)
    assert listed == [name for name in ORDER if name not in ("handle", "__main__")]


def test_imports_point_down():
    """A module imports its own package or lower ones, wherever in the module the import stands."""
    for path in modules():
        own = package_of(path)
        for name in imports_of(path):
            parts = name.split(".")
            if parts[0] != "fakefax" or len(parts) == 1 or parts[1] == own:
                continue
            assert RANK[parts[1]] < RANK[own], f"{path} imports {name} from above"
            assert parts[1] in ONLY.get(own, {parts[1]}) | LATER.get(own, set()), f"{path} may not import {name}"


def test_slow_modules_are_imported_when_they_are_needed():
    """Importing the client or the plugin loads no server and no scenario loader."""
    for path in modules():
        own = package_of(path)
        if own in ONLY:
            names = [name for name in imports_of(path, at_once=True) if name.startswith("fakefax.")]
            assert {name.split(".")[1] for name in names} <= ONLY[own] | {own}, path


def core_modules() -> list[Path]:
    return [path for path in modules() if package_of(path) == "core" and path.name != "__init__.py"]


def name_in_core(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE / "core").with_suffix("").parts)


def test_imports_in_the_core_point_down():
    """No module of the core imports one that is made of it: the core has an order, and so no circles."""
    for path in core_modules():
        own = CORE_RANK[name_in_core(path)]
        for name in imports_of(path):
            if name.startswith("fakefax.core."):
                imported = name.removeprefix("fakefax.core.")
                assert CORE_RANK[imported] < own, f"{name_in_core(path)} imports {imported}, which comes later"


def test_the_core_needs_the_standard_library_and_structs_only():
    """The simulated fax service knows no HTTP and no YAML; of packages it uses the structs of msgspec."""
    known = {*sys.stdlib_module_names, "fakefax", "msgspec"}
    for path in modules():
        if package_of(path) in {"core", "values"}:
            assert {name.split(".")[0] for name in imports_of(path)} <= known, path


SHOWN_OTHERWISE = {"Attempt", "AuditReport", "CarriedForward", "LedgerEntry"}
"""Types of the core that the control API shows in part; fakefax/schemas/__init__.py says why."""


def test_a_class_name_stands_for_one_thing():
    """No two classes have one name, but for private ones and those that show a part of a type of the core."""
    defined: dict[str, list[str]] = {}
    for path, _, nodes in sources():
        for node in nodes:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                defined.setdefault(node.name, []).append(package_of(path))
    twice = {name: sorted(packages) for name, packages in defined.items() if len(packages) > 1}
    assert twice == {name: ["core", "schemas"] for name in SHOWN_OTHERWISE}
