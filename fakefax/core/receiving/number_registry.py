"""The fax numbers of a sandbox: provisioned for a price, or given; each active until it expires."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from fakefax.core.billing.ledger import Ledger
from fakefax.core.clock import Clock
from fakefax.core.errors import NoNumberLeft
from fakefax.core.ids import ReceivingIds
from fakefax.core.journal import Journal, Kind
from fakefax.core.models import Account
from fakefax.core.receiving.incoming import DidGroup, FaxNumber
from fakefax.values.durations import to_the_second
from fakefax.values.money import as_text
from fakefax.values.urls import masked_key

MAX_SEARCHED = 10_000
"""Numbers of a group that are looked at for a free one."""

GIVEN = "it was given, not bought"
"""Why a number was not paid for."""


class NumberRegistry:
    """The fax numbers of all accounts of a sandbox. `lifetime` is simulated time.

    `provisioned` has the index of the next number of each DID group, by the group's id.
    """

    def __init__(
        self,
        clock: Clock,
        journal: Journal,
        ids: ReceivingIds,
        accounts: Mapping[str, Account],
        price: Decimal,
        lifetime: timedelta,
    ) -> None:
        self._clock = clock
        self._journal = journal
        self._ids = ids
        self._accounts = accounts
        self._price = price
        self._lifetime = lifetime
        self.provisioned: dict[int, int] = {}

    def provision(self, account: Account, group: DidGroup) -> FaxNumber:
        """The next number of the group, paid for by the account.

        Raises NoNumberLeft or NotEnoughBalance; then nothing was charged or provisioned.
        """
        count = self._next_free(group)
        account.ledger.charge_number(self._clock.now, self._price)
        self.provisioned[group.did_group_id] = count + 1
        paid = f"it cost {as_text(self._price)}, balance {as_text(account.ledger.balance)}"
        return self._add(account, group.number(count), paid, group, self._price)

    def give_first(self, numbers: Iterable[tuple[Account, str]]) -> None:
        """Give the numbers of a scenario, which are all different, before there are any others."""
        now, expires_at, until = self._lifetime_from_now()
        for account, did_number in numbers:
            number = FaxNumber(self._ids.numbers.take(), self._ids.dids.take(), did_number, expires_at)
            account.numbers[did_number] = number
            details = {"did_number": did_number, "until": until, "paid": GIVEN}
            self._journal.record(now, Kind.NUMBER_PROVISIONED, details, account.api_key)

    def give(self, account: Account, did_number: str, group: DidGroup | None = None) -> FaxNumber:
        """Let the account have a number (`+` and digits) without paying for it. Raises ValueError if one has it."""
        owner = self._owner(did_number)
        if owner is not None:
            raise ValueError(f"{did_number} is a number of the account {masked_key(owner.api_key)} already")
        return self._add(account, did_number, GIVEN, group)

    def next_of(self, group: DidGroup) -> str:
        """The next number that the group would give out. Raises NoNumberLeft."""
        return group.number(self._next_free(group))

    def prices(self, ledger: Ledger) -> list[Decimal]:
        """The prices paid from a ledger for numbers, in the order of provisioning."""
        owners = (account for account in self._accounts.values() if account.ledger is ledger)
        numbers = sorted((n for owner in owners for n in owner.numbers.values()), key=lambda n: n.number_id)
        return [number.price for number in numbers if number.price is not None]

    def _next_free(self, group: DidGroup) -> int:
        """The index of the first free number of the group."""
        first = self.provisioned.get(group.did_group_id, 0)
        counts = range(first, first + min(10**group.digits, MAX_SEARCHED))
        for count in counts:
            if self._owner(group.number(count)) is None:
                return count
        raise NoNumberLeft(f"all {len(counts)} numbers of DID group {group.did_group_id} are taken in this sandbox")

    def _owner(self, did_number: str) -> Account | None:
        return next((account for account in self._accounts.values() if did_number in account.numbers), None)

    def _add(
        self, account: Account, did_number: str, paid: str, group: DidGroup | None, price: Decimal | None = None
    ) -> FaxNumber:
        now, expires_at, until = self._lifetime_from_now()
        number = FaxNumber(self._ids.numbers.take(), self._ids.dids.take(), did_number, expires_at, group, price)
        account.numbers[did_number] = number
        details = {"did_number": did_number, "until": until, "paid": paid}
        self._journal.record(now, Kind.NUMBER_PROVISIONED, details, account.api_key)
        return number

    def _lifetime_from_now(self) -> tuple[datetime, datetime, str]:
        now = self._clock.now
        expires_at = now + self._lifetime
        return now, expires_at, to_the_second(expires_at)
