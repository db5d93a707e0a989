"""How many pages a file faxes as, and why one cannot be converted."""

import pytest

from fakefax.documents import MAX_PAGES, examine
from tests.documents import files

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
LATE_JUNK = files.pdf(2) + b"\r\n" * 100


@pytest.mark.parametrize(
    ("filename", "content", "pages"),
    [
        pytest.param("a.pdf", files.pdf(1), 1, id="PDF"),
        pytest.param("a.pdf", files.pdf(3), 3, id="PDF of three pages"),
        pytest.param("scan", files.pdf(2), 2, id="PDF without a name for it"),
        pytest.param("a.txt", files.pdf(2), 2, id="PDF by another name"),
        pytest.param("a.pdf", LATE_JUNK, 2, id="PDF with line breaks after its end"),
        pytest.param("a.png", files.picture("PNG"), 1, id="PNG"),
        pytest.param("a.jpg", files.picture("JPEG"), 1, id="JPEG"),
        pytest.param("a.bmp", files.picture("BMP"), 1, id="BMP"),
        pytest.param("a.webp", files.picture("WEBP"), 1, id="WebP"),
        pytest.param("a.gif", files.picture("GIF", frames=4, mode="L"), 1, id="GIF that moves"),
        pytest.param("a.tif", files.picture("TIFF"), 1, id="TIFF"),
        pytest.param("a.tiff", files.picture("TIFF", frames=5, mode="1", compression="group4"), 5, id="fax TIFF"),
        pytest.param("a.docx", files.docx("<Properties><Pages>7</Pages></Properties>"), 7, id="docx"),
        pytest.param("a.pptx", files.docx("<ap:Slides> 12 </ap:Slides>"), 12, id="pptx"),
        pytest.param("a.docx", files.docx("<Properties/>"), 1, id="docx that declares nothing"),
        pytest.param("a.docx", files.docx("<Pages>0</Pages>"), 1, id="docx that declares no pages"),
        pytest.param("a.docx", files.docx(" " * 2_000_000 + "<Pages>9</Pages>"), 1, id="docx that unpacks to much"),
        pytest.param("a.odt", files.odt('<meta:document-statistic meta:page-count="4"/>'), 4, id="odt"),
        pytest.param("a.ods", files.odt('<meta:document-statistic meta:table-count="3"/>'), 3, id="ods"),
        pytest.param("a.doc", OLE, 1, id="doc"),
        pytest.param("a.rtf", rb"{\rtf1{\info{\nofpages6}}hello}", 6, id="RTF"),
        pytest.param("a.html", b"<p>hello", 1, id="HTML"),
        pytest.param("a.txt", b"hello", 1, id="text"),
        pytest.param("README", "Grüße\n".encode("cp1252") * 61, 2, id="text in Windows-1252"),
        pytest.param("a.txt", ("a\n" * 61).encode("utf-16"), 2, id="text in UTF-16"),
        pytest.param("a.csv", b"a;b\n" * 600, 10, id="CSV"),
        pytest.param("a.txt", b"BM is no picture here", 1, id="text that begins like a picture"),
    ],
)
def test_pages_are_counted(filename, content, pages):
    """A PDF, a TIFF and a text have the pages they have, an office file those that it declares, others one."""
    assert examine(content, filename) == (pages, "")


@pytest.mark.parametrize(
    ("filename", "content", "problem"),
    [
        pytest.param("a.pdf", b"", "the file is empty", id="empty"),
        pytest.param("a.pdf", files.TRUNCATED, "the PDF is cut off: its end is missing", id="PDF cut off"),
        pytest.param(
            "a.pdf", files.pdf(password="x"), "the PDF is protected by a password", id="PDF with password"
        ),
        pytest.param("a.pdf", b"hello", "the file is named .pdf, but has another format", id="no PDF"),
        pytest.param("a.png", b"hello", "the file is named .png, but has another format", id="no picture"),
        pytest.param("a.docx", b"hello", "the file is named .docx, but has another format", id="no docx"),
        pytest.param(
            "a.docx",
            OLE,
            "the .docx file is protected by a password, or has another format",
            id="docx with password",
        ),
        pytest.param("a.zip", files.archive(a="b"), "the file is a zip archive and no document", id="zip"),
        pytest.param("a.exe", b"MZ\0\1\2", "the file is of no format that can be faxed", id="unknown format"),
        pytest.param(
            "a.docx",
            files.docx(f"<Pages>{MAX_PAGES + 1}</Pages>"),
            "the file has 10001 pages; --page-limit is 10000",
        ),
        pytest.param(
            "a.txt",
            b"\f" * (MAX_PAGES + 1),
            "the text has more than 10000 pages, which is --page-limit",
            id="long text",
        ),
    ],
)
def test_an_inconvertible_file_says_why(filename, content, problem):
    """A file that cannot be converted counts as one page, and its problem is a sentence."""
    examined = examine(content, filename)
    assert (examined.pages, examined.convertible, examined.problem) == (1, False, problem)


@pytest.mark.parametrize(
    ("filename", "content", "problem"),
    [
        ("a.pdf", b"%PDF-1.4\n" + b"junk" * 100 + b"%%EOF", "the PDF is broken: "),
        ("a.png", files.picture("PNG", (600, 400))[:300], "the picture is broken: "),
        ("a.tiff", files.picture("TIFF", (600, 400), frames=2)[:-1000], "the picture is broken: "),
        ("a.docx", files.docx("x")[:-30], "the file is broken: "),
    ],
)
def test_a_broken_file_is_not_converted(filename, content, problem):
    """Half a file is distinguished from a whole one, whatever its format."""
    assert examine(content, filename).problem.startswith(problem)


def test_a_decompression_bomb_is_refused_unopened():
    """A picture of some kilobytes that would unpack to gigabytes is not unpacked."""
    bomb = files.picture("PNG", (12_000, 7_000), mode="1")
    assert len(bomb) < 50_000
    assert examine(bomb, "a.png").problem == "the picture has 12000 x 7000 pixels; --pixel-limit is 80000000"
