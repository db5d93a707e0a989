"""A made-up fax looks like one: a header line on each page, a cover, a letter that fits."""

from datetime import UTC, datetime

import pypdfium2
import pytest

from fakefax.core.receiving.incoming import FaxFile
from fakefax.documents import NotConvertible
from fakefax.documents.fax_sheet import FaxSheet, fitting, write_fax, write_pages
from fakefax.scenario.fake_data import fax_sender, fax_sheet

SENT = datetime(2026, 1, 5, 9, tzinfo=UTC)


def fax(
    pages: int | None = None, text: str | None = None, purpose: str = "771", sender: str = "12125550123"
) -> FaxFile:
    sheet = fax_sheet(7, purpose, sender, "Durham PLC", "+12048134699", SENT, text, pages)
    return write_fax(sheet, (pages or 1) if text is None else pages)


def sheet(pages: int, lines: int = 20) -> list[str]:
    """The text of the pages that are scanned for a fax."""
    made = FaxSheet(("Durham PLC", "Road 1"), "+1", "+2", "B", "Invoice 7", "2026-01-05 09:00", ["line"] * lines)
    return [text for page in write_pages(made, pages) for text in texts(page)]


def texts(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def ink(file: FaxFile) -> list[int]:
    """The black dots of each page, at a dot for every point."""
    document = pypdfium2.PdfDocument(file.data)
    try:
        return [sum(page.render(scale=1).to_pil().convert("L").histogram()[:128]) for page in document]
    finally:
        document.close()


@pytest.mark.parametrize("pages", [1, 3, 7])
def test_a_letter_has_as_many_pages_as_are_wanted(pages):
    """It really has them, each is a picture without text, and all but the last are written on."""
    file = fax(pages)
    black = ink(file)
    assert (file.pages, len(black)) == (pages, pages)
    assert texts(file.data) == [""] * pages
    assert all(dots > 5_000 for dots in black[:-1])
    assert all(dots > 200 for dots in black)


def test_a_letter_may_have_more_pages_than_it_can_fill():
    """The pages wanted are there, whether there is something to say on the last ones or not."""
    shown = sheet(60)
    assert len(shown) == 60
    assert all(f"P.{number:02}/60" in text for number, text in enumerate(shown, 1))
    assert "line" not in shown[-1]


@pytest.mark.parametrize("pages", [1, 2, 5])
def test_a_letter_is_cut_in_its_middle(pages):
    """The middle of a letter is cut to fit, and never its end."""
    opening, middle, closing = ["Dear Jo,"], ["word " * 100] * 500, ["Yours faithfully,", "Al"]
    letter = fitting(opening, middle, closing, pages)
    assert (letter[:1], letter[-2:]) == (opening, closing)
    made = write_pages(FaxSheet(("A",), "1", "2", "B", "Re", "now", letter), pages)
    assert "Yours faithfully," in texts(made[-1])[0]
    assert len(letter) > 4 * pages


def test_the_cover_says_who_sends_what_to_whom():
    """Letterhead, recipient, sender, date, pages and subject stand on the first page."""
    cover = sheet(2)[0]
    for part in ("Durham PLC", "FAX", "+1", "+2", "2026-01-05 09:00", "2 including this one", "Re:", "Invoice 7"):
        assert part in cover


def test_the_same_fax_is_the_same_to_the_byte():
    """Seed and purpose decide; another purpose gives another letter."""
    assert fax(2) == fax(2)
    assert fax(2) != fax(2, purpose="772")
    assert fax_sender(7, "771") == fax_sender(7, "771") != fax_sender(7, "772")


@pytest.mark.parametrize("text", ["", "\n\n\n", "株式会社 fax\x00\x1b[2J", "x" * 5000, "\u202eevil"])
def test_any_text_can_be_printed(text):
    """An unknown character becomes a question mark; a line without blanks is broken; nothing raises."""
    file = fax(text=text, sender="anonymous")
    assert len(ink(file)) == file.pages


def test_a_text_that_needs_more_pages_is_refused():
    """Nothing of a text is left out silently."""
    long = FaxSheet(("A",), "1", "2", "B", "Re", "now", ["line"] * 100)
    assert write_fax(long).pages == 5
    with pytest.raises(NotConvertible, match=r"^the text needs 5 pages, not 4$"):
        write_fax(long, 4)
