"""Files as documents: how many pages they fax as, a picture of the first one, a PDF of all. No network, no clock.

kinds       what a file is, by its content first and its name second
examine     a file's pages, or why it cannot be converted
pdf, image, text, office    one kind of file each
writing     PDFs of text, the same bytes each time
fax_sheet   a made-up fax that looks like one
preview     a file as a PDF, and its first page as a picture

All of it is work for a processor: call it in a thread. The libraries are imported when first needed.
"""

from fakefax.documents.examine import Examined as Examined
from fakefax.documents.examine import examine as examine
from fakefax.documents.limits import MAX_PAGES as MAX_PAGES
from fakefax.documents.limits import NotConvertible as NotConvertible
from fakefax.documents.preview import as_pdf as as_pdf
from fakefax.documents.preview import first_page as first_page
from fakefax.documents.writing import write_pdf as write_pdf

__all__ = ["MAX_PAGES", "Examined", "NotConvertible", "as_pdf", "examine", "first_page", "write_pdf"]
