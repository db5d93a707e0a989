"""PDFs of text on A4, in Courier, the same bytes each time."""

from collections.abc import Iterable, Sequence

from fakefax.documents.pdf_writer import A4, PageText, PdfWriter
from fakefax.documents.text import LINES, lay_out, wrap

FONT = "Courier"
SIZE = 10
LEADING = 12
CHARACTER_WIDTH = 6
"""Points that each character of this font and size is wide."""

LEFT = 57.0
TOP = 780.0
FOOTER = 40.0


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
    pdf = PdfWriter()
    font = pdf.add_font(FONT)
    for number, lines in enumerate(pages, first):
        foot = f"{number} / {total or len(pages)}"
        page = PageText()
        page.lines(LEFT, TOP, lines, SIZE, LEADING)
        page.lines((A4[0] - len(foot) * CHARACTER_WIDTH) / 2, FOOTER, [foot], SIZE)
        pdf.add_page(f"/Font << /F {font} 0 R >>", page.content())
    return pdf.finish()


def _lines(paragraph: str) -> Iterable[str]:
    return (piece for line in paragraph.split("\n") for piece in wrap(line))
