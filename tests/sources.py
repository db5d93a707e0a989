"""The syntax of all modules of fakefax, read once for the tests that walk them."""

import ast
import gc
from functools import cache
from pathlib import Path
from typing import NamedTuple

PACKAGE = Path(__file__).parent.parent / "fakefax"


class Source(NamedTuple):
    """A module: its tree, and every node of it."""

    path: Path
    tree: ast.Module
    nodes: list[ast.AST]


@cache
def sources() -> tuple[Source, ...]:
    """Every module. Garbage collection would take as long again: it is off meanwhile, and never looks at them."""
    collects = gc.isenabled()
    gc.disable()
    try:
        found = []
        for path in sorted(PACKAGE.rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found.append(Source(path, tree, list(ast.walk(tree))))
        gc.freeze()
        return tuple(found)
    finally:
        if collects:
            gc.enable()
