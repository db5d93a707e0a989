"""The tutorial, step by step as a reader does it; its program at the end is the right one of the gallery."""

import ast
import re
from pathlib import Path

from tests.documentation import ROOT, all_blocks
from tests.inner_pytest import InnerPytest

PAGE = "docs/tutorial.md"
GALLERY = ROOT / "tests" / "gallery" / "invoices.py"


def test_every_step_does_what_the_tutorial_says(inner_pytest: InnerPytest, untidy: tuple[str, ...]):
    """Each piece of code is put where the text says; each run of pytest prints the lines that are shown."""
    folder = inner_pytest.path
    program, tests = folder / "invoices.py", folder / "test_invoices.py"
    for block in all_blocks():
        if block.page != PAGE:
            continue
        if block.name == "tutorial-program":
            put(block.text, program)
        elif block.name == "tutorial-test":
            put(block.text, tests)
        elif block.name == "tutorial-run":
            command, *shown = block.text.splitlines()
            run = inner_pytest(*untidy, "-q", *command.removeprefix("$ pytest -q").split())
            printed = without_counts(run.stdout.str())
            for line in map(without_counts, shown):
                assert line in printed, printed
                printed = printed[printed.index(line) + len(line) :]
    assert definitions(program) == definitions(GALLERY)


def without_counts(text: str) -> str:
    """A text without how many runs an exploration had, which grows with the table of faults."""
    return re.sub(r"\d+ (runs|ok|needless)", r"N \1", text)


def put(piece: str, path: Path) -> None:
    """Put definitions in place of those of the same name, else where they belong; indented ones into the class."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    inside = piece.startswith("    ")
    found = ast.parse("class Piece:\n" + piece if inside else piece).body
    parts = getattr(found[0], "body", found) if inside else found
    lines = ("\n" + piece if inside else piece).splitlines()
    for part in parts:
        new = lines[first_line(part) - 1 : part.end_lineno]
        text = "\n".join(with_part(text.splitlines(), part, new, inside=inside)) + "\n"
    path.write_text(text, encoding="utf-8")


def with_part(old: list[str], part: ast.stmt, new: list[str], *, inside: bool) -> list[str]:
    """The lines of a file with one more definition, or another one of that name."""
    body = ast.parse("\n".join(old)).body
    classes = [node for node in body if isinstance(node, ast.ClassDef)]
    for node in classes[-1].body if inside else body:
        if name_of(node) == name_of(part):
            return [*old[: first_line(node) - 1], *new, *old[node.end_lineno :]]
    if inside:
        end = classes[-1].end_lineno
    elif classes and not isinstance(part, ast.FunctionDef):
        end = classes[0].lineno - 1
    else:
        end = len(old)
    return [*old[:end], "", *new, "", *old[end:]]


def first_line(node: ast.stmt) -> int:
    """Where a definition begins, its decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def name_of(node: ast.stmt) -> str:
    """The name that a statement defines; an import counts by its module."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
        case ast.ImportFrom(module=str(module)):
            return module
    return ast.unparse(node)


def definitions(path: Path) -> dict[str, str]:
    """Everything that a program defines, without docstrings and comments."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{name_of(part)}": ast.unparse(part) for part in node.body}
        else:
            found[name_of(node)] = ast.unparse(node)
    return found
