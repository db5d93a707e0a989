"""Fax numbers: paid for, one after the other, active until they expire, and true in the audit."""

from datetime import timedelta
from decimal import Decimal

import pytest

from fakefax.core.billing.audit import audit
from fakefax.core.billing.ledger import EntryReason, Ledger
from fakefax.core.clock import Clock
from fakefax.core.errors import NoNumberLeft, NotEnoughBalance
from fakefax.core.ids import ReceivingIds
from fakefax.core.journal import Journal, Kind
from fakefax.core.models import Account, Billing
from fakefax.core.receiving.incoming import DidGroup, NumberStatus
from fakefax.core.receiving.number_registry import NumberRegistry
from tests.core.time_tools import START

GROUP = DidGroup(67, "CAN", "CANADA", "204", "WINNIPEG", 3, "+1204813", 4, 4698)
SMALL = DidGroup(68, "CAN", "CANADA", "204", "SMALL", 3, "+12048140", 1, 8)


class Shop:
    """Two accounts that can have numbers at 5 each, for 30 days."""

    def __init__(self, balance: str = "100") -> None:
        self.clock = Clock(START, rate=0)
        self.journal = Journal()
        self.account = Account("key", Ledger(Decimal(balance)))
        self.other = Account("other", Ledger(Decimal(100)))
        accounts = {"key": self.account, "other": self.other}
        self.book = NumberRegistry(
            self.clock, self.journal, ReceivingIds(), accounts, Decimal(5), timedelta(days=30)
        )

    def problems(self) -> list[str]:
        return audit(self.account.ledger, [], Billing(), self.book.prices(self.account.ledger)).problems


async def test_a_number_is_paid_for_and_the_books_are_right():
    """Provisioning takes the price as an entry without a fax job, and the audit accepts it."""
    shop = Shop()
    number = shop.book.provision(shop.account, GROUP)
    entry = shop.account.ledger.entries[0]
    assert (number.number_id, number.did_id, number.did_number) == (775, 6283433, "+12048134698")
    assert (entry.reason, entry.fax_job_id, entry.amount, entry.balance) == (
        EntryReason.NUMBER,
        None,
        Decimal(-5),
        Decimal(95),
    )
    assert shop.problems() == []
    reported = shop.journal.entries(kind=Kind.NUMBER_PROVISIONED)[0].message
    assert reported == "number +12048134698 is the account's until 2026-02-04 09:00:00; it cost 5.00, balance 95.00"


async def test_the_audit_finds_a_number_that_was_not_paid_for():
    """Books that do not show the price of each number exactly once are wrong."""
    shop = Shop()
    shop.book.provision(shop.account, GROUP)
    paid = shop.account.ledger.entries.pop()
    shop.account.ledger.balance -= paid.amount
    assert shop.problems() == ["the fax numbers cost 5.00, and what was taken for them is nothing"]


async def test_numbers_of_a_group_are_given_out_once_in_a_sandbox():
    """The next account gets the next number; a number that somebody has already is passed over."""
    shop = Shop()
    shop.book.give(shop.other, "+12048134699")
    numbers = [shop.book.provision(account, GROUP).did_number for account in (shop.account, shop.other)]
    assert numbers == ["+12048134698", "+12048134700"]
    with pytest.raises(ValueError, match=r"^\+12048134700 is a number of the account oth\.\.\. already$"):
        shop.book.give(shop.account, "+12048134700")


async def test_a_balance_that_does_not_cover_the_price_is_refused():
    """Without enough balance there is not a number, no entry, and the reason names both amounts."""
    shop = Shop("4.99")
    with pytest.raises(
        NotEnoughBalance, match=r"^the number costs 5\.00 and the simulated balance has 4\.99 left$"
    ):
        shop.book.provision(shop.account, GROUP)
    assert (shop.account.numbers, shop.account.ledger.entries) == ({}, [])
    shop.account.ledger.set_balance(START, Decimal(5))
    assert shop.book.provision(shop.account, GROUP).did_number == "+12048134698"


async def test_a_group_whose_numbers_are_all_taken_is_refused():
    """The eleventh number of a group of ten is refused, and nothing is charged for it."""
    shop = Shop()
    for _ in range(10):
        shop.book.provision(shop.account, SMALL)
    assert list(shop.account.numbers)[:3] == ["+120481408", "+120481409", "+120481400"]
    with pytest.raises(NoNumberLeft, match="all 10 numbers of DID group 68 are taken"):
        shop.book.provision(shop.account, SMALL)
    assert shop.account.ledger.balance == 50


async def test_a_number_expires_on_the_simulated_clock():
    """It is Active until the moment of its expiration, and Expired from then on."""
    shop = Shop()
    number = shop.book.provision(shop.account, GROUP)
    assert number.expires_at == START + timedelta(days=30)
    assert number.status(START) is NumberStatus.ACTIVE
    assert number.status(number.expires_at - timedelta(microseconds=1)) is NumberStatus.ACTIVE
    assert number.status(number.expires_at) is NumberStatus.EXPIRED


async def test_a_number_that_expired_or_was_given_up_is_not_given_out_again():
    """The series of a group goes on, whoever has the numbers before."""
    shop = Shop()
    first = shop.book.provision(shop.account, GROUP).did_number
    del shop.account.numbers[first]
    assert shop.book.next_of(GROUP) == "+12048134699"
    assert shop.book.provision(shop.other, GROUP).did_number == "+12048134699"


async def test_the_numbers_of_another_balance_are_not_in_the_audit():
    """A ledger is audited with the numbers that were paid from it."""
    shop = Shop()
    shop.book.provision(shop.other, GROUP)
    assert shop.problems() == []
    assert shop.book.prices(shop.other.ledger) == [Decimal(5)]


async def test_a_number_is_journaled_for_its_account():
    """Bought, given, or given first: each entry is the account's."""
    shop = Shop()
    shop.book.give_first([(shop.other, "+12048130001")])
    shop.book.give(shop.other, "+12048130002")
    shop.book.provision(shop.other, GROUP)
    assert [entry.api_key for entry in shop.journal.entries(kind="number")] == 3 * ["other"]
