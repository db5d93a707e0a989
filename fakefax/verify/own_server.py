"""A fakefax in this process to verify, with data for the probes: faxes sent and received, and a fax number."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from fakefax.client import FakeFax
from fakefax.verify.exchange import Caller
from fakefax.verify.step import UPLOAD, UPLOAD_TYPE

NUMBER = "+12048134698"


@contextmanager
def own_server() -> Iterator[FakeFax]:
    """A fakefax in this process, furnished."""
    scenario = {"accounts": [{"api_key": "f@x2r0ckkz", "numbers": [NUMBER]}]}
    with FakeFax(scenario) as fakefax:
        furnish(fakefax)
        yield fakefax


def furnish(fakefax: FakeFax) -> None:
    """Send two faxes, let three arrive, and store a second file."""
    Caller(fakefax.base_url).send(
        "POST", f"/files?api_key={fakefax.api_key}", {"Content-Type": UPLOAD_TYPE}, UPLOAD
    )
    for number in ("+15005550001", "+15005550002"):
        fields = {"fax_number": number, "document_id": "10", "api_key": fakefax.api_key}
        Caller(fakefax.base_url).send("POST", f"/fax?{urlencode(fields)}", {})
    for number_of_pages in (1, 2, 3):
        fakefax.receive_fax(pages=number_of_pages)
        fakefax.advance("1m")
