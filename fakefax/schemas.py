"""What the control API shows, each shape defined once: for its JSON, for its description, and for the handle.

Times are aware datetimes of simulated time, amounts exact Decimals, which JSON has as numbers.
"""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from fakefax.core.billing.audit import double_text
from fakefax.core.billing.ledger import EntryReason
from fakefax.core.callbacks.callback import ReceiptState as ReceiptState  # noqa: PLC0414 (the client takes these enums from here)
from fakefax.core.msg_codes import JobState as JobState  # noqa: PLC0414
from fakefax.core.msg_codes import MsgCode as MsgCode  # noqa: PLC0414
from fakefax.core.real_time import unpatched_datetime
from fakefax.core.verdict import Part as Part  # noqa: PLC0414

if TYPE_CHECKING:
    from datetime import datetime
else:
    datetime = unpatched_datetime()  # this module may be imported while a test has frozen time


class View(Struct, frozen=True):
    """Something that is shown; the order of its fields is the order in the JSON."""


class Fax(View, frozen=True):
    """A fax job in a list. `msg_code` and `finished_at` are null while it is under way, `receipt` likewise."""

    fax_job_id: int
    status: JobState
    msg_code: MsgCode | None
    fax_number: str
    document_id: int
    pages: int
    cost: Decimal
    accepted_at: datetime
    finished_at: datetime | None
    receipt: ReceiptState | None


class PlanView(View, frozen=True):
    """What was decided for a fax when it was accepted, and the rule that decided."""

    msg_code: MsgCode
    after: str
    rule: str


class TimelineStep(View, frozen=True):
    """One moment in the life of a fax."""

    at: datetime
    event: str


class Attempt(View, frozen=True):
    """One POST to a callback URL: when it was due and made, and what came of it.

    `failure` says why it was no acknowledgement; it is null when it was one. `latency_ms` is real time.
    """

    attempt: int
    due: datetime
    at: datetime
    url: str
    status_code: int | None
    failure: str | None
    latency_ms: float
    next_due: datetime | None


class FaxDetail(Fax, frozen=True):
    """A fax job with its plan, its timeline and every attempt at its receipt.

    `tsi_number` is what the program gave as the sender; `delete_file` deletes the document when the fax has ended.
    """

    tsi_number: str | None
    delete_file: bool
    plan: PlanView
    timeline: list[TimelineStep]
    attempts: list[Attempt]


class FaxList(View, frozen=True):
    """The fax jobs of an account, oldest first; `let_go` finished ones before them are no longer kept."""

    faxes: list[Fax]
    let_go: int


class FaxDetailList(View, frozen=True):
    """The fax jobs of an account with all their details, oldest first; `let_go` counts those no longer kept."""

    faxes: list[FaxDetail]
    let_go: int


class DocumentView(View, frozen=True):
    """A document; `problem` says why a fax of it fails when it is not `convertible`."""

    document_id: int
    filename: str
    pages: int
    size: int
    convertible: bool
    problem: str


class IncomingFaxView(View, frozen=True):
    """A fax to a number of the account, with its callback and every attempt at it.

    `arrived` is false while it is on its way, until `received_at`; `callback` is null until then.
    """

    incoming_fax_id: int
    uuid: str
    sender: str
    number: str
    did_id: int
    pages: int
    filename: str
    size: int
    received_at: datetime
    arrived: bool
    rsid: str
    speed: int
    duration: int
    ecm: str
    compression: str
    callback: ReceiptState | None
    attempts: list[Attempt]


class IncomingFaxList(View, frozen=True):
    """The faxes to an account's numbers, oldest first."""

    incoming_faxes: list[IncomingFaxView]


class AccountView(View, frozen=True):
    """An account: its key, its money, the URLs it is called back at, its documents."""

    api_key: str
    balance: Decimal
    callback_url: str | None
    received_fax_url: str | None
    documents: list[DocumentView]


class LedgerEntry(View, frozen=True):
    """One movement of money: `amount` is below zero for a charge; `balance` is what it left."""

    at: datetime
    reason: EntryReason
    fax_job_id: int | None
    amount: Decimal
    balance: Decimal


class CarriedForward(View, frozen=True):
    """Entries that are no longer kept, of how many fax jobs they were, and how many balances told went with them.

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


class DoubleCharge(View, frozen=True):
    """The same number and content charged again although an earlier fax of the same had not failed.

    `document_ids` are the documents that were sent: several when one file was uploaded more than once.
    """

    fax_number: str
    document_id: int
    fax_job_ids: list[int]
    charged: Decimal
    document_ids: list[int]

    @property
    def text(self) -> str:
        """What was sent more than once, in words."""
        return double_text(self.document_ids, self.fax_number)


class AuditReport(View, frozen=True):
    """`ok` says the books are right; a double charge is the program's doing and does not make them wrong.

    What was carried forward, to keep to --fax-limit, was proved as it was, and is counted apart; `reach` then says
    how far this report goes back. It is null when the report is about everything.
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


class JournalEntry(View, frozen=True):
    """One thing that happened, or did not, with the reason."""

    seq: int
    at: datetime
    kind: str
    api_key: str | None
    fax_job_id: int | None
    message: str
    detail: dict[str, Any]


class NearMissView(View, frozen=True):
    """An entry that was not what was waited for, and in what it differs."""

    entry: JournalEntry
    differs: list[str]


class WaitView(View, frozen=True):
    """What a wait came to. When it was in vain `message` says why, and `near_misses` what came close."""

    found: bool
    entries: list[JournalEntry]
    last_seq: int
    message: str | None
    near_misses: list[NearMissView]


class JournalView(View, frozen=True):
    """Entries of the journal, oldest first; `evicted` were dropped to keep to its limit."""

    entries: list[JournalEntry]
    last_seq: int
    evicted: int


class Finding(View, frozen=True):
    """One thing that the program did and Fax.to would mind. `url` is the callback URL that it is about."""

    part: Part
    message: str
    fax_job_id: int | None
    url: str | None


class VerdictView(View, frozen=True):
    """All of it: callbacks not acknowledged, requests refused as malformed, the books, double charges.

    `reach` says so when faxes were let go, of which nothing is found any more.
    """

    findings: list[Finding]
    reach: str | None


class TimerView(View, frozen=True):
    """Something that happens, or has happened, at a simulated time."""

    at: datetime
    name: str


class ClockView(View, frozen=True):
    """Simulated time, its rate in simulated seconds per real second, and what waits for it."""

    now: datetime
    rate: float
    pending: int
    next_due: datetime | None
    holds: list[str]
    timers: list[TimerView]


class AdvanceView(View, frozen=True):
    """What an advance of the clock did. `settled` is false when it gave up; `message` then says why.

    `fired` has the first 100 timers that fired, `fired_count` counts all.
    """

    now: datetime
    advanced: str
    fired: list[TimerView]
    fired_count: int
    pending: int
    next_due: datetime | None
    holds: list[str]
    settled: bool
    message: str | None


class ReadyView(View, frozen=True):
    """fakefax is up, and which one it is."""

    status: str
    version: str


class ResetView(View, frozen=True):
    """What a reset began anew."""

    status: str
    now: datetime
    account: AccountView


class NewSandboxView(View, frozen=True):
    """A world that was made. `api_keys` says which of its keys stands for which of the scenario's.

    `strangers_after` is a seq of the journal of the server's own sandbox, in which requests are whose key is
    nobody's: those since this world was made come after it.
    """

    api_key: str
    base_url: str
    now: datetime
    rate: float
    scenario: str
    api_keys: dict[str, str]
    accounts: list[AccountView]
    strangers_after: int


class PutScenarioView(View, frozen=True):
    """A world that began anew with another scenario. `api_keys` says which of its keys stands for which of that."""

    status: str
    now: datetime
    scenario: str
    api_keys: dict[str, str]
    account: AccountView


class SandboxView(View, frozen=True):
    """A world in a list: its keys, its scenario, its time, and how many entries its journal ever had."""

    api_key: str
    api_keys: list[str]
    first: bool
    scenario: str
    now: datetime
    rate: float
    pending: int
    last_seq: int


class SandboxList(View, frozen=True):
    """Worlds, the server's own first. `total` counts all; `more` says that some come after these."""

    sandboxes: list[SandboxView]
    total: int
    more: bool


class DeletedView(View, frozen=True):
    """A world that was freed, with the keys that mean nothing any more."""

    status: str
    api_keys: list[str]


class RuleView(View, frozen=True):
    """A rule with its counters: `fitted` counts what its conditions fit, `used` what it decided."""

    id: str
    rule: str
    at_run_time: bool
    fitted: int
    used: int
    written: dict[str, Any]


class RuleList(View, frozen=True):
    """Rules in the order in which they are asked."""

    rules: list[RuleView]
