"""The fenced blocks and the marked tables of the README, for the tests that hold it to its word."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SCENARIOS_README = (ROOT / "scenarios" / "README.md").read_text(encoding="utf-8")

_BLOCK = re.compile(r"^```(\w+) ?([\w-]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(name: str) -> list[str]:
    """The blocks fenced as ```language NAME, in their order."""
    return [body for _, found, body in _BLOCK.findall(README) if found == name]


def block_names() -> list[str]:
    """The name of every block; an unnamed one counts as an empty name."""
    return [name for _, name, _ in _BLOCK.findall(README)]


def table(name: str, text: str = README) -> list[list[str]]:
    """The cells of the table between <!-- NAME --> and <!-- /NAME -->, without its head."""
    body = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, re.DOTALL)
    if body is None:
        raise LookupError(f"no table is marked {name}")
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in body[1].splitlines()[2:]]


def code(cell: str) -> list[str]:
    """What a cell has in backticks."""
    return re.findall(r"`([^`]+)`", cell)
