"""A file's pages, counted; the file as a PDF, a preview of its first page, any page as a fax machine shows it."""

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING

from fakefax.documents import image, office, pdf, text
from fakefax.documents.kinds import FileKind, kind_of
from fakefax.documents.limits import DEFAULT_FILE_LIMITS, Examined, FileLimits, NotConvertible
from fakefax.documents.writing import write_pages

if TYPE_CHECKING:
    from PIL.Image import Image


def examine(content: bytes, filename: str, limits: FileLimits = DEFAULT_FILE_LIMITS) -> Examined:
    """Count the pages of a file; `filename` says what it is where its content does not."""
    try:
        return Examined(count_pages(content, filename, limits))
    except NotConvertible as problem:
        return Examined(1, str(problem))


def count_pages(content: bytes, filename: str, limits: FileLimits = DEFAULT_FILE_LIMITS) -> int:
    """The pages of a file. Raises NotConvertible."""
    return _COUNT[kind_of(content, filename)](content, limits)


def _text_pages(content: bytes, limits: FileLimits) -> int:
    return text.count_pages(text.decode(content), limits)


_COUNT: dict[FileKind, Callable[[bytes, FileLimits], int]] = {
    FileKind.PDF: pdf.count_pages,
    FileKind.IMAGE: image.count_pages,
    FileKind.TEXT: _text_pages,
    FileKind.ZIPPED_OFFICE: office.zipped_pages,
    FileKind.OTHER_OFFICE: office.other_pages,
}


MAX_SIDE = 1100
"""Pixels of a preview; A4 becomes 778 x 1100."""

QUALITY = 80

FAX_BOX = (1728, 2445)
"""Pixels of a page as a fax machine shows it: the width of T.4, and the height that A4 has then."""


def as_pdf(content: bytes, filename: str, limits: FileLimits = DEFAULT_FILE_LIMITS) -> tuple[bytes, int]:
    """The file as a PDF, and its pages: as many as it is charged by. Raises NotConvertible.

    An office file is not rendered: its PDF has the right number of pages, which say what they stand for.
    """
    pages = count_pages(content, filename, limits)
    match kind_of(content, filename):
        case FileKind.PDF:
            return content, pages
        case FileKind.IMAGE:
            return image.as_pdf(content, limits), pages
        case FileKind.TEXT:
            return write_pages(text.lay_out(text.decode(content), limits)), pages
        case _:
            return write_pages([_stand_in(filename)] * pages), pages


def first_page(content: bytes, filename: str, limits: FileLimits = DEFAULT_FILE_LIMITS) -> bytes:
    """The first page as a JPEG, at most 1100 pixels a side. Raises NotConvertible."""
    out = BytesIO()
    _draw(content, filename, 1, (MAX_SIDE, MAX_SIDE), limits).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def fax_page(content: bytes, filename: str, number: int, limits: FileLimits = DEFAULT_FILE_LIMITS) -> bytes:
    """Page `number`, counted from 1, as a black and white PNG of at most 1728 x 2445 pixels.

    Raises NotConvertible, also for a page that does not exist.
    """
    out = BytesIO()
    picture = _draw(content, filename, number, FAX_BOX, limits)
    picture.thumbnail(FAX_BOX)
    picture.convert("L").convert("1").save(out, "PNG", optimize=True)
    return out.getvalue()


def _draw(content: bytes, filename: str, number: int, box: tuple[int, int], limits: FileLimits) -> "Image":
    kind = kind_of(content, filename)
    pages = 1 if number == 1 and kind in (FileKind.PDF, FileKind.IMAGE) else count_pages(content, filename, limits)
    if number > pages:
        raise NotConvertible(f"the file has no page {number}: it has {pages}")
    match kind:
        case FileKind.IMAGE:
            return image.page(content, number, max(box), limits)
        case FileKind.PDF:
            return pdf.draw_page(content, number, box)
        case FileKind.TEXT:
            lines = text.page(text.decode(content), number, limits)
        case _:
            lines = _stand_in(filename)
    return pdf.draw_page(write_pages([lines], pages, number), 1, box)


def _stand_in(filename: str) -> list[str]:
    return [filename, "", "fakefax counts the pages of office files and does not render them."]
