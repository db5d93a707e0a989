"""Faxes that arrive, as the vendor writes them."""

import pytest

from fakefax.core.receiving.incoming import FaxFile, FaxNumber, IncomingFax, Transmission
from tests.core.time_tools import START


@pytest.mark.parametrize(
    ("size", "written"),
    [
        (1023, "1023 B"),
        (1024, "1.00 KB"),
        (123_341, "120.45 KB"),
        (1024**2 - 1, "1024.00 KB"),
        (1024**2, "1.00 MB"),
    ],
)
def test_a_size_is_written_with_its_unit(size: int, written: str):
    """In bytes below one KB, then in KB, and in MB from one MB on."""
    number = FaxNumber(775, 6283433, "+12048134698", START)
    fax = IncomingFax(771, "uuid", "key", number, "44", START, FaxFile(bytes(size), 1), Transmission("rsid"))
    assert fax.filesize == written
