"""Callbacks to a program (delivery receipts and received faxes) and their state."""

from abc import abstractmethod
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol

from msgspec import Struct

from fakefax.core.callbacks.exchanges import Exchange, Response
from fakefax.core.decisions import CallbackSubject, Decision, DecisionPoint
from fakefax.core.faults.callback_faults import CallbackFault
from fakefax.core.journal import Detail, Kind
from fakefax.core.timers import Timer
from fakefax.values.forms import Form, PostedBody


class CallbackUrls(Protocol):
    """The URLs that are called back for an account."""

    @property
    def callback_url(self) -> str | None: ...

    @property
    def received_fax_url(self) -> str | None: ...


class Answer(Struct, frozen=True, gc=False):
    """The answer of a callback URL to one attempt.

    `status_code` is None when no whole answer came; `failure` then says why. `latency` is in real seconds.
    `lost` says that a rule of the scenario lost it, so that the program is not to blame. `hint` is what may cure
    it; the journal reports it once per callback. `head` is that of the request, empty if nothing was sent, and
    `response` is what came back.
    """

    status_code: int | None
    failure: str | None
    latency: float
    lost: bool = False
    hint: str | None = None
    head: bytes = b""
    response: Response | None = None


class Attempt(Struct, frozen=True, gc=False):
    """One POST of a callback: when it was due and made, what came of it, and what there is to see of it."""

    number: int
    due: datetime
    at: datetime
    url: str
    status_code: int | None
    failure: str | None
    latency: float
    next_due: datetime | None
    lost: bool = False
    exchange: Exchange | None = None

    @property
    def posted(self) -> bool:
        """Whether it went out; a rule may have lost it before."""
        return not (self.lost and self.status_code is None)


class ReceiptState(StrEnum):
    """The state of a receipt, or of a received fax's callback."""

    PENDING = "pending"
    ACKNOWLEDGED = "acknowledged"
    EXPIRED = "expired"
    NOT_SENT = "not_sent"


class CallbackType(Struct, frozen=True):
    """The words for one type of callback; `no_url` and `resend_route` are the cure of one that went nowhere.

    `noun` begins its name in the journal, `phrase` is that of a sentence: "the receipt of fax".
    """

    noun: str
    phrase: str
    no_url: str
    resend_route: str
    attempt: Kind
    acknowledged: Kind
    expired: Kind
    skipped: Kind
    not_sent: Kind


class WhyNotSent(Struct, eq=False, gc=False):
    """Makes the journal's reason when the account has no URL for a callback of this type."""

    type: CallbackType
    fax_id: int

    def __call__(self) -> Detail:
        return {"reason": f"{self.type.no_url}, then POST {self.type.resend_route.format(self.fax_id)}"}


class Callback(Struct, kw_only=True):
    """One callback with all its attempts. `scheduled` counts attempts of the schedule, without resends.

    `closed_at` is when it expired or was not sent.
    """

    type: ClassVar[CallbackType]

    first_due: datetime
    state: ReceiptState = ReceiptState.PENDING
    attempts: tuple[Attempt, ...] = ()
    scheduled: int = 0
    in_flight: bool = False
    timer: Timer | None = None
    closed_at: datetime | None = None

    @property
    @abstractmethod
    def fax_id(self) -> int:
        """The id of the fax that it is about: the fax_job_id of a receipt, else the incoming_fax_id."""

    @property
    @abstractmethod
    def api_key(self) -> str:
        """The account that is called back."""

    @property
    @abstractmethod
    def fax_number(self) -> str:
        """The number that the fax went to, as `+` and digits."""

    @property
    def fax_job_id(self) -> int | None:
        """The id of the fax job that it is about, if it is a receipt."""
        return None

    @property
    def named(self) -> Detail:
        """The journal details that identify it, beside the fax_job_id."""
        return {}

    @abstractmethod
    def url(self, urls: CallbackUrls) -> str | None:
        """The URL to post to; None when the account has no such URL."""

    @property
    def decided(self) -> Decision[CallbackFault] | None:
        """The rules' decision about its first attempt, if it was made before that was due."""
        return None

    @abstractmethod
    def subject(self, attempt: int, moment: DecisionPoint = DecisionPoint.ATTEMPT) -> CallbackSubject:
        """One attempt at it, as the rules of `callbacks` see it."""

    @property
    @abstractmethod
    def form(self) -> Form:
        """Its fields."""

    @abstractmethod
    def encode(self, form: Form) -> PostedBody:
        """A form in the encoding of this type."""

    def body(self) -> PostedBody:
        """The body to post; the same bytes at every attempt."""
        return self.encode(self.form)

    def settle(self) -> None:
        """Free what was kept for further attempts."""

    @property
    def phrase(self) -> str:
        """It in a sentence: "the receipt of fax 200"."""
        return f"{self.type.phrase} {self.fax_id}"

    def __str__(self) -> str:
        return f"{self.type.noun} {self.fax_id}"
