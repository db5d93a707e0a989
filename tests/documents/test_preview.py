"""A file as a PDF, and the picture of its first page."""

from io import BytesIO

import pypdfium2
import pytest
from PIL import Image

from fakefax.documents import NotConvertible, as_pdf, examine, first_page, write_pdf
from tests.documents import files

PARAGRAPHS = ["Dear Sir or Madam,", "word " * 200, "Yours faithfully"]


def text_of(pdf: bytes) -> list[str]:
    """The text of each page, as a PDF reader finds it."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        texts = []
        for number in range(len(document)):
            page = document[number]
            letters = page.get_textpage()
            texts.append(letters.get_text_bounded())
            letters.close()
            page.close()
        return texts
    finally:
        document.close()


def opened(jpeg: bytes) -> Image.Image:
    picture = Image.open(BytesIO(jpeg), formats=["JPEG"])
    picture.load()
    return picture


def test_the_preview_of_a_pdf_shows_its_first_page():
    """The preview is upright, has the page's shape, and is black where the page is."""
    preview = opened(first_page(files.pdf(3), "a.pdf")).convert("L")
    assert preview.size == (778, 1100)
    scale = 1100 / 842
    square = [int(side * scale) for side in (110, 842 - 690, 290, 842 - 610)]
    margin = [int(side * scale) for side in (0, 0, 90, 842)]
    assert preview.crop(square).getextrema()[1] < 20  # type: ignore[arg-type, operator]
    assert preview.crop(margin).getextrema()[0] > 235  # type: ignore[arg-type, operator]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_picture_has_a_preview(mode):
    """Black and white, grey, colours, palettes and transparency all become a JPEG."""
    kind = "TIFF" if mode == "CMYK" else "PNG"
    assert opened(first_page(files.picture(kind, (3000, 200), mode=mode), "a." + kind)).size == (1100, 73)


def test_transparent_pixels_are_white():
    """A logo without a background is faxed on paper."""
    out = BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(first_page(out.getvalue(), "logo.png")).convert("L").getextrema() == (255, 255)


@pytest.mark.parametrize(
    ("filename", "content"),
    [
        ("a.txt", b"hello\fworld\fagain"),
        ("a.docx", files.docx("<Pages>3</Pages>")),
        ("a.tif", files.picture("TIFF", frames=3)),
        ("a.pdf", files.pdf(3)),
    ],
)
def test_a_file_as_a_pdf_has_the_pages_that_it_is_charged_by(filename, content):
    """Every kind of file that is counted as three pages becomes a PDF of three pages, the same bytes each time."""
    pdf, pages = as_pdf(content, filename)
    assert examine(pdf, "a.pdf").pages == examine(content, filename).pages == pages == 3
    assert as_pdf(content, filename) == (pdf, pages)
    assert opened(first_page(content, filename)).width > 20


def test_an_inconvertible_file_has_no_preview():
    """There is a sentence in place of a picture."""
    for make in (as_pdf, first_page):
        with pytest.raises(NotConvertible, match=r"^the file is named \.png, but has another format$"):
            make(b"hello", "a.png")


def test_a_written_pdf_says_what_it_was_given():
    """Paragraphs can be read back, in order, from as many pages as they need."""
    [page] = text_of(write_pdf(PARAGRAPHS))
    words = page.split()
    assert words[:4] == ["Dear", "Sir", "or", "Madam,"]
    assert (words.count("word"), words[-5:]) == (200, ["Yours", "faithfully", "1", "/", "1"])


@pytest.mark.parametrize("pages", [1, 2, 5, 40])
def test_a_written_pdf_has_exactly_the_pages_asked_for(pages):
    """Text is spread over the pages asked for, and each says its number."""
    texts = text_of(write_pdf(PARAGRAPHS, pages))
    assert len(texts) == pages
    assert texts[0].startswith("Dear Sir or Madam,")
    assert texts[-1].rstrip().endswith(f"{pages} / {pages}")


def test_a_written_pdf_is_always_the_same():
    """No time of day and no random id is in it."""
    assert write_pdf(PARAGRAPHS) == write_pdf(PARAGRAPHS)


def test_letters_that_a_typewriter_lacks_become_question_marks():
    """A name in any script still makes a PDF."""
    assert "Grüße ?? €" in text_of(write_pdf(["Grüße 漢字 €\x07"]))[0]
