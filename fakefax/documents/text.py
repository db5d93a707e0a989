"""Text, laid out as a line printer would: 60 lines of 80 columns on a page, form feeds obeyed.

That fits both A4 and US letter, so the number of pages does not depend on the paper.
"""

from collections.abc import Iterator

COLUMNS = 80
LINES = 60
TAB = 8


def decode(content: bytes) -> str:
    """Text in UTF-8, in UTF-16 with its mark, or in Windows-1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def lay_out(text: str) -> list[list[str]]:
    """The lines of each page; there is at least one page."""
    pages: list[list[str]] = []
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for sheet in text.removesuffix("\f").split("\f"):
        lines = [piece for line in sheet.rstrip("\n").split("\n") for piece in wrap(line.expandtabs(TAB))]
        pages += [lines[at : at + LINES] for at in range(0, len(lines), LINES)]
    return pages


def wrap(line: str) -> Iterator[str]:
    """A line in pieces that fit, broken at a blank where there is one."""
    start = 0
    while len(line) - start > COLUMNS:
        blank = line.rfind(" ", start + 1, start + COLUMNS + 1)
        end = blank if blank > 0 else start + COLUMNS
        yield line[start:end]
        start = end + (blank > 0)
    yield line[start:]
