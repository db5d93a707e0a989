"""The ledger of one account: append-only entries of exact amounts; the balance is their sum."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import repeat

from msgspec import Struct

from fakefax.core.errors import NotEnoughBalance
from fakefax.values.money import as_text, negative


class EntryReason(StrEnum):
    """The reasons for which money moves."""

    CHARGE = "charge"
    REFUND = "refund"
    TOP_UP = "top_up"
    WITHDRAWAL = "withdrawal"
    NUMBER = "number"
    CARRIED_FORWARD = "carried_forward"


class LedgerEntry(Struct, frozen=True, gc=False):
    """One movement: `amount` is below zero for a charge; `balance` is what it left.

    `seq` is its journal entry, 0 without a journal.
    """

    at: datetime
    reason: EntryReason
    fax_job_id: int | None
    amount: Decimal
    balance: Decimal
    seq: int = 0


class CarriedForward(Struct):
    """Totals of entries that are no longer kept. `numbers` counts those that paid for fax numbers.

    `balances_told` counts balances reported right after one of them; `problems` has the errors found on eviction.
    """

    entries: int = 0
    fax_jobs: int = 0
    balances_told: int = 0
    numbers: int = 0
    amounts: dict[EntryReason, Decimal] = {}
    problems: list[str] = []


class Ledger:
    """The simulated money of one account. `balance` is what the last entry left; the audit adds them up.

    Entries of evicted faxes are `carried` forward: each run of them becomes one entry with their sum.
    `position` returns the seq of the next journal entry; each movement is made right before its entry.
    """

    def __init__(self, opening: Decimal) -> None:
        self.opening = opening
        self.balance = opening
        self.entries: list[LedgerEntry] = []
        self.reported: list[Decimal | None] = []
        self.reserved = Decimal(0)
        self.carried = CarriedForward()
        self.position: Callable[[], int] | None = None

    @property
    def available(self) -> Decimal:
        """The balance less what accepted faxes will cost when they succeed (`billing.charge: on_success`)."""
        return self.balance - self.reserved

    def require(self, amount: Decimal, what: str = "fax") -> None:
        """Raise NotEnoughBalance, naming both amounts, unless `amount` is available."""
        if amount > self.balance - self.reserved:
            raise NotEnoughBalance(
                f"the {what} costs {as_text(amount)} and the simulated balance has {as_text(self.available)} left"
            )

    def charge(self, at: datetime, fax_job_id: int, amount: Decimal) -> LedgerEntry:
        """Take the price of a fax. Raises NotEnoughBalance rather than overdraw."""
        self.require(amount)
        return self._append(at, EntryReason.CHARGE, fax_job_id, negative(amount))

    def charge_number(self, at: datetime, amount: Decimal) -> LedgerEntry:
        """Take the price of a fax number. Raises NotEnoughBalance rather than overdraw."""
        self.require(amount, "number")
        return self._append(at, EntryReason.NUMBER, None, negative(amount))

    def refund(self, at: datetime, fax_job_id: int, amount: Decimal) -> LedgerEntry:
        """Give the price of a failed fax back."""
        return self._append(at, EntryReason.REFUND, fax_job_id, amount)

    def set_balance(self, at: datetime, balance: Decimal) -> LedgerEntry | None:
        """Bring the balance to an amount by a top-up or a withdrawal; None when it is there already.

        Raises ValueError below zero, or below what faxes that are already accepted will cost.
        """
        if balance < 0:
            raise ValueError(f"a balance of {as_text(balance)} is below 0")
        if balance < self.reserved:
            raise ValueError(
                f"a balance of {as_text(balance)} is below {as_text(self.reserved)}, which accepted faxes need"
            )
        difference = balance - self.balance
        if not difference:
            return None
        reason = EntryReason.TOP_UP if difference > 0 else EntryReason.WITHDRAWAL
        return self._append(at, reason, None, difference)

    def report(self) -> Decimal:
        """The balance, for an answer to the program. For the audit, `reported[n]` keeps that after n entries.

        Telling it again before the next entry adds nothing, so polling costs no memory.
        """
        missing = len(self.entries) - len(self.reported)
        if missing < 0:
            self.reported[-1] = self.balance
        else:
            self.reported.extend(repeat(None, missing))
            self.reported.append(self.balance)
        return self.balance

    def _append(self, at: datetime, reason: EntryReason, fax_job_id: int | None, amount: Decimal) -> LedgerEntry:
        self.balance += amount
        seq = 0 if self.position is None else self.position()
        entry = LedgerEntry(at, reason, fax_job_id, amount, self.balance, seq)
        self.entries.append(entry)
        return entry
