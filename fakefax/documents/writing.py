"""PDFs of text on A4, in a typewriter's letters, the same bytes each time."""

from collections.abc import Iterable, Sequence
from io import BytesIO

from fakefax.documents.text import LINES, lay_out, wrap

FONT = "Courier"
SIZE = 10
LEADING = 12
LEFT = 57.0
TOP = 780.0
FOOTER = 40.0
CHARACTERS = "cp1252"
"""What the letters of every PDF reader have; another character becomes a question mark."""


def write_pdf(paragraphs: Iterable[str], pages: int | None = None) -> bytes:
    """A PDF of these paragraphs: on as many pages as they need or, when given, on exactly so many.

    On too many pages they are spread evenly; what does not fit on too few is left out.
    """
    return write_pages(_laid_out(paragraphs, pages))


def write_page(paragraphs: Iterable[str], pages: int, number: int) -> bytes:
    """Page `number`, counted from 1, of the PDF that `write_pdf` makes of the same, as a PDF of its own."""
    return write_pages([_laid_out(paragraphs, pages)[number - 1]], pages, number)


def _laid_out(paragraphs: Iterable[str], pages: int | None) -> list[list[str]]:
    lines = [line for paragraph in paragraphs for line in (*_lines(paragraph), "")][:-1]
    if pages is None:
        return lay_out("\n".join(lines))
    share = min(LINES, max(1, -(-len(lines) // pages)))
    return [lines[at * share : (at + 1) * share] for at in range(pages)]


def write_pages(pages: Sequence[Sequence[str]], total: int | None = None, first: int = 1) -> bytes:
    """A PDF with these lines on its pages, each numbered at its foot.

    `total` is the number of pages that there are, when these are some of them; `first` is the number of the first.
    """
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415 (for who needs a PDF made)
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    for number, lines in enumerate(pages, first):
        letters = canvas.beginText(LEFT, TOP)
        letters.setFont(FONT, SIZE, LEADING)
        for line in lines:
            letters.textLine(printable(line))
        canvas.drawText(letters)
        canvas.setFont(FONT, SIZE)
        canvas.drawCentredString(A4[0] / 2, FOOTER, f"{number} / {total or len(pages)}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _lines(paragraph: str) -> Iterable[str]:
    return (piece for line in paragraph.split("\n") for piece in wrap(line))


def printable(line: str) -> str:
    """A line in the characters that every PDF reader has the letters of."""
    shown = "".join(char if char.isprintable() else " " for char in line)
    return shown.encode(CHARACTERS, "replace").decode(CHARACTERS)
