"""One ordered log of a sandbox: every request, decision, attempt and non-delivery, with its reason."""

import itertools
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from string import Formatter

from fakefax.values.money import as_text
from fakefax.values.urls import masked_key, masked_urls

log = logging.getLogger(__name__)

DEFAULT_CAPACITY = 20_000


class Kind(StrEnum):
    """What an entry is about; the part before the dot is its group."""

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
    CONNECTION_NO_HTTP = "connection.no_http"
    CONNECTION_DROPPED = "connection.dropped"

    @property
    def template(self) -> str:
        """The sentence that tells an entry of this kind, with the names of its details."""
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
"""The names of the details that the sentence does not tell."""

Detail = Mapping[str, object]


def is_of(kind: Kind, group: str) -> bool:
    """Whether a kind is this one, or one of this group."""
    return kind == group or kind.startswith(f"{group}.")


@dataclass(slots=True, repr=False)
class Entry:
    """One thing that happened, at a simulated time. `seq` counts from 1 and is never used twice.

    `told` is its details, or what tells them when somebody asks: most entries are never read. A single detail
    may be such a function too. `redact` masks what a log must not have.
    """

    seq: int
    at: datetime
    kind: Kind
    api_key: str | None
    fax_job_id: int | None
    told: Detail | Callable[[], Detail]
    redact: Callable[[str], str] = masked_urls

    @property
    def detail(self) -> Detail:
        """What there is to know of it, by name."""
        return {name: value() if callable(value) else value for name, value in self.noted.items()}

    @property
    def message(self) -> str:
        """The entry as a sentence, for a log: keys, and passwords in URLs, are masked."""
        key = None if self.api_key is None else masked_key(self.api_key)
        told = {"api_key": key, "fax_job_id": self.fax_job_id, **self.noted}
        told |= {name: as_text(value) for name, value in told.items() if isinstance(value, Decimal)}
        return self.redact(self.kind.template.format(**told))

    @property
    def noted(self) -> Detail:
        """Its details as they are, some of them functions; for who looks at one of them in many entries."""
        return self.told() if callable(self.told) else self.told

    def __repr__(self) -> str:
        return f"<Entry {self.seq} {self.at:%Y-%m-%d %H:%M:%S} {self.kind}: {self.message}>"


Listener = Callable[[Entry], None]
"""Told of each entry as it is made. What it raises is logged, and stops nobody else."""


class JournalEvicted(Exception):
    """A question about entries that the bounded journal has dropped."""

    def __init__(self, first_kept: int, capacity: int) -> None:
        super().__init__(
            f"the journal keeps its last {capacity:,} entries and has dropped what came before entry {first_kept}; "
            f"ask from there, or start with a larger --journal-limit"
        )


class Journal:
    """The bounded log. `capacity` is how many entries it keeps.

    `everywhere` are listeners that hear every journal of a server. Entries about the world as a whole have the
    api_key of its `owner`, if it has one. `identity` tells it from the journal of a sandbox that takes its place.
    """

    def __init__(
        self,
        capacity: int = DEFAULT_CAPACITY,
        everywhere: Sequence[Listener] = (),
        owner: str | None = None,
        identity: str = "",
        redact: Callable[[str], str] = masked_urls,
    ) -> None:
        self._redact = redact
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
        told: Detail | Callable[[], Detail],
        api_key: str | None = None,
        fax_job_id: int | None = None,
    ) -> Entry:
        """Add an entry and tell it to those who listen."""
        entries = self._entries
        self.last_seq = seq = self.last_seq + 1
        entry = Entry(seq, at, kind, api_key or self._owner, fax_job_id, told, self._redact)
        if seq > self.capacity:
            self._evicted_at = entries[0].at
        entries.append(entry)
        if self._everywhere or self._listeners:
            self._tell(entry)
        return entry

    def _tell(self, entry: Entry) -> None:
        for listener in (*self._everywhere, *self._listeners):
            try:
                listener(entry)
            except Exception:  # a listener's trouble is not that of the fax it hears about
                log.exception("a listener of the journal failed at entry %d", entry.seq)

    def listen(self, listener: Listener) -> None:
        """Call `listener(entry)` for each entry from now on."""
        self._listeners.append(listener)

    def unlisten(self, listener: Listener) -> None:
        """Call it no more; one that does not listen is passed over."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def inherit_listeners(self, earlier: "Journal") -> None:
        """Let those who listened to a journal before a reset hear this one."""
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

        A kind of "receipt" fits every "receipt.…", `rule` is part of what a deciding rule is called, and entries at
        `since` and `until` count. Raises JournalEvicted when `after`, `since` or `until` is before what is kept.
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
        """At most so many of the entries after one, oldest first; those that were dropped are passed over."""
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
        """The whole story of a job that began at `first_seq`; raises JournalEvicted when part of it is gone."""
        return self.entries(after=first_seq - 1, kind=kind, fax_job_id=fax_job_id)
