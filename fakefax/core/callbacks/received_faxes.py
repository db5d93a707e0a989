"""The callback of a received fax: multipart/form-data with the fax as a file, repeated like a receipt."""

from typing import ClassVar, Protocol

from fakefax.core.callbacks.callback import Callback, CallbackType, CallbackUrls
from fakefax.core.decisions import CallbackKind, CallbackSubject, DecisionPoint
from fakefax.core.journal import Detail, Kind
from fakefax.values.forms import Form, PostedBody, multipart

NO_RECEIVED_FAX_URL = (
    "no URL for received faxes is set for this key; "
    "set received_fax_url in the scenario, or PATCH /_fakefax/account"
)


class ReceivedFax(Protocol):
    """A fax that has arrived, as far as its callback needs to know it.

    `callback_form` has, in this order, uuid, from, to, time, file (a FilePart with the PDF), rsid, speed, duration,
    ecm, pages and compression (documented names; their formats are open).
    """

    @property
    def incoming_fax_id(self) -> int: ...

    @property
    def api_key(self) -> str: ...

    @property
    def recipient(self) -> str:
        """The number that it came to, `+` and digits."""

    @property
    def pages(self) -> int: ...

    @property
    def callback_form(self) -> Form: ...


class ReceivedFaxCallback(Callback):
    """The callback of one received fax. It is encoded once, and the bytes are kept while attempts may follow."""

    type: ClassVar[CallbackType] = CallbackType(
        noun="received fax",
        phrase="the callback of received fax",
        no_url=NO_RECEIVED_FAX_URL,
        resend_route="/_fakefax/incoming-faxes/{}/resend",
        attempt=Kind.RECEIVED_ATTEMPT,
        acknowledged=Kind.RECEIVED_ACKNOWLEDGED,
        expired=Kind.RECEIVED_EXPIRED,
        skipped=Kind.RECEIVED_SKIPPED,
        not_sent=Kind.RECEIVED_NOT_SENT,
    )

    fax: ReceivedFax
    encoded: PostedBody | None = None

    @property
    def fax_id(self) -> int:
        return self.fax.incoming_fax_id

    @property
    def api_key(self) -> str:
        return self.fax.api_key

    @property
    def fax_number(self) -> str:
        return self.fax.recipient

    @property
    def named(self) -> Detail:
        return {"incoming_fax_id": self.fax_id}

    def url(self, urls: CallbackUrls) -> str | None:
        return urls.received_fax_url

    def subject(self, attempt: int, moment: DecisionPoint = DecisionPoint.ATTEMPT) -> CallbackSubject:
        fax = self.fax
        return CallbackSubject(
            CallbackKind.RECEIVED_FAX, fax.api_key, fax.recipient, None, fax.pages, None, attempt, moment
        )

    @property
    def form(self) -> Form:
        return self.fax.callback_form

    def encode(self, form: Form) -> PostedBody:
        return multipart(form, f"fakefax-received-fax-{self.fax_id}")

    def body(self) -> PostedBody:
        if self.encoded is None:
            self.encoded = self.encode(self.form)
        return self.encoded

    def settle(self) -> None:
        self.encoded = None
