"""The members about the account: its money, and the URLs that it is called back at."""

from decimal import Decimal

from fakefax.client.connected import Connected
from fakefax.client.errors import checked
from fakefax.schemas import AccountView, AuditReport, LedgerEntry, LedgerView
from fakefax.values.money import parse_amount
from fakefax.values.urls import check_callback_url


class MoneyMembers(Connected):
    """balance, ledger, audit, callback_url, received_fax_url."""

    @property
    def balance(self) -> Decimal:
        """The simulated balance; setting it is a top-up or a withdrawal in the ledger.

        fakefax.balance = "0.10"      # too little for a page at 0.15
        """
        return self._account().balance

    @balance.setter
    def balance(self, amount: Decimal | str | int) -> None:
        self._change_account(balance=str(checked(parse_amount, amount)))

    @property
    def callback_url(self) -> str | None:
        """Where delivery receipts are posted; None posts none. Raises WrongValue for what is no http URL.

        fakefax.callback_url = app.url + "/faxto"
        """
        return self._account().callback_url

    @callback_url.setter
    def callback_url(self, url: str | None) -> None:
        self._change_account(callback_url=_url(url))

    @property
    def received_fax_url(self) -> str | None:
        """Where received faxes are posted; None posts none. Raises WrongValue for what is no http URL."""
        return self._account().received_fax_url

    @received_fax_url.setter
    def received_fax_url(self, url: str | None) -> None:
        self._change_account(received_fax_url=_url(url))

    @property
    def ledger(self) -> list[LedgerEntry]:
        """The entries of the account's ledger, oldest first.

        assert [entry.amount for entry in fakefax.ledger] == [Decimal("-0.15")]
        """
        return self._books().entries

    def audit(self) -> AuditReport:
        """Prove the books: sums, one charge for each job, every balance that was told; and double charges."""
        return self._ask("GET", "/audit", AuditReport)

    def _books(self) -> LedgerView:
        return self._ask("GET", "/ledger", LedgerView)

    def _account(self) -> AccountView:
        return self._ask("GET", "/account", AccountView)

    def _change_account(self, **change: str | None) -> None:
        self._ask("PATCH", "/account", AccountView, change)


def _url(url: str | None) -> str | None:
    return None if url is None else checked(check_callback_url, url)
