"""One ordered log of a sandbox: every request, decision, attempt and non-delivery, with its reason."""

import itertools
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from string import Formatter

import msgspec

from fakefax.values.durations import to_the_second
from fakefax.values.money import as_text
from fakefax.values.urls import masked_key, masked_urls

log = logging.getLogger(__name__)

DEFAULT_CAPACITY = 20_000


class Kind(StrEnum):
    """The kinds of entries; the part before the dot is the group."""

    REQUEST = "request"
    REQUEST_REFUSED = "request.refused"
    REQUEST_FAILED = "request.failed"
    REQUEST_FAULT = "fault.request"
    FAX_ACCEPTED = "fax.accepted"
    FAX_FINISHED = "fax.finished"
    FILE_UPLOADED = "file.uploaded"
    FILE_DELETED = "file.deleted"
    RECEIPT_ATTEMPT = "receipt.attempt"
    RECEIPT_ACKNOWLEDGED = "receipt.acknowledged"
    RECEIPT_EXPIRED = "receipt.expired"
    RECEIPT_SKIPPED = "receipt.skipped"
    RECEIPT_NOT_SENT = "receipt.not_sent"
    RECEIVED_ATTEMPT = "received.attempt"
    RECEIVED_ACKNOWLEDGED = "received.acknowledged"
    RECEIVED_EXPIRED = "received.expired"
    RECEIVED_SKIPPED = "received.skipped"
    RECEIVED_NOT_SENT = "received.not_sent"
    NUMBER_PROVISIONED = "number.provisioned"
    RECEIVED_ARRIVED = "received.arrived"
    FAULT_CALLBACK = "fault.callback"
    CONTROL_REFUSED = "control.refused"
    ACCOUNT_OPENED = "account.opened"
    ACCOUNT_CHANGED = "account.changed"
    RULES_CHANGED = "rules.changed"
    CLOCK_CHANGED = "clock.changed"
    CLOCK_ADVANCED = "clock.advanced"
    CLOCK_GAVE_UP = "clock.gave_up"
    SANDBOX_STARTED = "sandbox.started"
    STATE_FAILED = "state.failed"
    STATE_RECOVERED = "state.recovered"
    CONNECTION_NO_HTTP = "connection.no_http"
    CONNECTION_DROPPED = "connection.dropped"

    @property
    def template(self) -> str:
        """The message of an entry of this kind, with placeholders for its details."""
        return _TEMPLATES[self]

    @property
    def details(self) -> frozenset[str]:
        """The names of the details that an entry of this kind can have."""
        in_sentence = {name for _, name, _, _ in Formatter().parse(self.template) if name}
        return frozenset(in_sentence.union(_NOT_IN_SENTENCE.get(self, ())))


_TEMPLATES = {
    Kind.REQUEST: "{method} {operation}: {status}",
    Kind.REQUEST_REFUSED: "{method} {operation}: {status} {message} ({reason})",
    Kind.REQUEST_FAILED: "{method} {operation}: fakefax itself failed: {reason}",
    Kind.REQUEST_FAULT: "{method} {operation}: {effect}; {outcome}; {rule}",
    Kind.FAX_ACCEPTED: (
        "fax {fax_job_id} to {fax_number} accepted: document {document_id}, {pages} page(s), cost {cost}, "
        "balance {balance}; {rule}"
    ),
    Kind.FAX_FINISHED: "fax {fax_job_id} to {fax_number} ended: {status}, {msg_code}",
    Kind.FILE_UPLOADED: "document {document_id} uploaded: {filename}, {size} bytes, {result}",
    Kind.FILE_DELETED: "document {document_id} deleted: {reason}",
    Kind.RECEIPT_ATTEMPT: "receipt {fax_job_id}, attempt {attempt} to {url}: {result}; {following}",
    Kind.RECEIPT_ACKNOWLEDGED: "receipt {fax_job_id} acknowledged by attempt {attempt}",
    Kind.RECEIPT_EXPIRED: "receipt {fax_job_id} expired after {attempts} attempts without an acknowledgement",
    Kind.RECEIPT_SKIPPED: "receipt {fax_job_id}, the attempt due {due} was not made: {reason}",
    Kind.RECEIPT_NOT_SENT: "receipt {fax_job_id} not sent: {reason}",
    Kind.RECEIVED_ATTEMPT: "received fax {incoming_fax_id}, attempt {attempt} to {url}: {result}; {following}",
    Kind.RECEIVED_ACKNOWLEDGED: "received fax {incoming_fax_id} acknowledged by attempt {attempt}",
    Kind.RECEIVED_EXPIRED: (
        "received fax {incoming_fax_id} expired after {attempts} attempts without an acknowledgement"
    ),
    Kind.RECEIVED_SKIPPED: "received fax {incoming_fax_id}, the attempt due {due} was not made: {reason}",
    Kind.RECEIVED_NOT_SENT: "received fax {incoming_fax_id} not sent: {reason}",
    Kind.NUMBER_PROVISIONED: "number {did_number} is the account's until {until}; {paid}",
    Kind.RECEIVED_ARRIVED: "fax {incoming_fax_id} from {sender} to {did_number} arrived: {pages} page(s)",
    Kind.FAULT_CALLBACK: "{callback}: {what}; {rule}",
    Kind.CONTROL_REFUSED: "{method} {path}: {status} {message}",
    Kind.ACCOUNT_OPENED: "account {api_key} opened: balance {balance}",
    Kind.ACCOUNT_CHANGED: "account {api_key}: {change}",
    Kind.RULES_CHANGED: "rules: {change}",
    Kind.CLOCK_CHANGED: "clock: {change}",
    Kind.CLOCK_ADVANCED: "clock advanced by {advanced}, {fired} timer(s) fired",
    Kind.CLOCK_GAVE_UP: "clock advanced by {advanced} only, {fired} timer(s) fired: {reason}",
    Kind.CONNECTION_NO_HTTP: "a connection without an HTTP request was {answer}: {reason}",
    Kind.CONNECTION_DROPPED: "{count} connection(s) dropped: each {reason}",
    Kind.SANDBOX_STARTED: "sandbox started: {scenario}",
    Kind.STATE_FAILED: "the state could not be kept, so the request was not carried out: {reason}",
    Kind.STATE_RECOVERED: "the state is kept again, in {file}",
}

_CALLED_BACK = ("due", "next_due", "status_code")
_NOT_IN_SENTENCE: dict[Kind, tuple[str, ...]] = {
    Kind.REQUEST: ("misses", "parameters"),
    Kind.REQUEST_REFUSED: ("malformed", "parameters"),
    Kind.REQUEST_FAULT: ("committed", "misses", "parameters", "status"),
    Kind.FAX_ACCEPTED: ("after", "misses", "msg_code"),
    Kind.FAX_FINISHED: ("balance",),
    Kind.FILE_UPLOADED: ("pages",),
    Kind.FILE_DELETED: ("filename", "pages", "problem", "size"),
    Kind.ACCOUNT_CHANGED: ("setting", "value", "was"),
    Kind.RECEIPT_ATTEMPT: _CALLED_BACK,
    Kind.RECEIVED_ATTEMPT: _CALLED_BACK,
    Kind.FAULT_CALLBACK: ("attempt", "fault", "incoming_fax_id", "misses"),
    Kind.CLOCK_CHANGED: ("rate",),
    Kind.CONNECTION_NO_HTTP: ("status",),
}
"""Details that are not in the message."""

Detail = Mapping[str, object]


def is_of(kind: Kind, group: str) -> bool:
    """True if `kind` is `group`, or belongs to the group of that name."""
    return kind == group or kind.startswith(f"{group}.")


class Entry(msgspec.Struct, gc=False):
    """One event at a simulated time. `seq` counts from 1 and is never reused.

    `source` is the details, or a function that makes them on demand, because most entries are never read. A
    single detail may be a function too. `redact` masks secrets.

    The garbage collector passes it by, as the other things of which a sandbox keeps one or more for each fax:
    nothing that it refers to refers back to it, and to look at all of them took a seventh of the time of a send.
    """

    seq: int
    at: datetime
    kind: Kind
    api_key: str | None
    fax_job_id: int | None
    source: Detail | Callable[[], Detail]
    redact: Callable[[str], str] = masked_urls

    @property
    def detail(self) -> Detail:
        """The details by name."""
        return {name: value() if callable(value) else value for name, value in self.noted.items()}

    @property
    def message(self) -> str:
        """The entry as a sentence, for a log: keys, and passwords in URLs, are masked."""
        key = None if self.api_key is None else masked_key(self.api_key)
        values = {"api_key": key, "fax_job_id": self.fax_job_id, **self.noted}
        values |= {name: as_text(value) for name, value in values.items() if isinstance(value, Decimal)}
        return self.redact(self.kind.template.format(**values))

    @property
    def noted(self) -> Detail:
        """The details, some of them still functions. Use this to read one detail of many entries."""
        return self.source() if callable(self.source) else self.source

    def __repr__(self) -> str:
        return f"<Entry {self.seq} {to_the_second(self.at)} {self.kind}: {self.message}>"


Listener = Callable[[Entry], None]
"""Called with each new entry. An exception is logged and does not affect other listeners."""


class JournalEvicted(Exception):
    """The query needs entries that the bounded journal has dropped."""

    def __init__(self, first_kept: int, capacity: int) -> None:
        super().__init__(
            f"the journal keeps its last {capacity:,} entries and has dropped what came before entry {first_kept}; "
            f"ask from there, or start with a larger --journal-limit"
        )


class Journal:
    """The bounded log. `capacity` is how many entries it keeps.

    `everywhere` has the listeners of every journal of a server. Entries about the whole sandbox have the api_key
    `owner`, if there is one. `identity` differs from that of the journal after a reset.
    """

    def __init__(
        self,
        capacity: int = DEFAULT_CAPACITY,
        everywhere: Sequence[Listener] = (),
        owner: str | None = None,
        identity: str = "",
        redact: Callable[[str], str] = masked_urls,
    ) -> None:
        self.redact = redact
        self.identity = identity
        self._entries: deque[Entry] = deque(maxlen=capacity)
        self.capacity = capacity
        self._everywhere = everywhere
        self._owner = owner
        self._listeners: list[Listener] = []
        self._evicted_at: datetime | None = None
        self.last_seq = 0

    @property
    def evicted(self) -> int:
        """How many entries were dropped to keep to the capacity."""
        return self.last_seq - len(self._entries)

    def next_seq(self) -> int:
        """The number that the next entry will have."""
        return self.last_seq + 1

    def record(
        self,
        at: datetime,
        kind: Kind,
        details: Detail | Callable[[], Detail],
        api_key: str | None = None,
        fax_job_id: int | None = None,
    ) -> Entry:
        """Add an entry and notify the listeners."""
        entries = self._entries
        self.last_seq = seq = self.last_seq + 1
        entry = Entry(seq, at, kind, api_key or self._owner, fax_job_id, details, self.redact)
        if seq > self.capacity:
            self._evicted_at = entries[0].at
        entries.append(entry)
        for listener in (*self._everywhere, *self._listeners):
            try:
                listener(entry)
            except Exception:  # a failing listener must not affect the fax
                log.exception("a listener of the journal failed at entry %d", entry.seq)
        return entry

    @property
    def evicted_at(self) -> datetime | None:
        """The time of the last entry that was dropped, None as long as all are kept."""
        return self._evicted_at

    def put_back(self, entries: Sequence[Entry], last_seq: int, evicted_at: datetime | None) -> None:
        """Go on after the entries of another run, without notifying the listeners."""
        if len(entries) > self.capacity:
            evicted_at = entries[-self.capacity - 1].at
        self._entries.extend(entries)
        self.last_seq, self._evicted_at = last_seq, evicted_at

    def entry(
        self, seq: int, at: datetime, kind: Kind, api_key: str | None, fax_job_id: int | None, detail: Detail
    ) -> Entry:
        """An entry of another run, to be put back."""
        return Entry(seq, at, kind, api_key, fax_job_id, detail, self.redact)

    def listen(self, listener: Listener) -> None:
        """Call `listener(entry)` for each entry from now on."""
        self._listeners.append(listener)

    def unlisten(self, listener: Listener) -> None:
        """Stop calling it. Does nothing if it is not a listener."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def inherit_listeners(self, earlier: "Journal") -> None:
        """Take over the listeners of the journal before a reset."""
        self._listeners.extend(earlier._listeners)

    def entries(
        self,
        *,
        after: int | None = None,
        kind: str | None = None,
        fax_job_id: int | None = None,
        api_key: str | None = None,
        rule: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[Entry]:
        """The entries that fit, oldest first.

        The kind "receipt" matches every "receipt.…". `rule` is part of the label of the deciding rule. `since` and
        `until` are inclusive. Raises JournalEvicted if entries in the range were dropped.
        """
        self._require_kept(after, since, until)
        return [
            entry
            for entry in self._entries
            if (after is None or entry.seq > after)
            and (kind is None or is_of(entry.kind, kind))
            and (fax_job_id is None or entry.fax_job_id == fax_job_id)
            and (api_key is None or entry.api_key == api_key)
            and (since is None or entry.at >= since)
            and (until is None or entry.at <= until)
            and (rule is None or rule in str(entry.noted.get("rule", "")))
        ]

    def following(self, seq: int, count: int) -> list[Entry]:
        """At most `count` entries after `seq`, oldest first, without those that were dropped."""
        begin = max(0, seq - self.evicted)
        return list(itertools.islice(self._entries, begin, begin + count))

    def newest(self, count: int) -> list[Entry]:
        """The newest entries, oldest first."""
        return list(itertools.islice(self._entries, max(0, len(self._entries) - count), None))

    def _require_kept(self, after: int | None, since: datetime | None, until: datetime | None) -> None:
        lost = self._evicted_at
        if (after is not None and after < self.evicted) or (
            lost is not None and any(time is not None and time <= lost for time in (since, until))
        ):
            raise JournalEvicted(self.evicted + 1, self.capacity)

    def of_fax_job(self, fax_job_id: int, first_seq: int, kind: str | None = None) -> list[Entry]:
        """All entries of a job accepted at `first_seq`. Raises JournalEvicted if some were dropped."""
        return self.entries(after=first_seq - 1, kind=kind, fax_job_id=fax_job_id)
