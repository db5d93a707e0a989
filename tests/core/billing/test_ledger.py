"""The ledger: exact amounts, append-only entries, and never more spent than there is."""

import re
from decimal import Decimal

import pytest

from fakefax.core.billing.ledger import EntryReason, Ledger, LedgerEntry
from fakefax.core.errors import NotEnoughBalance
from tests.core.time_tools import START, after


def test_a_charge_is_an_entry_with_the_balance_it_left():
    """Each movement says when, why, for which fax, how much, and what was left."""
    ledger = Ledger(Decimal(100))
    ledger.charge(START, 200, Decimal("0.15"))
    ledger.refund(after(30), 200, Decimal("0.15"))
    assert ledger.entries == [
        LedgerEntry(START, EntryReason.CHARGE, 200, Decimal("-0.15"), Decimal("99.85")),
        LedgerEntry(after(30), EntryReason.REFUND, 200, Decimal("0.15"), Decimal(100)),
    ]
    assert ledger.balance == 100


def test_amounts_are_exact():
    """A thousand charges of 0.10 and as many of 0.000001 leave exactly what they should."""
    ledger = Ledger(Decimal("100.001"))
    for number in range(1000):
        ledger.charge(START, number, Decimal("0.10"))
        ledger.charge(START, number, Decimal("0.000001"))
    assert ledger.balance == 0


def test_the_last_cent_can_be_spent_and_no_more():
    """A charge of all that is left is taken; the next one is refused with both amounts, and leaves no trace."""
    ledger = Ledger(Decimal("0.25"))
    ledger.charge(START, 200, Decimal("0.15"))
    with pytest.raises(NotEnoughBalance) as refused:
        ledger.charge(START, 201, Decimal("0.15"))
    assert refused.value.reason == "the fax costs 0.15 and the simulated balance has 0.10 left"
    assert refused.value.message == "Insufficient balance"
    assert [entry.fax_job_id for entry in ledger.entries] == [200]
    ledger.charge(START, 202, Decimal("0.10"))
    assert ledger.balance == 0


def test_the_cost_of_accepted_faxes_is_not_available():
    """The price of faxes that are paid for on success is kept aside: in the balance, but not to be spent twice."""
    ledger = Ledger(Decimal(1))
    ledger.reserved = Decimal("0.90")
    assert ledger.balance == 1
    assert ledger.available == Decimal("0.10")
    expected = "the fax costs 0.15 and the simulated balance has 0.10 left"
    with pytest.raises(NotEnoughBalance, match=f"^{re.escape(expected)}$"):
        ledger.require(Decimal("0.15"))
    ledger.require(Decimal("0.10"))


@pytest.mark.parametrize(
    ("balance", "reason", "amount"),
    [
        ("150", EntryReason.TOP_UP, "50"),
        ("99.99", EntryReason.WITHDRAWAL, "-0.01"),
        ("0", EntryReason.WITHDRAWAL, "-100"),
    ],
)
def test_setting_the_balance_is_an_entry(balance: str, reason: EntryReason, amount: str):
    """A balance set by hand is a top-up or a withdrawal in the books, of the difference."""
    ledger = Ledger(Decimal(100))
    entry = ledger.set_balance(START, Decimal(balance))
    assert entry == LedgerEntry(START, reason, None, Decimal(amount), Decimal(balance))
    assert ledger.entries == [entry]
    assert ledger.balance == Decimal(balance)


def test_setting_the_balance_that_is_there_is_no_entry():
    """Setting the balance to what it is moves no money, however it is written."""
    ledger = Ledger(Decimal(100))
    assert ledger.set_balance(START, Decimal("100.00")) is None
    assert ledger.entries == []


@pytest.mark.parametrize("reserved", ["0", "0.90"])
def test_a_balance_below_what_is_owed_is_refused(reserved: str):
    """The balance cannot be set below zero, nor below what accepted faxes will cost."""
    ledger = Ledger(Decimal(100))
    ledger.reserved = Decimal(reserved)
    below = Decimal(reserved) - Decimal("0.01")
    expected = {
        "0": "a balance of -0.01 is below 0",
        "0.90": "a balance of 0.89 is below 0.90, which accepted faxes need",
    }[reserved]
    with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
        ledger.set_balance(START, below)
    assert ledger.entries == []
    assert ledger.balance == 100
    ledger.set_balance(START, Decimal(reserved))
    assert ledger.available == 0


def test_a_balance_told_is_kept():
    """The balances in answers stay on record, each with its time; asking again without a movement adds nothing."""
    ledger = Ledger(Decimal(100))
    assert ledger.report() == 100
    assert ledger.report() == 100
    ledger.charge(after(2), 200, Decimal("0.15"))
    for _ in range(1000):
        assert ledger.report() == Decimal("99.85")
    ledger.charge(after(4), 201, Decimal("0.15"))
    ledger.refund(after(4), 201, Decimal("0.15"))
    ledger.report()
    assert ledger.reported == [Decimal(100), Decimal("99.85"), None, Decimal("99.85")]


def test_a_fax_number_is_not_bought_with_what_accepted_faxes_will_cost():
    """What is reserved for faxes under way can be spent on nothing else, but all the rest can."""
    ledger = Ledger(Decimal(10))
    ledger.reserved = Decimal("5.01")
    with pytest.raises(NotEnoughBalance) as refused:
        ledger.charge_number(START, Decimal(5))
    assert refused.value.reason == "the number costs 5.00 and the simulated balance has 4.99 left"
    ledger.reserved = Decimal(5)
    assert ledger.charge_number(START, Decimal(5)).balance == 5
