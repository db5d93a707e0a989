"""A document's names, as the vendor makes them."""

from datetime import UTC, datetime

import pytest

from fakefax.core.models import Document

UPLOADED = datetime(2017, 8, 3, 12, 31, 36, tzinfo=UTC)


def test_the_vendors_names_come_from_the_time_of_the_upload():
    """The documented 598317a8404bd.pdf is the hexadecimal of a second of 2017-08-03; ours begin alike."""
    document = Document(0x404BD, "invoice.PDF", 1, uploaded_at=UPLOADED)
    assert document.stored_name == "598317a8404bd.pdf"
    assert document.fax_name == "598317a8404bd.pdf.tiff"
    assert document.preview_name == "598317a8404bd.pdf.preview.jpg"


@pytest.mark.parametrize(
    ("filename", "extension"),
    [("a.pdf", "pdf"), ("a.b.TXT", "txt"), ("a", ""), ("a.", ""), ("a.p/df", ""), (".pdf", "pdf"), ("", "")],
)
def test_the_extension_is_what_follows_the_last_dot(filename, extension):
    """Only letters and digits are an extension; a name without one has none."""
    assert Document(10, filename, 1).extension == extension
