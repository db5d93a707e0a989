"""Accounts with their documents, the ledger, and its audit."""

from decimal import Decimal

from msgspec import UNSET, UnsetType

from fakefax.core.billing.audit import DoubleCharge
from fakefax.core.billing.ledger import EntryReason
from fakefax.schemas.base import AsOf, Moment, View


class DocumentView(View, frozen=True):
    """A document; `problem` says why a fax of it fails when it is not `convertible`."""

    document_id: int
    filename: str
    pages: int
    size: int
    convertible: bool
    problem: str


class AccountView(View, frozen=True):
    """An account: its key, its money, the URLs it is called back at, its documents."""

    api_key: str
    balance: Decimal
    callback_url: str | None
    received_fax_url: str | None
    documents: list[DocumentView]
    as_of: AsOf | UnsetType = UNSET


class LedgerEntry(View, frozen=True):
    """One movement of money: `amount` is below zero for a charge; `balance` is what it left."""

    at: Moment
    reason: EntryReason
    fax_job_id: int | None
    amount: Decimal
    balance: Decimal


class CarriedForward(View, frozen=True):
    """Totals of entries that are no longer kept: their number, their fax jobs, and the balances reported then.

    `amounts` adds them up by their reason.
    """

    entries: int
    fax_jobs: int
    balances_told: int
    amounts: dict[str, Decimal]


class LedgerView(View, frozen=True):
    """The ledger of an account, oldest entry first. Those that are no longer kept are entries `carried_forward`."""

    api_key: str
    opening: Decimal
    balance: Decimal
    entries: list[LedgerEntry]
    carried_forward: CarriedForward
    as_of: AsOf | UnsetType = UNSET


class AuditReport(View, frozen=True):
    """`ok` says the books are right; a double charge is the program's doing and does not make them wrong.

    Entries carried forward, to keep to --fax-limit, were checked when they were evicted, and are counted apart;
    `reach` then says how far this report goes back. It is null when the report is about everything.
    """

    ok: bool
    opening: Decimal
    balance: Decimal
    entries: int
    fax_jobs: int
    balances_told: int
    problems: list[str]
    double_charges: list[DoubleCharge]
    carried_forward: CarriedForward
    reach: str | None
