"""GET /_fakefax/llms.txt: how to use fakefax, on one page for programs."""

from urllib.request import urlopen

from fakefax import FakeFax
from fakefax.core.faults.table import TABLE
from tests.documentation import ROOT


def test_it_is_served_as_text():
    """A program that knows the server's address can read how to use it."""
    with FakeFax() as fakefax, urlopen(f"{fakefax.url}/_fakefax/llms.txt", timeout=10) as answer:
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.read() == (ROOT / "docs" / "llms.txt").read_bytes()


def test_the_numbers_do_what_it_says():
    """Each number that it names is one of the table of faults, with that effect."""
    dialled = {row.number: row.description for row in TABLE.values()}
    assert {end: dialled["+1500555" + end] for end in ("0001", "0002", "0003", "0005", "0107", "0112", "0203")} == {
        "0001": "the fax ends `ok`",
        "0002": "the fax ends `busy`",
        "0003": "the fax ends `no_answer`",
        "0005": "the fax ends `file_error`",
        "0107": "500",
        "0112": "the reply is lost, the fax charged",
        "0203": "the receipt comes twice",
    }
