"""A fax as it comes out of a machine: a picture of each page, with a header line, a letterhead and the letter."""

import threading
import zlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from fakefax.documents import pdf
from fakefax.documents.limits import MAX_FAX_PAGES, NotConvertible
from fakefax.documents.pdf_writer import PageText, PdfWriter
from fakefax.documents.text import COLUMNS, wrap

if TYPE_CHECKING:
    from fakefax.core.receiving.incoming import FaxFile

LEFT, RIGHT = 57.0, 538.0
MIDDLE = (LEFT + RIGHT) / 2
HEADER = 818.0
LETTERHEAD = 770.0
TABLE = 690.0
ROW = 18.0
BODY_ON_COVER = 575.0
BODY = 785.0
BOTTOM = 60.0
SIZE, LEADING = 10, 14.5
ROOM_ON_COVER = int((BODY_ON_COVER - BOTTOM) // LEADING)
ROOM = int((BODY - BOTTOM) // LEADING)
"""Lines of the letter on the cover, and on the pages after it."""

FONTS = {"F": "Courier", "H": "Courier-Bold", "S": "Helvetica", "B": "Helvetica-Bold"}

BOX = (1240, 1754)
"""Pixels of a page: A4 at 150 dots an inch."""

DARK = 160
"""Shades of grey below this are printed."""

MAX_LINES = MAX_FAX_PAGES * ROOM
MAX_TEXT = MAX_LINES * COLUMNS
"""Lines, and characters, that fit on so many pages at most."""

_pdfium = threading.Lock()
"""PDFium draws in one thread at a time."""


class FaxSheet(NamedTuple):
    """The content of a fax. `heading` is the sender's name and address; `sent` is when, as it is printed."""

    heading: Sequence[str]
    sender: str
    recipient: str
    attention: str
    subject: str
    sent: str
    paragraphs: Sequence[str]


def write_fax(sheet: FaxSheet, pages: int | None = None) -> "FaxFile":
    """The fax as a PDF of pictures; spread over so many pages when `pages` is given.

    Raises NotConvertible when it needs more pages than that.
    """
    from fakefax.core.receiving.incoming import FaxFile  # noqa: PLC0415 (a worker does without the core)

    total, scanned = scan_pages(sheet, pages)
    return FaxFile(bind(scanned), total)


def scan_pages(
    sheet: FaxSheet, pages: int | None = None, first: int = 1, count: int = MAX_FAX_PAGES
) -> tuple[int, list[bytes]]:
    """How many pages the fax has, and pictures of `count` of them from the `first`, which is counted from 1.

    Raises NotConvertible as `write_fax` does.
    """
    written = write_pages(sheet, pages)
    return len(written), [zlib.compress(_scan(page)) for page in written[first - 1 : first - 1 + count]]


def bind(scanned: Iterable[bytes]) -> bytes:
    """A PDF of the pictures that `scan_pages` makes."""
    made = PdfWriter()
    for picture in scanned:
        made.add_picture(*BOX, picture)
    return made.finish()


def write_pages(sheet: FaxSheet, pages: int | None = None) -> list[bytes]:
    """The pages that the machine scans, each as a PDF of text. Raises NotConvertible as `write_fax` does."""
    lines = sum(paragraph.count("\n") + 1 for paragraph in sheet.paragraphs)
    if lines > MAX_LINES:
        raise NotConvertible(f"the text has {lines} lines; {MAX_LINES} fit on {MAX_FAX_PAGES} pages")
    bodies = _bodies(_lines(sheet.paragraphs), pages)
    if len(bodies) > (most := pages or MAX_FAX_PAGES):
        raise NotConvertible(f"the text needs {len(bodies)} pages, not {most}")
    return [_page(sheet, lines, number, len(bodies)) for number, lines in enumerate(bodies, 1)]


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
    """The lines of the letter, an empty one between two paragraphs."""
    lines: list[str] = []
    for paragraph in paragraphs:
        lines += (piece for line in paragraph.split("\n") for piece in wrap(line))
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


def _page(sheet: FaxSheet, lines: Sequence[str], number: int, total: int) -> bytes:
    page = PageText()
    _header(page, sheet, number, total)
    if number == 1:
        _cover(page, sheet, total)
    page.lines(LEFT, BODY_ON_COVER if number == 1 else BODY, lines, SIZE, LEADING)
    made = PdfWriter()
    fonts = " ".join(f"/{key} {made.add_font(name)} 0 R" for key, name in FONTS.items())
    made.add_page(f"/Font << {fonts} >>", page.content())
    return made.finish()


def _scan(page: bytes) -> bytes:
    """A page as its machine sends it: one bit a pixel, eight of them to a byte."""
    with _pdfium:
        picture = pdf.draw_page(page, 1, BOX, grey=True)
    sent = picture.point([0] * DARK + [255] * (256 - DARK), "1")
    return sent.crop((0, 0, *BOX)).tobytes()


def _header(page: PageText, sheet: FaxSheet, number: int, total: int) -> None:
    """The line that the sending machine prints on top of each page."""
    middle = f"FROM: {sheet.heading[0].upper()[:24]} {sheet.sender}  TO: {sheet.recipient}"
    counted = f"P.{number:02}/{total:02}"
    width = 0.6 * 8
    page.lines(LEFT, HEADER, [sheet.sent], 8, font="H")
    page.lines(MIDDLE + 12 - len(middle) * width / 2, HEADER, [middle], 8, font="H")
    page.lines(RIGHT - len(counted) * width, HEADER, [counted], 8, font="H")


def _cover(page: PageText, sheet: FaxSheet, total: int) -> None:
    """The letterhead, the word FAX, and the table of who, when and what."""
    page.lines(LEFT, LETTERHEAD, [sheet.heading[0]], 16, font="B")
    page.lines(LEFT, LETTERHEAD - 16, sheet.heading[1:], 9, 12, font="S")
    page.lines(RIGHT - 80, LETTERHEAD - 22, ["FAX"], 40, font="B")
    cells = (
        ("To", sheet.attention, "From", sheet.heading[0]),
        ("Fax", sheet.recipient, "Fax", sheet.sender),
        ("Date", sheet.sent, "Pages", f"{total} including this one"),
        ("Re", sheet.subject, "", ""),
    )
    page.rule(LEFT, RIGHT, TABLE + ROW, 1.5)
    for row, (name, value, other_name, other_value) in enumerate(cells):
        baseline = TABLE - row * ROW + 5
        _cell(page, LEFT, baseline, name, value)
        _cell(page, MIDDLE, baseline, other_name, other_value)
        page.rule(LEFT, RIGHT, TABLE - row * ROW, 0.5)


def _cell(page: PageText, left: float, baseline: float, name: str, value: str) -> None:
    page.lines(left, baseline, [f"{name}:" if name else ""], 9, font="B")
    page.lines(left + 42, baseline, [value], 10, font="S")
