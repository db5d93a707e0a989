"""A fax as it comes out of a machine: a header line on each page, a cover with a letterhead, and the letter."""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from fakefax.core.receiving.incoming import FaxFile
from fakefax.documents.limits import NotConvertible
from fakefax.documents.writing import printable

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

LEFT, RIGHT = 57.0, 538.0
HEADER = 818.0
LETTERHEAD = 770.0
TABLE = 690.0
ROW = 18.0
BODY_ON_COVER = 575.0
BODY = 785.0
BOTTOM = 60.0
SIZE, LEADING = 11, 14.5
ROOM_ON_COVER = int((BODY_ON_COVER - BOTTOM) // LEADING)
ROOM = int((BODY - BOTTOM) // LEADING)
"""Lines of the letter on the cover, and on the pages after it."""


class FaxSheet(NamedTuple):
    """What a fax says. `heading` is the sender's name and address; `sent` is when, as the machine prints it."""

    heading: Sequence[str]
    sender: str
    recipient: str
    attention: str
    subject: str
    sent: str
    paragraphs: Sequence[str]


def write_fax(sheet: FaxSheet, pages: int | None = None) -> FaxFile:
    """The fax as a PDF, the same bytes each time; spread over so many pages when `pages` is given.

    Raises NotConvertible when it needs more pages than that.
    """
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415 (for who needs a PDF made)
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

    bodies = _bodies(_lines(sheet.paragraphs), pages)
    if pages is not None and len(bodies) > pages:
        raise NotConvertible(f"the text needs {len(bodies)} pages, not {pages}")
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setTitle(printable(sheet.subject))
    for number, lines in enumerate(bodies, 1):
        _header(canvas, sheet, number, len(bodies))
        if number == 1:
            _cover(canvas, sheet, len(bodies))
        _body(canvas, lines, BODY_ON_COVER if number == 1 else BODY)
        canvas.showPage()
    canvas.save()
    return FaxFile(out.getvalue(), len(bodies))


def fitting(opening: Sequence[str], middle: Sequence[str], closing: Sequence[str], pages: int) -> list[str]:
    """The paragraphs of a letter with as much of its middle as fits on so many pages."""
    room = ROOM_ON_COVER + (pages - 1) * ROOM - sum(len(_lines([p])) + 1 for p in (*opening, *closing))
    taken: list[str] = []
    for paragraph in middle:
        room -= len(_lines([paragraph])) + 1
        if room < 0:
            break
        taken.append(paragraph)
    return [*opening, *taken, *closing]


def _lines(paragraphs: Sequence[str]) -> list[str]:
    from reportlab.lib.utils import simpleSplit  # noqa: PLC0415 (for who needs a PDF made)

    lines: list[str] = []
    for paragraph in paragraphs:
        for line in paragraph.split("\n"):
            lines += simpleSplit(printable(line), "Times-Roman", SIZE, RIGHT - LEFT) or [""]
        lines.append("")
    return lines[:-1]


def _bodies(lines: list[str], pages: int | None) -> list[list[str]]:
    """The lines of each page. The cover has less room than the pages after it."""
    cover, page = ROOM_ON_COVER, ROOM
    if pages is not None:
        cover = min(cover, max(1, -(-len(lines) // pages)))
        page = min(page, max(1, -(-(len(lines) - cover) // max(1, pages - 1))))
    bodies = [lines[:cover], *(lines[at : at + page] for at in range(cover, len(lines), page))]
    return bodies + [[]] * ((pages or 0) - len(bodies))


def _header(canvas: "Canvas", sheet: FaxSheet, number: int, total: int) -> None:
    """The line that the sending machine prints on top of each page."""
    canvas.setFont("Courier-Bold", 8)
    canvas.drawString(LEFT, HEADER, printable(sheet.sent))
    middle = f"FROM: {sheet.heading[0].upper()[:24]} {sheet.sender}  TO: {sheet.recipient}"
    canvas.drawCentredString((LEFT + RIGHT) / 2 + 12, HEADER, printable(middle))
    canvas.drawRightString(RIGHT, HEADER, f"P.{number:02}/{total:02}")


def _cover(canvas: "Canvas", sheet: FaxSheet, total: int) -> None:
    """The letterhead, the word FAX, and the table of who, when and what."""
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(LEFT, LETTERHEAD, printable(sheet.heading[0]))
    canvas.setFont("Helvetica", 9)
    for row, line in enumerate(sheet.heading[1:], 1):
        canvas.drawString(LEFT, LETTERHEAD - 4 - 12 * row, printable(line))
    canvas.setFont("Helvetica-Bold", 40)
    canvas.drawRightString(RIGHT, LETTERHEAD - 22, "FAX")
    cells = (
        ("To", sheet.attention, "From", sheet.heading[0]),
        ("Fax", sheet.recipient, "Fax", sheet.sender),
        ("Date", sheet.sent, "Pages", f"{total} including this one"),
        ("Re", sheet.subject, "", ""),
    )
    middle = (LEFT + RIGHT) / 2
    canvas.setLineWidth(1.5)
    canvas.line(LEFT, TABLE + ROW, RIGHT, TABLE + ROW)
    canvas.setLineWidth(0.5)
    for row, (name, value, other_name, other_value) in enumerate(cells):
        baseline = TABLE - row * ROW + 5
        _cell(canvas, LEFT, baseline, name, value)
        _cell(canvas, middle, baseline, other_name, other_value)
        canvas.line(LEFT, TABLE - row * ROW, RIGHT, TABLE - row * ROW)


def _cell(canvas: "Canvas", left: float, baseline: float, name: str, value: str) -> None:
    canvas.setFont("Helvetica-Bold", 9)
    canvas.drawString(left, baseline, f"{name}:" if name else "")
    canvas.setFont("Helvetica", 10)
    canvas.drawString(left + 42, baseline, printable(value))


def _body(canvas: "Canvas", lines: Sequence[str], top: float) -> None:
    text = canvas.beginText(LEFT, top)
    text.setFont("Times-Roman", SIZE, LEADING)
    text.textLines(list(lines), trim=0)
    canvas.drawText(text)
