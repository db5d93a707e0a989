"""Reads the tables beside this file, which `python -m tools.geography_tables` writes.

A table is a head of comment lines and then lines of cells with tabs between them. In most tables the lines of a
country, or of a dialling code, follow a line with its code in brackets.
"""

import hashlib
from typing import NamedTuple

from fakefax.values.unpatched import read_package_file

WARNING = "# Written by tools/geography_tables.py: do not edit.\n"
PARTS = ("date", "source", "sha256")


class Head(NamedTuple):
    """The head of a table: when it was written, and from what."""

    date: str
    source: str


def rows(name: str, section: str | None = None) -> list[list[str]]:
    """The cells of each line of a table, or of one section of it; empty if the section does not exist."""
    body = read(name)[1]
    if section is not None:
        body = f"\n{body}".partition(f"\n[{section}]\n")[2].partition("\n[")[0]
    return [line.split("\t") for line in body.splitlines()]


def with_head(head: Head, body: str) -> str:
    """The text of a table's file. The checksum shows a change made by hand."""
    values = (*head, checksum(body))
    return WARNING + "".join(f"# {part}: {value}\n" for part, value in zip(PARTS, values, strict=True)) + body


def read(name: str) -> tuple[dict[str, str], str]:
    """The head of a table's file, as it is written there, and what follows it. Raises OSError without a file."""
    head: dict[str, str] = {}
    body = read_package_file(f"geography/tables/{name}.tsv").decode().removeprefix(WARNING)
    while body.startswith("# "):
        line, _, body = body.partition("\n")
        part, _, value = line.removeprefix("# ").partition(": ")
        head[part] = value
    return head, body


def checksum(body: str) -> str:
    """The `sha256` in the head of a table with this body."""
    return hashlib.sha256(body.encode()).hexdigest()
