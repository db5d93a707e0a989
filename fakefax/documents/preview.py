"""A file as a PDF, and its first page as a picture."""

from io import BytesIO
from typing import TYPE_CHECKING

from fakefax.documents import image, pdf, text
from fakefax.documents.examine import examine
from fakefax.documents.kinds import Kind, kind_of
from fakefax.documents.limits import NotConvertible
from fakefax.documents.writing import write_pages

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST_SIDE = 1100
"""Pixels of a preview; A4 becomes 778 x 1100."""

QUALITY = 80


def as_pdf(content: bytes, filename: str) -> bytes:
    """The file as a PDF with as many pages as it is charged by. Raises NotConvertible.

    An office file is not rendered: its PDF has the right number of pages, which say what they stand for.
    """
    kind = kind_of(content, filename)
    pages = _pages(content, filename)
    match kind:
        case Kind.PDF:
            return content
        case Kind.IMAGE:
            return image.as_pdf(content)
        case Kind.TEXT:
            return write_pages(text.lay_out(text.decode(content)))
        case _:
            return write_pages([_stand_in(filename)] * pages)


def first_page(content: bytes, filename: str) -> bytes:
    """The first page as a JPEG, at most 1100 pixels a side. Raises NotConvertible."""
    out = BytesIO()
    _first_page(content, filename).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _first_page(content: bytes, filename: str) -> "Image":
    match kind_of(content, filename):
        case Kind.IMAGE:
            picture = image.first_frame(content)
            picture = picture.convert("L") if picture.mode == "1" else picture
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            return picture
        case Kind.PDF:
            return pdf.render_first_page(content, LONGEST_SIDE)
        case Kind.TEXT:
            pages = text.lay_out(text.decode(content))
            page = write_pages(pages[:1], len(pages))
        case _:
            page = write_pages([_stand_in(filename)], _pages(content, filename))
    return pdf.render_first_page(page, LONGEST_SIDE)


def _pages(content: bytes, filename: str) -> int:
    examined = examine(content, filename)
    if not examined.convertible:
        raise NotConvertible(examined.problem)
    return examined.pages


def _stand_in(filename: str) -> list[str]:
    return [filename, "", "fakefax counts the pages of office files and does not render them."]
