"""Text, laid out as a line printer would: 60 lines of 80 columns on a page, form feeds obeyed.

This layout fits both A4 and US letter, so the number of pages does not depend on the paper.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from fakefax.documents.limits import DEFAULT_FILE_LIMITS, FileLimits

COLUMNS = 80
LINES = 60
TAB = 8

_LINE = re.compile(r"([^\n\r\f]*)(\r\n|\r|\n|\f|\Z)")


def decode(content: bytes) -> str:
    """Text in UTF-8, in UTF-16 with its mark, or in Windows-1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def count_pages(text: str, limits: FileLimits = DEFAULT_FILE_LIMITS) -> int:
    """The number of pages. Raises NotConvertible as soon as they are too many."""
    return sum(1 for _ in _limited(text, limits))


def page(text: str, number: int, limits: FileLimits = DEFAULT_FILE_LIMITS) -> list[str]:
    """The lines of page `number`, counted from 1; none for a page that does not exist."""
    return next(islice(_limited(text, limits), number - 1, None), [])


def lay_out(text: str, limits: FileLimits = DEFAULT_FILE_LIMITS) -> list[list[str]]:
    """The lines of each page; there is at least one page. Raises NotConvertible for too many pages."""
    return list(_limited(text, limits))


def _limited(text: str, limits: FileLimits) -> Iterator[list[str]]:
    for number, lines in enumerate(_pages(text), 1):
        if number > limits.pages:
            raise limits.too_many_pages("the text")
        yield lines


def _pages(text: str) -> Iterator[list[str]]:
    """The pages one after the other, so that the caller may stop at any one."""
    for sheet in _sheets(text):
        lines = iter(sheet)
        page = list(islice(lines, LINES))
        yield page
        while page := list(islice(lines, LINES)):
            yield page


def _sheets(text: str) -> Iterator[Iterable[str]]:
    """The lines between two form feeds. Blank lines at the end of a sheet are left out, its first line never."""
    end = len(text) - text.endswith("\f")
    at = 0
    while True:
        feed = text.find("\f", at, end)
        yield _lines(text, at, end if feed < 0 else feed)
        if feed < 0:
            return
        at = feed + 1


def _lines(text: str, start: int, end: int) -> Iterator[str]:
    """The printed lines of a part of a text."""
    last = start + len(text[start:end].rstrip("\r\n"))
    at = start
    while True:
        found = _LINE.match(text, at, last)
        assert found is not None  # the pattern matches at every place
        yield from wrap(found[1].expandtabs(TAB))
        if found.end() >= last and not found[2]:
            return
        at = found.end()


def wrap(line: str) -> Iterator[str]:
    """A line in pieces that fit, broken at a blank where there is one."""
    start = 0
    while len(line) - start > COLUMNS:
        blank = line.rfind(" ", start + 1, start + COLUMNS + 1)
        end = blank if blank > 0 else start + COLUMNS
        yield line[start:end]
        start = end + (blank > 0)
    yield line[start:]
