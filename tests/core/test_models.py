"""A document's names, as the vendor makes them; the status of a fax, and the documents of an account."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from fakefax.core.billing.ledger import Ledger
from fakefax.core.decisions import Decision
from fakefax.core.errors import UnknownDocument
from fakefax.core.faults.callback_faults import CallbackFault, Poll, StatusShift
from fakefax.core.models import Account, Document
from fakefax.core.msg_codes import JobState
from tests.core.books import fax_job
from tests.core.time_tools import after, seconds

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


@pytest.mark.parametrize(("poll", "shown_after"), [("ahead", 20), ("behind", 40)])
def test_the_status_of_a_poll_is_shifted_from_the_real_end(poll: Poll, shown_after: int):
    """Of a fax that ended before its time, at 30 seconds, the end is known so much before or after that."""
    job = fax_job(200, JobState.EXECUTED)
    job.plan = replace(job.plan, after=seconds(300))
    job.callback_fault = Decision(CallbackFault(poll=StatusShift(poll, seconds(10))), "a rule", list)
    job.status, job.finished_at = JobState.SUCCESS, after(30)
    assert job.polled_status(after(shown_after - 0.001)) is JobState.EXECUTED
    assert job.polled_status(after(shown_after)) is JobState.SUCCESS


@pytest.mark.parametrize(
    ("count", "known"),
    [(10, "100, 101, 102, 103, 104, 105, 106, 107, 108, 109"), (12, "..., 102, 103, 104, 105, ")],
)
def test_an_unknown_document_is_refused_with_the_newest_ones(count: int, known: str):
    """At most ten, and dots for those before."""
    documents = {number: Document(number, "invoice.pdf", 1) for number in reversed(range(100, 100 + count))}
    with pytest.raises(UnknownDocument) as refused:
        Account("key", Ledger(Decimal(1)), documents=documents).document(10)
    assert str(refused.value.reason).startswith(f"this key has no document 10; it has: {known}")
    assert str(refused.value.reason).endswith(f"{98 + count}, {99 + count}")
