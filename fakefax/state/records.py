"""The records of a sandbox: a flat one for each kind of thing, and the document of them all.

The store writes these records as rows, a snapshot has them in lists. `fakefax.state.capture` makes them,
`fakefax.state.rebuild` makes a sandbox of them, and `fakefax.state.coverage` says what is not kept, and why.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from fakefax.core.billing.ledger import EntryReason
from fakefax.core.callbacks.callback import ReceiptState
from fakefax.core.clock import MAX_RATE
from fakefax.core.decisions import CallbackKind
from fakefax.core.journal import Kind
from fakefax.core.msg_codes import JobState, MsgCode
from fakefax.schemas.base import Moment

FORMAT = 1
"""The format of snapshots that this version writes."""

DROPPED = "dropped"
"""In place of an exchange that was dropped to keep to the limit of memory."""

MAX_DRAWN = 100_000_000
"""The farthest position of a series of random values, which takes a second to go to."""

Time = Annotated[Moment, Meta(tz=True)]
Id = Annotated[int, Meta(ge=1, le=2**53)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Position = Annotated[int, Meta(ge=0, le=MAX_DRAWN)]
Pages = Annotated[int, Meta(ge=1, le=2**31)]
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Amount = Annotated[Decimal, Meta(extra_json_schema={"x-amount": "as text"})]
"""Text with exact decimals, while answers of the control API have numbers."""
Zero = Decimal(0)


class Record(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """Something that is kept. Times are aware, amounts exact; a field with its default is left out."""


class TimerRecord(Record):
    """When something goes on. Of timers that are due together, the lower order comes first."""

    due: Time
    order: Count


class ClockRecord(Record):
    """Where time stands, and how fast it goes on. `next_order` is that of the next timer."""

    now: Time
    rate: Annotated[float, Meta(ge=0, le=MAX_RATE)] = 0.0
    next_order: Count = 0


class IdsRecord(Record):
    """The next id of each series of the server."""

    fax_job_id: Id
    document_id: Id
    number_id: Id
    did_id: Id
    incoming_fax_id: Id


class ServerRecord(Record):
    """The values that all sandboxes of a server share. `api_keys` is the position of the series of new keys."""

    ids: IdsRecord
    api_keys: Position = 0


class CountersRecord(Record):
    """The counts of a sandbox: settled faxes, and those beyond which some are evicted; numbers provisioned of each
    DID group; ids given to run-time rules, by section; the journal's last entry; salts drawn for passwords.
    """

    settled: Count = 0
    room: Count = 0
    provisioned: dict[str, Count] = field(default_factory=dict)
    rule_ids: dict[str, Count] = field(default_factory=dict)
    last_seq: Count = 0
    evicted_at: Time | None = None
    salts: Position = 0


class RuleRecord(Record):
    """A rule that has counted something, or that was put in front at run time, which is then `written` here.

    `drawn` is the position of its random choices, `passed` has the times of what its rate limit let through.
    """

    section: Literal["faxes", "requests", "callbacks"]
    rule_id: str
    written: dict[str, Any] | None = None
    fitted: Count = 0
    used: Count = 0
    drawn: Position = 0
    passed: dict[str, list[Time]] = field(default_factory=dict)


class AccountRecord(Record):
    """An account. `ledger` is the api_key of the account whose ledger it spends from, often its own."""

    api_key: str
    user_id: Count
    ledger: str
    callback_url: str | None = None
    received_fax_url: str | None = None


class CarriedRecord(Record):
    """The totals of ledger entries that are no longer kept."""

    entries: Count = 0
    fax_jobs: Count = 0
    balances_told: Count = 0
    numbers: Count = 0
    amounts: dict[EntryReason, Amount] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


class LedgerRecord(Record):
    """A ledger without its entries. `told` is the balance that the program got before the first of them."""

    ledger: str
    opening: Amount
    balance: Amount
    reserved: Amount = Zero
    told: Amount | None = None
    carried: CarriedRecord = field(default_factory=CarriedRecord)


class LedgerEntryRecord(Record):
    """One movement of money; `told` is the balance that the program got after it."""

    ledger: str
    index: Count
    at: Time
    reason: EntryReason
    amount: Amount
    balance: Amount
    fax_job_id: Id | None = None
    seq: Count = 0
    told: Amount | None = None


class SentDocument(Record):
    """A document as it was when it was sent."""

    document_id: Id
    filename: str
    pages: Pages
    size: Count
    uploaded_at: Time
    convertible: bool = True
    problem: str = ""
    digest: Digest | Literal[""] = ""


class DocumentRecord(SentDocument, kw_only=True):
    """A document of an account. The bytes of an upload are in `files`, by the digest."""

    api_key: str


class DecisionRecord(Record):
    """The decision of the rules about a callback: the faults with their values, the rule, and why not others."""

    faults: dict[str, Any]
    rule: str
    misses: list[str] = field(default_factory=list)


class FaxRecord(Record):
    """A fax job. `timer` is there until it ends; its receipt is among the callbacks."""

    fax_job_id: Id
    api_key: str
    fax_number: str
    document: SentDocument
    cost: Amount
    msg_code: MsgCode
    after: timedelta
    rule: str
    accepted_at: Time
    journal_seq: Count
    tsi_number: str | None = None
    delete_file: bool = False
    status: JobState = JobState.EXECUTED
    finished_at: Time | None = None
    timer: TimerRecord | None = None
    callback_fault: DecisionRecord | None = None
    settled: Count = 0


class CallbackRecord(Record):
    """A receipt, or the callback of a received fax; `number` is the fax's. `timer` is of its next attempt."""

    kind: CallbackKind
    number: Id
    first_due: Time
    state: ReceiptState = ReceiptState.PENDING
    scheduled: Count = 0
    timer: TimerRecord | None = None
    closed_at: Time | None = None


class DeliveryRecord(Record):
    """An attempt that a rule delays until its `timer`, or, without one, that was posted and not answered."""

    kind: CallbackKind
    number: Id
    attempt: Id
    due: Time
    scheduled: bool
    decision: DecisionRecord | None = None
    url: str = ""
    again: list[tuple[str, str]] = field(default_factory=list)
    held: bool = False
    timer: TimerRecord | None = None


class AttemptRecord(Record):
    """An attempt at a callback that has ended. `index` counts them from 0, as one attempt may be posted twice."""

    kind: CallbackKind
    number: Id
    index: Count
    attempt: Id
    due: Time
    at: Time
    url: str
    latency: float
    status_code: int | None = None
    failure: str | None = None
    next_due: Time | None = None
    lost: bool = False
    exchange: Digest | Literal["dropped"] | None = None


class ResponseRecord(Record):
    """The answer of an endpoint."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    body_truncated: bool = False


class ExchangeRecord(Record):
    """A posted request and its response; `exchange` is the digest of all of it."""

    exchange: Digest
    head: str = ""
    fields: list[tuple[str, str]] | None = None
    response: ResponseRecord | None = None


class GroupRecord(Record):
    """The DID group of a fax number."""

    did_group_id: int
    country_code: str
    country: str
    area_code: str
    city_name: str
    state_id: int | None
    prefix: str
    digits: Annotated[int, Meta(ge=1, le=15)]
    first: Count


class NumberRecord(Record):
    """A fax number of an account; `price` is what was paid for it, if anything."""

    api_key: str
    did_number: str
    number_id: Id
    did_id: Id
    expires_at: Time
    group: GroupRecord | None = None
    price: Amount | None = None


class TransmissionRecord(Record):
    """How a received fax came over the line."""

    rsid: str
    speed: int
    duration: int
    ecm: str
    compression: str


class ReceivedFaxRecord(Record):
    """A fax to a number of an account. Its PDF is in `files`, by the digest. `timer` is there until it arrives."""

    incoming_fax_id: Id
    uuid: str
    api_key: str
    did_number: str
    sender: str
    received_at: Time
    digest: Digest
    pages: Pages
    transmission: TransmissionRecord
    arrived: bool = False
    timer: TimerRecord | None = None


class UserRecord(Record):
    """A registered user; of the password there is only a salted digest."""

    email: str
    api_key: str
    salt: bytes
    digest: bytes | None = None


class EvictedRecord(Record):
    """The fax jobs of an account that are not kept any more."""

    api_key: str
    count: Count
    first_id: Id
    last_id: Id


class JournalRecord(Record):
    """An entry of the journal. A detail of another type than JSON's is an object: {"amount": "0.15"}."""

    seq: Id
    at: Time
    kind: Kind
    api_key: str | None = None
    fax_job_id: Id | None = None
    detail: dict[str, Any] = field(default_factory=dict)


class Snapshot(Record, kw_only=True):
    """A sandbox as it was at one moment, all of it."""

    fakefax_snapshot: Literal[1]
    scenario: dict[str, Any]
    clock: ClockRecord
    ids: IdsRecord
    counters: CountersRecord
    rules: list[RuleRecord] = field(default_factory=list)
    accounts: Annotated[list[AccountRecord], Meta(min_length=1)]
    ledgers: list[LedgerRecord] = field(default_factory=list)
    ledger_entries: list[LedgerEntryRecord] = field(default_factory=list)
    documents: list[DocumentRecord] = field(default_factory=list)
    faxes: list[FaxRecord] = field(default_factory=list)
    evicted: list[EvictedRecord] = field(default_factory=list)
    callbacks: list[CallbackRecord] = field(default_factory=list)
    deliveries: list[DeliveryRecord] = field(default_factory=list)
    attempts: list[AttemptRecord] = field(default_factory=list)
    exchanges: list[ExchangeRecord] = field(default_factory=list)
    numbers: list[NumberRecord] = field(default_factory=list)
    received_faxes: list[ReceivedFaxRecord] = field(default_factory=list)
    users: list[UserRecord] = field(default_factory=list)
    journal: list[JournalRecord] = field(default_factory=list)
    files: dict[Digest, bytes] = field(default_factory=dict)


LISTS: tuple[str, ...] = (
    *("rules", "accounts", "ledgers", "ledger_entries", "documents", "faxes", "evicted", "callbacks", "deliveries"),
    *("attempts", "exchanges", "numbers", "received_faxes", "users", "journal"),
)
"""The fields of a snapshot that are lists of records."""
