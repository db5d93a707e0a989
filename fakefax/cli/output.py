"""The output of commands: text within 80 columns, colours on a terminal only, and one line for what went wrong."""

import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import click

EXIT_NO = 1
"""Exit status for "no": not ready, not found, findings."""

EXIT_USAGE = 2
"""Exit status for what the user has to mend: an argument, a file, an address."""


class Failure(click.ClickException):
    """Something the user can mend: one line on standard error, exit status 2."""

    exit_code = EXIT_USAGE


class WrongScenario(Failure):
    """A scenario's problems, one a line, each beginning with its file, line and column."""


OUTCOME_COLOURS = {
    "ok": "green",
    "success": "green",
    "acknowledged": "green",
    "executed": "yellow",
    "pending": "yellow",
}
"""Colours of outcomes and states; the word always stands there too. All others are red."""


def width() -> int:
    """Columns to write in: the terminal's, and 80 where there is none."""
    return shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80


def when(text: str | None) -> str:
    """A simulated time as people read it."""
    if text is None:
        return ""
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S}"


def outcome(word: str | None) -> str:
    """An outcome or a state in its colour."""
    return "" if word is None else click.style(word, fg=OUTCOME_COLOURS.get(word, "red"))


def facts(rows: Iterable[tuple[str, str]], indent: int = 2) -> None:
    """Names and what they are, one a line; long values go on below themselves."""
    rows = list(rows)
    column = max((len(name) for name, _ in rows), default=0) + 2
    for name, value in rows:
        lead = " " * indent + click.style(name.ljust(column), bold=True)
        lines = [part for line in value.splitlines() for part in _folded(line, width() - indent - column)] or [""]
        click.echo(f"{lead}{lines[0]}".rstrip())
        for line in lines[1:]:
            click.echo(f"{'':{indent + column}}{line}")


def _folded(line: str, columns: int) -> list[str]:
    """A line in pieces that fit a terminal; as it is where nobody looks."""
    if not sys.stdout.isatty() or len(click.unstyle(line)) <= columns:
        return [line]
    return textwrap.wrap(line, columns, break_long_words=False, break_on_hyphens=False)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> None:
    """Columns as wide as what stands in them; the columns in `right` are flush right. Cells may have colours."""
    plain = [[click.unstyle(cell) for cell in row] for row in rows]
    columns = [
        max(len(head), *(len(row[at]) for row in plain)) if plain else len(head) for at, head in enumerate(heads)
    ]

    def line(cells: Sequence[str], lengths: Sequence[int]) -> str:
        padded = []
        for at, (cell, length) in enumerate(zip(cells, lengths, strict=True)):
            gap = " " * (columns[at] - length)
            padded.append(gap + cell if at in right else cell + gap)
        return "  ".join(padded).rstrip()

    click.secho(line(heads, [len(head) for head in heads]), bold=True)
    for row, bare in zip(rows, plain, strict=True):
        click.echo(line(row, [len(cell) for cell in bare]))


def wrapped(text: str, indent: str = "", *, err: bool = False) -> str:
    """A long line, folded at the terminal's width below its own beginning; as it is where nobody looks."""
    if not (sys.stderr if err else sys.stdout).isatty():
        return text
    return textwrap.fill(text, width(), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


_CONTROL = r"[\x00-\x08\x0b-\x1f\x7f-\x9f]"


def printable(text: str) -> str:
    """A text of somebody's file without what would steer a terminal, which is shown as escapes."""
    return re.sub(_CONTROL, lambda found: repr(found[0])[1:-1], text)


def entry_line(entry: dict[str, Any]) -> str:
    """A journal entry as a line that names its fax: simulated time, fax, what happened."""
    fax = "-" if entry["fax_job_id"] is None else str(entry["fax_job_id"])
    return wrapped(f"{when(entry['at'])}  {fax:>5}  {printable(entry['message'])}", " " * 28)


def amount(value: object) -> str:
    """Money with two places at least."""
    text = str(value)
    whole, _, places = text.partition(".")
    return f"{whole}.{places.ljust(2, '0')}"


def plural(count: int, noun: str) -> str:
    """`1 fax`, `2 faxes`."""
    ending = "" if count == 1 else "es" if noun.endswith(("x", "s", "ch")) else "s"
    return f"{count:,} {noun}{ending}"
