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


def write_pdf(paragraphs: Iterable[str], pages: int | None = None, only: int | None = None) -> bytes:
    """A PDF of these paragraphs: on as many pages as they need or, when given, on exactly so many.

    On too many pages they are spread evenly; what does not fit on too few is left out. `only` is how many of the
    pages, from the first, are really wanted.
    """
    lines = [line for paragraph in paragraphs for line in (*_lines(paragraph), "")][:-1]
    if pages is None:
        laid_out = lay_out("\n".join(lines))
    else:
        share = min(LINES, max(1, -(-len(lines) // pages)))
        laid_out = [lines[at * share : (at + 1) * share] for at in range(pages)]
    return write_pages(laid_out[:only], len(laid_out))


def write_pages(pages: Sequence[Sequence[str]], total: int | None = None) -> bytes:
    """A PDF with these lines on its pages, each numbered at its foot; `total` when there are more than these."""
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415 (for who needs a PDF made)
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    for number, lines in enumerate(pages, 1):
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
