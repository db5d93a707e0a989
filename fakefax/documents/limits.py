"""What is too much, and how it is said that a file cannot be faxed."""

MAX_PAGES = 10_000
"""Pages of one document; as many as a scenario may give one."""

MAX_PIXELS = 80_000_000
"""Pixels of one picture: A4 at 800 dots an inch. Some of a few kilobytes unpack to more than memory holds."""


class NotConvertible(Exception):
    """A file that cannot be turned into pages; the message says why."""


def check_pages(pages: int, what: str) -> int:
    """The number as it is. Raises NotConvertible for none and for too many."""
    if pages < 1:
        raise NotConvertible(f"{what} has no pages")
    if pages > MAX_PAGES:
        raise NotConvertible(f"{what} has {pages} pages; {MAX_PAGES} can be faxed")
    return pages
