"""Delivery receipts: their fields, and the retry policy."""

from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus
from typing import ClassVar

from msgspec import Struct

from fakefax.core.callbacks.callback import Callback, CallbackType, CallbackUrls
from fakefax.core.decisions import CallbackKind, CallbackSubject, Decision, DecisionPoint
from fakefax.core.faults.callback_faults import CallbackFault
from fakefax.core.journal import Kind
from fakefax.core.models import FaxJob
from fakefax.core.msg_codes import MsgCode
from fakefax.values.forms import Form, PostedBody, url_encoded

NO_CALLBACK_URL = (
    "no callback URL is set for this key; set callback_url in the scenario, or PATCH /_fakefax/account"
)


class RetryPolicy(Struct, frozen=True):
    """Every 15 minutes until 200 OK, up to 48 hours (documented): 1 + 192 attempts, both ends counted.

    Assumed: the callback of a received fax is repeated by the same policy.
    """

    retry_every: timedelta = timedelta(minutes=15)
    expires_after: timedelta = timedelta(hours=48)
    accept: frozenset[int] = frozenset({200})

    def due(self, first_due: datetime, attempt: int) -> datetime | None:
        """When attempt `attempt`, counted from 1, is due; None when the receipt has expired by then."""
        wait = (attempt - 1) * self.retry_every
        return first_due + wait if wait <= self.expires_after else None

    def accepts(self, status_code: int | None) -> bool:
        """True if this answer is an acknowledgement."""
        return status_code in self.accept

    def refusal(self, status_code: int, noun: str = "receipt") -> str | None:
        """The reason why this answer is not an acknowledgement, or None if it is."""
        if status_code in self.accept:
            return None
        accepted = " or ".join(str(code) for code in sorted(self.accept))
        if 200 <= status_code < 300:
            return f"{status_text(status_code)}, but only {accepted} acknowledges a {noun} (receipts.accept)"
        if 300 <= status_code < 400:
            return f"{status_text(status_code)}; redirects are not followed"
        return status_text(status_code)


@cache
def status_text(status_code: int) -> str:
    """A status code with its standard phrase: "204 No Content"."""
    try:
        return f"{status_code} {HTTPStatus(status_code).phrase}"
    except ValueError:
        return str(status_code)


class Receipt(Callback, gc=False):
    """The delivery receipt of one fax job, which is passed by the garbage collector as the job is."""

    type: ClassVar[CallbackType] = CallbackType(
        noun="receipt",
        phrase="the receipt of fax",
        no_url=NO_CALLBACK_URL,
        resend_route="/_fakefax/faxes/{}/resend",
        attempt=Kind.RECEIPT_ATTEMPT,
        acknowledged=Kind.RECEIPT_ACKNOWLEDGED,
        expired=Kind.RECEIPT_EXPIRED,
        skipped=Kind.RECEIPT_SKIPPED,
        not_sent=Kind.RECEIPT_NOT_SENT,
    )

    job: FaxJob

    @property
    def fax_id(self) -> int:
        return self.job.fax_job_id

    @property
    def fax_job_id(self) -> int:
        return self.job.fax_job_id

    @property
    def api_key(self) -> str:
        return self.job.order.api_key

    @property
    def fax_number(self) -> str:
        return self.job.order.fax_number

    @property
    def msg_code(self) -> MsgCode:
        """How the fax ended."""
        return self.job.plan.msg_code

    @property
    def decided(self) -> Decision[CallbackFault] | None:
        return self.job.callback_fault

    def subject(self, attempt: int, moment: DecisionPoint = DecisionPoint.ATTEMPT) -> CallbackSubject:
        return subject_of(self.job, attempt, moment)

    @property
    def form(self) -> dict[str, str]:
        """The four fields to post; the fax number is not one of them (documented).

        The message is that of the vendor's examples of receivers.
        """
        return {
            "fax_job_id": str(self.fax_job_id),
            "status": self.msg_code.state.value,
            "msg_code": self.msg_code.value,
            "message": self.msg_code.message,
        }

    def url(self, urls: CallbackUrls) -> str | None:
        return urls.callback_url

    def encode(self, form: Form) -> PostedBody:
        return url_encoded(form)


def subject_of(job: FaxJob, attempt: int, moment: DecisionPoint) -> CallbackSubject:
    """An attempt at the receipt of a job, as the rules of `callbacks` see it, be it issued already or not."""
    order = job.order
    return CallbackSubject(
        CallbackKind.RECEIPT,
        order.api_key,
        order.fax_number,
        order.document.document_id,
        order.document.pages,
        job.plan.msg_code,
        attempt,
        moment,
    )
