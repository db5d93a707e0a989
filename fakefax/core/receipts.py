"""Delivery receipts: the policy that says when an attempt is due, and the record of what came of each."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import NamedTuple

from fakefax.core.msg_codes import MsgCode
from fakefax.core.timers import Timer


@dataclass(frozen=True)
class RetryPolicy:
    """Every 15 minutes until 200 OK, up to 48 hours (documented): 1 + 192 attempts, both ends counted."""

    retry_every: timedelta = timedelta(minutes=15)
    expires_after: timedelta = timedelta(hours=48)
    accept: frozenset[int] = frozenset({200})

    def due(self, first_due: datetime, attempt: int) -> datetime | None:
        """When attempt `attempt`, counted from 1, is due; None when the receipt has expired by then."""
        wait = (attempt - 1) * self.retry_every
        return first_due + wait if wait <= self.expires_after else None

    def refusal(self, status_code: int) -> str | None:
        """Why this answer is no acknowledgement, or None when it is one."""
        if status_code in self.accept:
            return None
        accepted = " or ".join(str(code) for code in sorted(self.accept))
        if 200 <= status_code < 300:
            return f"{status_text(status_code)}, but only {accepted} acknowledges a receipt (receipts.accept)"
        if 300 <= status_code < 400:
            return f"{status_text(status_code)}; redirects are not followed"
        return status_text(status_code)


def status_text(status_code: int) -> str:
    """A status code with its standard phrase: "204 No Content"."""
    try:
        return f"{status_code} {HTTPStatus(status_code).phrase}"
    except ValueError:
        return str(status_code)


class Answer(NamedTuple):
    """What a callback URL did with one attempt.

    `status_code` is None when no whole answer came; `failure` then says why. `latency` is in real seconds.
    """

    status_code: int | None
    failure: str | None
    latency: float


class Attempt(NamedTuple):
    """One POST of a receipt: when it was due and made, and what came of it."""

    number: int
    due: datetime
    at: datetime
    url: str
    status_code: int | None
    failure: str | None
    latency: float
    next_due: datetime | None


class ReceiptState(StrEnum):
    """Where a receipt stands."""

    PENDING = "pending"
    ACKNOWLEDGED = "acknowledged"
    EXPIRED = "expired"
    NOT_SENT = "not_sent"


@dataclass(slots=True)
class Receipt:
    """The delivery receipt of one fax job. `scheduled` counts attempts of the schedule, without resends.

    `closed_at` is when it expired or was not sent.
    """

    fax_job_id: int
    api_key: str
    msg_code: MsgCode
    first_due: datetime
    state: ReceiptState = ReceiptState.PENDING
    attempts: list[Attempt] = field(default_factory=list)
    scheduled: int = 0
    in_flight: bool = False
    timer: Timer | None = None
    closed_at: datetime | None = None

    @property
    def fields(self) -> dict[str, str]:
        """What is posted (documented, the message by the vendor's receiver examples)."""
        return {
            "fax_job_id": str(self.fax_job_id),
            "status": self.msg_code.state.value,
            "msg_code": self.msg_code.value,
            "message": self.msg_code.message,
        }
