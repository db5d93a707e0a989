"""The audit finds books that were tampered with, and names each problem."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from msgspec.structs import replace

from fakefax.core.billing.ledger import EntryReason, LedgerEntry
from fakefax.core.msg_codes import JobState
from tests.core.books import Books
from tests.core.time_tools import after


def change_entry(index: int, **values: object) -> Callable[[Books], None]:
    def tamper(books: Books) -> None:
        entries = books.ledger.entries
        entries[index] = replace(entries[index], **values)

    return tamper


def add_entry(reason: EntryReason, fax_job_id: int | None, amount: str) -> Callable[[Books], None]:
    def tamper(books: Books) -> None:
        balance = books.ledger.balance + Decimal(amount)
        books.ledger.entries.append(LedgerEntry(after(99), reason, fax_job_id, Decimal(amount), balance))
        books.ledger.balance = balance

    return tamper


def tell(position: int, balance: str) -> Callable[[Books], None]:
    def tamper(books: Books) -> None:
        books.ledger.reported[position] = Decimal(balance)

    return tamper


def change_opening(books: Books) -> None:
    books.ledger.opening = Decimal(101)


def lose_last_entry(books: Books) -> None:
    del books.ledger.entries[-1]


def forget_job(books: Books) -> None:
    del books.jobs[0]


def raise_cost(books: Books) -> None:
    books.jobs[0].cost = Decimal("0.30")


def unfinish(books: Books) -> None:
    books.jobs[1].status = JobState.EXECUTED


def raise_balance(books: Books) -> None:
    books.ledger.balance += 1


TAMPERED = [
    pytest.param(
        add_entry(EntryReason.REFUND, None, "0.15"),
        ["entry 5 is a refund that names no fax job"],
        id="a refund of nothing",
    ),
    pytest.param(
        add_entry(EntryReason.NUMBER, None, "-150.01"),
        [
            "entry 5 overdraws the balance to -0.01",
            "the fax numbers cost nothing, and what was taken for them is 150.01",
        ],
        id="a fax number that overdraws",
    ),
    pytest.param(
        raise_balance,
        ["the balance is 151.00; the entries add up to 150.00"],
        id="the balance itself",
    ),
    pytest.param(
        change_entry(3, balance=Decimal(160)),
        ["entry 4 says balance 160.00; the entries add up to 150.00"],
        id="the balance that an entry left",
    ),
    pytest.param(
        change_entry(3, amount=Decimal(60)),
        [
            "entry 4 says balance 150.00; the entries add up to 159.85",
            "the balance is 150.00; the entries add up to 159.85",
            "after entry 4 the program got the balance 150.00; it was 159.85",
        ],
        id="the amount of an entry",
    ),
    pytest.param(
        change_opening,
        [
            "entry 1 says balance 99.85; the entries add up to 100.85",
            "entry 2 says balance 99.70; the entries add up to 100.70",
            "entry 3 says balance 99.85; the entries add up to 100.85",
            "entry 4 says balance 150.00; the entries add up to 151.00",
            "the balance is 150.00; the entries add up to 151.00",
            "before any entry the program got the balance 100.00; it was 101.00",
            "after entry 2 the program got the balance 99.70; it was 100.70",
            "after entry 4 the program got the balance 150.00; it was 151.00",
        ],
        id="the opening balance",
    ),
    pytest.param(
        lose_last_entry,
        [
            "the balance is 150.00; the entries add up to 99.85",
            "the program got a balance after entry 4; there are 3",
        ],
        id="an entry taken away",
    ),
    pytest.param(
        tell(2, "99.71"),
        ["after entry 2 the program got the balance 99.71; it was 99.70"],
        id="a balance told that was never true",
    ),
    pytest.param(
        add_entry(EntryReason.CHARGE, 200, "-0.15"),
        ["fax job 200 (success) should have -0.15 as charge and has -0.15 and -0.15"],
        id="a fax charged twice",
    ),
    pytest.param(
        add_entry(EntryReason.REFUND, 200, "0.15"),
        ["fax job 200 (success) should have nothing as refund and has 0.15"],
        id="a refund of a fax that was sent",
    ),
    pytest.param(
        add_entry(EntryReason.CHARGE, 999, "-0.15"),
        ["entry 5 names fax job 999, which does not exist"],
        id="a charge for a fax that does not exist",
    ),
    pytest.param(
        add_entry(EntryReason.CHARGE, None, "-0.15"),
        ["entry 5 is a charge that names no fax job"],
        id="a charge for no fax at all",
    ),
    pytest.param(forget_job, ["entry 1 names fax job 200, which does not exist"], id="a fax taken away"),
    pytest.param(
        raise_cost, ["fax job 200 (success) should have -0.30 as charge and has -0.15"], id="the cost of a fax"
    ),
    pytest.param(
        unfinish,
        ["fax job 201 (executed) should have nothing as refund and has 0.15"],
        id="a refund before the end",
    ),
    pytest.param(
        add_entry(EntryReason.CHARGE, 998, "-150.01"),
        ["entry 5 overdraws the balance to -0.01", "entry 5 names fax job 998, which does not exist"],
        id="more spent than there is",
    ),
]


@pytest.mark.parametrize(("tamper", "problems"), TAMPERED)
def test_tampering_is_found(tamper: Callable[[Books], None], problems: list[str]):
    """Any change to the books that does not fit the rest is found, and each problem is named."""
    books = Books()
    tamper(books)
    report = books.audit()
    assert report.problems == problems
    assert not report.ok
