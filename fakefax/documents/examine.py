"""How many pages a file faxes as, or why it cannot be converted."""

from collections.abc import Callable
from typing import NamedTuple

from fakefax.documents import image, office, pdf, text
from fakefax.documents.kinds import Kind, kind_of
from fakefax.documents.limits import NotConvertible, check_pages


class Examined(NamedTuple):
    """What is known of a file. One that cannot be converted counts as one page, and `problem` says why."""

    pages: int
    problem: str = ""

    @property
    def convertible(self) -> bool:
        """Whether it can be turned into pages."""
        return not self.problem


def examine(content: bytes, filename: str) -> Examined:
    """Count the pages of a file; `filename` says what it is where its content does not."""
    try:
        return Examined(_COUNT[kind_of(content, filename)](content))
    except NotConvertible as problem:
        return Examined(1, str(problem))


def _text_pages(content: bytes) -> int:
    return check_pages(len(text.lay_out(text.decode(content))), "the text")


_COUNT: dict[Kind, Callable[[bytes], int]] = {
    Kind.PDF: pdf.count_pages,
    Kind.IMAGE: image.count_pages,
    Kind.TEXT: _text_pages,
    Kind.ZIPPED_OFFICE: office.zipped_pages,
    Kind.OTHER_OFFICE: office.other_pages,
}
