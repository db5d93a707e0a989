"""Faxes that arrive, as the vendor writes them."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from fakefax.core.billing.ledger import Ledger
from fakefax.core.callbacks.received_faxes import ReceivedFaxCallback
from fakefax.core.clock import Clock
from fakefax.core.ids import ReceivingIds
from fakefax.core.journal import Journal, Kind
from fakefax.core.models import Account
from fakefax.core.receiving.inbox import IncomingFaxes
from fakefax.core.receiving.incoming import FaxFile, FaxNumber, IncomingFax, Transmission
from tests.core.time_tools import START, after, seconds

NUMBER = FaxNumber(775, 6283433, "+12048134698", START + timedelta(days=30))


def fax(incoming_fax_id: int = 771, size: int = 9) -> IncomingFax:
    file = FaxFile(bytes(size), 1)
    return IncomingFax(incoming_fax_id, "uuid", "key", NUMBER, "44", START, file, Transmission("rsid"))


class Inbox:
    """Two accounts of a sandbox; `issued` has each callback: its fax, when it was due, and the journal then."""

    def __init__(self) -> None:
        self.clock = Clock(START)
        self.journal = Journal(owner="key")
        self.account, self.other = Account("key", Ledger(Decimal(1))), Account("other", Ledger(Decimal(1)))
        self.issued: list[tuple[int, datetime, list[Kind]]] = []
        self.faxes = IncomingFaxes(self.clock, self.journal, ReceivingIds(), 0, self.issue)

    def issue(self, fax: IncomingFax, due: datetime) -> ReceivedFaxCallback:
        self.issued.append((fax.incoming_fax_id, due, [entry.kind for entry in self.journal.entries()]))
        return ReceivedFaxCallback(fax, first_due=due)

    def receive(self, account: Account, span: timedelta = timedelta()) -> IncomingFax:
        file, line = FaxFile(b"%PDF", 1), Transmission("rsid")
        return self.faxes.receive(account, NUMBER, self.faxes.take_id(), "44", file, line, span)


async def test_an_arrival_is_journaled_for_its_account_before_the_callback():
    """It is that account's, also when another is the first, and it has arrived when it is called back about."""
    inbox = Inbox()
    inbox.receive(inbox.other)
    (entry,) = inbox.journal.entries()
    assert (entry.kind, entry.api_key, inbox.issued) == (
        Kind.RECEIVED_ARRIVED,
        "other",
        [(771, START, [entry.kind])],
    )


async def test_a_fax_is_called_back_about_from_its_arrival_on_however_late_the_clock_wakes_up():
    """One of another run whose time has passed is due when it was due, and so are its retries."""
    inbox = Inbox()
    late = inbox.receive(inbox.account, seconds(60))
    await inbox.clock.advance(seconds(30))
    inbox.faxes.put_back(inbox.account, late, after(20), 9)
    await inbox.clock.advance(seconds(0))
    assert [issued[:2] for issued in inbox.issued] == [(771, after(20))]


async def test_the_newest_arrival_is_first_whatever_its_id():
    """A fax that was announced earlier may arrive later; those of the same time are by their ids."""
    inbox = Inbox()
    for span in (60, 0, 60, 30, 90):
        inbox.receive(inbox.account, seconds(span))
    await inbox.clock.advance(seconds(60))
    assert [arrived.incoming_fax_id for arrived in inbox.faxes.arrived(inbox.account)] == [773, 771, 774, 772]


@pytest.mark.parametrize("incoming_fax_id", [1, 0x100001])
def test_a_name_is_as_long_as_the_vendors_whatever_the_id(incoming_fax_id: int):
    """The name of the documented 597ef3a78a2dd.pdf has thirteen digits."""
    assert fax(incoming_fax_id).filename == f"{int(START.timestamp()):08x}00001.pdf"


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
    assert fax(size=size).filesize == written
