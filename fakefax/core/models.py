"""The models of a sandbox: documents, orders, plans, jobs, accounts, prices."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct

from fakefax.core.billing.ledger import Ledger
from fakefax.core.callbacks.callback import Attempt, Callback
from fakefax.core.decisions import Decision
from fakefax.core.errors import UnknownDocument
from fakefax.core.faults.callback_faults import CallbackFault
from fakefax.core.msg_codes import JobState, MsgCode
from fakefax.core.receiving.incoming import FaxNumber, IncomingFax
from fakefax.core.timers import Timer
from fakefax.values.money import product

MAX_LISTED = 10
"""How many documents a refusal lists (the newest), so that its reason stays short."""

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
"""The default upload time of a document."""


class Document(Struct, frozen=True, gc=False):
    """A document that an account has uploaded; a fax of it is charged by its pages.

    `filename` is the name that the program gave it. One that is not `convertible` is taken like any other, and
    its fax ends in file_error unless a rule says otherwise; `problem` says why. `size` is in bytes.
    `digest` stands for the bytes of an uploaded file; a document that only the scenario knows has none.
    """

    document_id: int
    filename: str
    pages: int
    convertible: bool = True
    problem: str = ""
    size: int = 0
    uploaded_at: datetime = BEGINNING
    digest: str = ""

    @property
    def content(self) -> str:
        """Equal for documents with the same content, such as two uploads of one file."""
        return self.digest or f"document {self.document_id}"

    @property
    def extension(self) -> str:
        """The extension of its name, in lower case: `pdf`; empty without one."""
        extension = self.filename.rpartition(".")[2] if "." in self.filename else ""
        return extension.lower() if extension.isalnum() else ""

    @property
    def stored_name(self) -> str:
        """The vendor's own name for the upload: the time of it in hexadecimal (`598317a8404bd.pdf`, documented).

        It ends in `.pdf` whatever was uploaded, as in the documented upload of a text file.
        """
        return f"{int(self.uploaded_at.timestamp()):08x}{self.document_id % 0x100000:05x}.pdf"

    @property
    def fax_name(self) -> str:
        """The vendor's name for the converted pages (documented)."""
        return f"{self.stored_name}.tiff"

    @property
    def preview_name(self) -> str:
        """The vendor's name for the picture of its first page (documented)."""
        return f"{self.stored_name}.preview.jpg"


class FaxOrder(Struct, frozen=True, gc=False):
    """The order of a program that sends a fax; `fax_number` is `+` and digits.

    `tsi_number` is the sender's number or text, as it was given; `delete_file` deletes the document afterwards.
    """

    api_key: str
    fax_number: str
    document: Document
    tsi_number: str | None = None
    delete_file: bool = False


class Plan(Struct, frozen=True, gc=False):
    """The plan of one fax: how it ends, and how long after being accepted.

    `rule` is a sentence: the label of the rule that decided, as in `Decision.rule`, and what it decided.
    """

    msg_code: MsgCode
    after: timedelta
    rule: str


class FaxJob(Struct, gc=False):
    """One accepted fax. `journal_seq` is its first entry in the journal.

    `timer` is set until the fax ends. `callback_fault` is the decision of the rules of `callbacks` when the fax was
    accepted, if any. `settled` is a number: 0 as long as the job may cause further events by itself, and then its
    place in the order in which jobs have settled, counted from 1.

    A job and its receipt refer to each other; the end of the sandbox and an eviction cut that by hand, so that the
    garbage collector need not look at every job.
    """

    fax_job_id: int
    order: FaxOrder
    cost: Decimal
    plan: Plan
    accepted_at: datetime
    journal_seq: int
    status: JobState = JobState.EXECUTED
    finished_at: datetime | None = None
    timer: Timer | None = None
    receipt: Callback | None = None
    callback_fault: Decision[CallbackFault] | None = None
    settled: int = 0

    @property
    def fax_number(self) -> str:
        """The number that the fax went to, as `+` and digits."""
        return self.order.fax_number

    @property
    def document_id(self) -> int:
        """The document that was sent."""
        return self.order.document.document_id

    @property
    def msg_code(self) -> MsgCode | None:
        """How the fax ended; None while it is under way."""
        return None if self.finished_at is None else self.plan.msg_code

    def polled_status(self, now: datetime) -> JobState:
        """The status that a poll is answered with; a `poll` fault has it ahead of or behind the receipt."""
        if self.callback_fault is None:
            return self.status
        shown_from = self.callback_fault.action.end_shown_at(self.finished_at or self.accepted_at + self.plan.after)
        if shown_from is None:
            return self.status
        return self.plan.msg_code.state if now >= shown_from else JobState.EXECUTED

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The attempts at its receipt, oldest first."""
        return () if self.receipt is None else self.receipt.attempts


class Account(Struct):
    """One api_key: its ledger, documents, fax numbers and inbox, and the URLs that the vendor keeps for it.

    `user_id` is the vendor's number of the account's owner; documents show it.
    """

    api_key: str
    ledger: Ledger
    user_id: int = 1
    callback_url: str | None = None
    received_fax_url: str | None = None
    documents: dict[int, Document] = {}
    numbers: dict[str, FaxNumber] = {}
    inbox: dict[int, IncomingFax] = {}

    def document(self, document_id: int) -> Document:
        """One of the account's documents. Raises UnknownDocument with a list of them."""
        document = self.documents.get(document_id)
        if document is None:
            ids = sorted(self.documents)
            known = ("..., " if len(ids) > MAX_LISTED else "") + ", ".join(map(str, ids[-MAX_LISTED:]))
            raise UnknownDocument(f"this key has no document {document_id}; it has: {known or 'none'}")
        return document


class Pricing(Struct, frozen=True):
    """The price of a page, by the longest prefix of the number that has one of its own; and of a fax number."""

    per_page: Decimal
    prefixes: Mapping[str, Decimal] = MappingProxyType({})
    number: Decimal = Decimal(5)

    def cost(self, fax_number: str, pages: int) -> Decimal:
        """The cost of a fax of so many pages."""
        price = self.per_page
        if self.prefixes:
            matching = [prefix for prefix in self.prefixes if fax_number.startswith(prefix)]
            if matching:
                price = self.prefixes[max(matching, key=len)]
        return product(price, pages)


class ChargeAt(StrEnum):
    """When a fax is paid for. Open in the vendor's documentation, so a switch: `billing.charge`."""

    ACCEPT = "on_accept"
    SUCCESS = "on_success"


class Billing(Struct, frozen=True):
    """The assumptions about money, each a switch of the scenario's `billing`."""

    charge: ChargeAt = ChargeAt.ACCEPT
    refund_failed: bool = False
    double_charge_window: timedelta | None = None
