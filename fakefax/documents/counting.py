"""How many pages a file faxes as, or why it cannot be converted."""

from collections.abc import Callable

from fakefax.documents import image, office, pdf, text
from fakefax.documents.kinds import Kind, kind_of
from fakefax.documents.limits import DEFAULT_FILE_LIMITS, Examined, FileLimits, NotConvertible


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


_COUNT: dict[Kind, Callable[[bytes, FileLimits], int]] = {
    Kind.PDF: pdf.count_pages,
    Kind.IMAGE: image.count_pages,
    Kind.TEXT: _text_pages,
    Kind.ZIPPED_OFFICE: office.zipped_pages,
    Kind.OTHER_OFFICE: office.other_pages,
}
