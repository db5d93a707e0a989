"""PDFs: their pages counted, their first one rendered. PDFium is not thread-safe, so one thread at a time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fakefax.documents.limits import NotConvertible, check_pages

if TYPE_CHECKING:
    from PIL.Image import Image

_PDFIUM = threading.Lock()

TAIL = 2048
"""Bytes at the end within which a PDF says that it has ended."""


def count_pages(content: bytes) -> int:
    """The pages of a PDF. Raises NotConvertible for one that is broken, cut off or protected by a password."""
    if b"%%EOF" not in content[-TAIL:]:
        raise NotConvertible("the PDF is cut off: its end is missing")
    with _opened(content) as pdf:
        pages = check_pages(len(pdf), "the PDF")
        pdf[0].close()
        return pages


def render_first_page(content: bytes, longest_side: int) -> "Image":
    """The first page as a picture; `longest_side` is in pixels."""
    with _opened(content) as pdf:
        page = pdf[0]
        width, height = page.get_size()
        bitmap = page.render(scale=min(longest_side / max(width, height, 1), 10))
        try:
            return bitmap.to_pil().convert("RGB")  # type: ignore[no-any-return]
        finally:
            bitmap.close()
            page.close()


@contextmanager
def _opened(content: bytes) -> Iterator[Any]:
    import pypdfium2  # noqa: PLC0415 (for who has PDFs)

    with _PDFIUM:
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
