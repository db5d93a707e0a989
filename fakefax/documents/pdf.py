"""PDFs: their pages counted, one of them drawn. PDFium is not thread-safe: one thread at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fakefax.documents.limits import DEFAULT_FILE_LIMITS, FileLimits, NotConvertible

if TYPE_CHECKING:
    from PIL.Image import Image

TAIL = 2048
"""Bytes at the end within which a PDF says that it has ended."""

MAX_SCALE = 10
"""Pixels for one point of a page, so that a page of the size of a stamp does not become a poster."""


def count_pages(content: bytes, limits: FileLimits = DEFAULT_FILE_LIMITS) -> int:
    """The pages of a PDF. Raises NotConvertible for one that is broken, cut off or protected by a password."""
    if b"%%EOF" not in content[-TAIL:]:
        raise NotConvertible("the PDF is cut off: its end is missing")
    with _opened(content) as pdf:
        pages = limits.check_pages(len(pdf), "the PDF")
        pdf[0].close()
        return pages


def draw_page(content: bytes, number: int, box: tuple[int, int], *, grey: bool = False) -> "Image":
    """Page `number`, counted from 1, as a picture in colours or shades of grey that fits into `box`, in pixels."""
    with _opened(content) as pdf:
        page = pdf[number - 1]
        width, height = page.get_size()
        scale = min(box[0] / max(width, 1), box[1] / max(height, 1), MAX_SCALE)
        bitmap = page.render(scale=scale, grayscale=grey)
        try:
            return bitmap.to_pil().convert("L" if grey else "RGB")  # type: ignore[no-any-return]
        finally:
            bitmap.close()
            page.close()


@contextmanager
def _opened(content: bytes) -> Iterator[Any]:
    import pypdfium2  # noqa: PLC0415 (only when there is a PDF)

    pdf = None
    try:
        pdf = pypdfium2.PdfDocument(content)
        yield pdf
    except pypdfium2.PdfiumError as error:
        raise NotConvertible(_why(str(error))) from None
    finally:
        if pdf is not None:
            pdf.close()


def _why(error: str) -> str:
    if "password" in error.lower():
        return "the PDF is protected by a password"
    return f"the PDF is broken: {error}"
