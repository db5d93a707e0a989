"""The limits that every file is held to, what is found out about one, and why one cannot be faxed."""

from typing import NamedTuple

MAX_PAGES = 10_000
"""Pages of one document; also the most that a scenario may give one."""

MAX_FAX_PAGES = 500
"""Pages of a made-up fax: each is a picture that has to be drawn."""

MAX_PIXELS = 80_000_000
"""Pixels of one picture: A4 at 800 dots an inch. A picture of a few kilobytes can unpack to gigabytes."""

MAX_SIDE = 65_500
"""Pixels of a picture's longer side: decoders keep a pointer to each row, so a tall picture costs memory too."""

MAX_SECONDS = 8.0
"""Real seconds for one file, so that it is answered within ten."""

MAX_MEMORY = 300 * 1024**2
"""Bytes that the process that looks at a file may take, its own code included."""

LEAST_MEMORY = 100 * 1024**2
"""The least limit of memory: Python and the libraries for PDFs and pictures take about half of it."""


class FileLimits(NamedTuple):
    """How much of one file is looked at: pages, pixels of a picture, real seconds, bytes of memory."""

    pages: int = MAX_PAGES
    pixels: int = MAX_PIXELS
    seconds: float = MAX_SECONDS
    memory: int = MAX_MEMORY

    def check_pages(self, pages: int, what: str) -> int:
        """Return the number as it is. Raises NotConvertible for none and for too many."""
        if pages < 1:
            raise NotConvertible(f"{what} has no pages")
        if pages > self.pages:
            raise NotConvertible(f"{what} has {pages} pages; --page-limit is {self.pages}")
        return pages

    def too_many_pages(self, what: str) -> "NotConvertible":
        """The error for a file whose pages were not counted to their end."""
        return NotConvertible(f"{what} has more than {self.pages} pages, which is --page-limit")

    def check_picture(self, width: int, height: int) -> None:
        """Raise NotConvertible for a picture that is larger than can be unpacked."""
        if width * height > self.pixels:
            raise NotConvertible(f"the picture has {width} x {height} pixels; --pixel-limit is {self.pixels}")
        if max(width, height) > MAX_SIDE:
            raise NotConvertible(f"the picture has {width} x {height} pixels; a side may have {MAX_SIDE}")


DEFAULT_FILE_LIMITS = FileLimits()


class NotConvertible(Exception):
    """A file that cannot be turned into pages; the message says why."""


class Examined(NamedTuple):
    """The number of pages of a file. One that cannot be converted counts as one page; `problem` says why."""

    pages: int
    problem: str = ""

    @property
    def convertible(self) -> bool:
        """Whether it can be turned into pages."""
        return not self.problem
