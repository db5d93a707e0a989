"""The pages of the documentation, their fenced blocks and their marked tables, for tests."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
FILES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "docs" / "llms.txt", ROOT / "scenarios" / "README.md"],
    key=lambda path: path.as_posix(),
)
PAGES = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in FILES}
"""The text of every page, by its path in the checkout."""

_FENCE = re.compile(r"^```(\S*) ?([\w-]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A block fenced as ```language name. A name leads to the test that runs the block."""

    page: str
    language: str
    name: str
    text: str


def all_blocks() -> list[Block]:
    """Every block of every page."""
    return [Block(page, *found) for page, text in PAGES.items() for found in _FENCE.findall(text)]


def blocks(name: str) -> list[str]:
    """The texts of the blocks of this name, in their order."""
    return [block.text for block in all_blocks() if block.name == name]


def page_of(name: str) -> str:
    """The text of the page that has the block of this name."""
    return next(PAGES[block.page] for block in all_blocks() if block.name == name)


def prose(text: str) -> str:
    """A page without its blocks."""
    return _FENCE.sub("", text)


def marked(name: str) -> str:
    """The text between <!-- NAME --> and <!-- /NAME --> on the one page that has it."""
    found = [
        body
        for text in PAGES.values()
        for body in re.findall(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, re.DOTALL)
    ]
    if len(found) != 1:
        raise LookupError(f"{len(found)} pages have <!-- {name} -->; there must be one")
    return str(found[0])


def table(name: str) -> list[list[str]]:
    """The cells of the marked table, without its head."""
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in marked(name).splitlines()[2:]]


def code(cell: str) -> list[str]:
    """The words that a cell has in backticks."""
    return re.findall(r"`([^`]+)`", cell)
