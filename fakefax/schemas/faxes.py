"""Faxes sent and received, with every attempt at their callbacks."""

from decimal import Decimal
from typing import Any

from msgspec import UNSET, UnsetType

from fakefax.core.callbacks.callback import ReceiptState
from fakefax.core.msg_codes import JobState, MsgCode
from fakefax.schemas.base import AsOf, Moment, View


class Fax(View, frozen=True):
    """A fax job in a list. `msg_code` and `finished_at` are null while it is under way, `receipt` likewise."""

    fax_job_id: int
    status: JobState
    msg_code: MsgCode | None
    fax_number: str
    document_id: int
    pages: int
    cost: Decimal
    accepted_at: Moment
    finished_at: Moment | None
    receipt: ReceiptState | None


class PlanView(View, frozen=True):
    """The decision about a fax when it was accepted, and the rule that decided."""

    msg_code: MsgCode
    after: str
    rule: str


class TimelineStep(View, frozen=True):
    """One moment in the life of a fax."""

    at: Moment
    event: str


class Attempt(View, frozen=True):
    """One POST to a callback URL: when it was due and made, and what came of it.

    `failure` says why it was no acknowledgement; it is null when it was one. `latency_ms` is real time.
    """

    attempt: int
    due: Moment
    at: Moment
    url: str
    status_code: int | None
    failure: str | None
    latency_ms: float
    next_due: Moment | None


class PostedView(View, frozen=True):
    """A posted request: headers, and the fields of the form; a file's value is its name and its size.

    There are no headers when no connection could be made. `dropped` says that headers and fields are not kept any
    more; those of the newest attempts are.
    """

    url: str
    headers: list[tuple[str, str]]
    fields: list[tuple[str, str]]
    dropped: bool


class AnswerView(View, frozen=True):
    """The answer of an endpoint: its headers without `Date`, and the first 2 kB of the body as text.

    `dropped` says that headers and body are not kept any more; those of the newest answers are.
    """

    status_code: int
    headers: list[tuple[str, str]]
    body: str
    body_truncated: bool
    dropped: bool


class FullAttempt(Attempt, frozen=True):
    """An attempt with what was posted and what came back.

    `posted` is null when a rule of the scenario lost it before, `answer` when no whole answer came.
    """

    posted: PostedView | None
    answer: AnswerView | None


class AttemptRun(View, frozen=True):
    """Attempts one after the other that came to the same: `first` to `last` are their numbers."""

    first: int
    last: int
    count: int
    url: str
    status_code: int | None
    failure: str | None
    first_due: Moment
    last_due: Moment
    first_at: Moment
    last_at: Moment
    next_due: Moment | None


class FaxDetail(Fax, frozen=True):
    """A fax job with its plan, its timeline and every attempt at its receipt.

    `tsi_number` is what the program gave as the sender; `delete_file` deletes the document when the fax has ended.
    `seq` is its first entry in the journal, `last_result` what came of the last attempt, `next_due` when something
    is to happen to it next: its end, or an attempt.
    """

    tsi_number: str | None
    delete_file: bool
    plan: PlanView
    timeline: list[TimelineStep]
    attempts: list[Attempt]
    filename: str
    seq: int
    attempt_count: int
    last_result: str | None
    next_due: Moment | None


class FaxList(View, frozen=True):
    """The fax jobs of an account; `let_go` finished ones are no longer kept.

    `total` counts all that fit, `more` says that some come after these. `as_of` is the moment that was asked for.
    """

    faxes: list[Fax]
    let_go: int
    total: int
    more: bool
    as_of: AsOf | UnsetType = UNSET


class FaxDetailList(View, frozen=True):
    """The fax jobs of an account with all their details."""

    faxes: list[FaxDetail]
    let_go: int
    total: int
    more: bool
    as_of: AsOf | UnsetType = UNSET


class FaxFieldsList(View, frozen=True):
    """The fax jobs of an account with the fields that were asked for, or with their attempts shown otherwise."""

    faxes: list[dict[str, Any]]
    let_go: int
    total: int
    more: bool
    as_of: AsOf | UnsetType = UNSET


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
    received_at: Moment
    arrived: bool
    rsid: str
    speed: int
    duration: int
    ecm: str
    compression: str
    callback: ReceiptState | None
    attempts: list[Attempt]


class IncomingFaxFieldsList(View, frozen=True):
    """The faxes to an account's numbers, with their attempts shown otherwise."""

    incoming_faxes: list[dict[str, Any]]


class IncomingFaxList(View, frozen=True):
    """The faxes to an account's numbers, oldest first."""

    incoming_faxes: list[IncomingFaxView]
