"""A made-up fax looks like one: a header line on each page, a cover, a letter that fits."""

from datetime import UTC, datetime

import pypdfium2
import pytest

from fakefax.core.receiving.incoming import FaxFile
from fakefax.documents import NotConvertible
from fakefax.documents.fax_sheet import FaxSheet, write_fax
from fakefax.scenario.fake_data import fax_document, fax_sender

SENT = datetime(2026, 1, 5, 9, tzinfo=UTC)


def fax(
    pages: int | None = None, text: str | None = None, purpose: str = "771", sender: str = "12125550123"
) -> FaxFile:
    return fax_document(7, purpose, sender, "Durham PLC", "+12048134699", SENT, text, pages)


def texts(file: FaxFile) -> list[str]:
    document = pypdfium2.PdfDocument(file.data)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


@pytest.mark.parametrize("pages", [1, 2, 3, 7, 60])
def test_a_letter_has_as_many_pages_as_are_wanted(pages):
    """It really has them, each is numbered in its header, and all but the last have a paragraph or more."""
    file = fax(pages)
    shown = texts(file)
    assert (file.pages, len(shown)) == (pages, pages)
    assert all(f"P.{number:02}/{pages:02}" in text for number, text in enumerate(shown, 1))
    assert all(len(text) > 200 for text in shown[:-1])


def test_a_letter_may_have_more_pages_than_it_can_fill():
    """The pages wanted are there, whether there is something to say on the last ones or not."""
    assert len(texts(fax(130))) == 130


@pytest.mark.parametrize("pages", [1, 2, 5])
def test_a_letter_ends_with_its_signature(pages):
    """The middle of a letter is cut to fit, and never its end."""
    assert "Yours faithfully," in texts(fax(pages))[-1]


def test_the_cover_says_who_sends_what_to_whom():
    """Letterhead, recipient, sender, date, pages and subject stand on the first page."""
    cover = texts(fax(2))[0]
    numbers = ("+12048134699", "+12125550123")
    for part in ("Durham PLC", "FAX", *numbers, "2026-01-05 09:00", "2 including this one", "Re:"):
        assert part in cover


def test_the_same_fax_is_the_same_to_the_byte():
    """Seed and purpose decide; another purpose gives another letter."""
    assert fax(2) == fax(2)
    assert fax(2) != fax(2, purpose="772")
    assert fax_sender(7, "771") == fax_sender(7, "771") != fax_sender(7, "772")


@pytest.mark.parametrize("text", ["", "\n\n\n", "株式会社 fax\x00\x1b[2J", "x" * 5000, "\u202eevil"])
def test_any_text_can_be_printed(text):
    """What the letters do not have becomes a question mark; a line without blanks is broken; nothing raises."""
    file = fax(text=text, sender="anonymous")
    assert len(texts(file)) == file.pages


def test_a_text_that_needs_more_pages_is_refused():
    """Nothing of a text is left out silently."""
    sheet = FaxSheet(("A",), "1", "2", "B", "Re", "now", ["line"] * 100)
    assert write_fax(sheet).pages == 5
    with pytest.raises(NotConvertible, match=r"^the text needs 5 pages, not 4$"):
        write_fax(sheet, 4)
