"""Files as documents: how many pages they fax as, pictures of them, a PDF of all. No network, no clock.

kinds       what a file is, by its content first and its name second
pdf, image, text, office    one kind of file each
writing     PDFs of text, the same bytes each time
fax_sheet   a made-up fax that looks like one: a picture of each page
pdf_writer  PDFs written byte by byte, for the two above
preview     a file's pages or why it cannot be converted; the file as a PDF, and its pages as pictures
limits      pages, pixels, seconds and memory of one file
worker      a process that does all of this for one file after another
pool        the processes of a server, and whose turn it is

A few kilobytes can cost a decoder minutes and gigabytes. A server therefore calls `pool`, which works in processes
with limits; the functions here do the work at once, in the process that calls them. The libraries are imported when
first needed.
"""

from typing import TYPE_CHECKING

from fakefax.documents.limits import DEFAULT_FILE_LIMITS as DEFAULT_FILE_LIMITS
from fakefax.documents.limits import MAX_PAGES as MAX_PAGES
from fakefax.documents.limits import Examined as Examined
from fakefax.documents.limits import FileLimits as FileLimits
from fakefax.documents.limits import NotConvertible as NotConvertible

if TYPE_CHECKING:
    from fakefax.documents.preview import as_pdf as as_pdf
    from fakefax.documents.preview import examine as examine
    from fakefax.documents.preview import fax_page as fax_page
    from fakefax.documents.preview import first_page as first_page
    from fakefax.documents.writing import write_pdf as write_pdf

_MODULES = {
    "examine": "preview",
    "as_pdf": "preview",
    "fax_page": "preview",
    "first_page": "preview",
    "write_pdf": "writing",
}

__all__ = [
    "DEFAULT_FILE_LIMITS",
    "MAX_PAGES",
    "Examined",
    "FileLimits",
    "NotConvertible",
    "as_pdf",
    "examine",
    "fax_page",
    "first_page",
    "write_pdf",
]


def __getattr__(name: str) -> object:
    """Import what does the work when it is first asked for: a server has its workers do it."""
    if name in _MODULES:
        from importlib import import_module  # noqa: PLC0415

        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
