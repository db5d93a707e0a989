"""The journal, waiting for something in it, and the verdict."""

from typing import Any

from fakefax.core.verdict import Finding
from fakefax.schemas.base import Moment, View
from fakefax.schemas.sandboxes import ClockSummary


class JournalEntry(View, frozen=True):
    """One thing that happened, or did not, with the reason."""

    seq: int
    at: Moment
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
    """The result of a wait. If nothing was found, `message` says why, and `near_misses` what came close."""

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


class VerdictView(View, frozen=True):
    """All of it: callbacks not acknowledged, requests refused as malformed, the books, double charges.

    `reach` says what was not examined, because its faxes were evicted.
    """

    findings: list[Finding]
    reach: str | None


class JournalFieldsView(View, frozen=True):
    """Entries of the journal with the fields that were asked for, oldest first."""

    entries: list[dict[str, Any]]
    last_seq: int
    evicted: int


class StreamEntries(View, frozen=True):
    """New entries of the journal on a stream of events, oldest first, and the clock as it is now."""

    entries: list[JournalEntry]
    last_seq: int
    clock: ClockSummary
