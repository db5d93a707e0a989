"""Each refusal of Fax.to's API with its status. The error body is `status` and `message` (documented)."""

from fakefax.core.errors import (
    EmailTaken,
    FaxJobEvicted,
    FileTooLarge,
    MalformedEmail,
    NoNumberLeft,
    NoPreview,
    NotEnoughBalance,
    Refusal,
    RemoteFileRefused,
    StorageFull,
    UnknownCountry,
    UnknownDidGroup,
    UnknownDocument,
    UnknownFaxJob,
    UnknownIncomingFax,
    WrongLogin,
)
from fakefax.scenario.schema import Scenario

MAX_VALUE_LENGTH = 60


class Unauthorized(Refusal):
    message = "Unauthorized"


class RateLimited(Refusal):
    """Asked for by a rule only: fakefax itself has no limit."""

    message = "Rate Limit Exceeded"


class MalformedBody(Refusal):
    malformed = True
    message = "The request body could not be read"


class BodyTooLarge(Refusal):
    message = "Request entity too large"


class MissingParameter(Refusal):
    malformed = True

    def __init__(self, name: str) -> None:
        self.message = f"The {name} field is required"
        super().__init__(f"no {name} in the query or the body")


class MalformedParameter(Refusal):
    malformed = True

    def __init__(self, name: str, value: object, expected: str) -> None:
        self.message = f"The {name} is invalid"
        text = repr(value)
        shown = text if len(text) <= MAX_VALUE_LENGTH else text[: MAX_VALUE_LENGTH - 1] + "…"
        super().__init__(f"{name} {shown} is not {expected}")


STATUS: dict[type[Refusal], int] = {
    Unauthorized: 401,
    RateLimited: 403,
    MalformedBody: 400,
    BodyTooLarge: 413,
    MissingParameter: 400,
    MalformedParameter: 400,
    UnknownDocument: 404,
    UnknownFaxJob: 404,
    FaxJobEvicted: 404,
    UnknownCountry: 404,
    UnknownDidGroup: 404,
    UnknownIncomingFax: 404,
    NoNumberLeft: 404,
    NotEnoughBalance: 400,
    MalformedEmail: 400,
    EmailTaken: 400,
    WrongLogin: 400,
    FileTooLarge: 413,
    StorageFull: 413,
    RemoteFileRefused: 400,
    NoPreview: 400,
}
"""The statuses that the vendor documents; `status_of` knows those that have a switch."""


def status_of(refusal: Refusal, operation: str, scenario: Scenario) -> int:
    """The status that goes with a refusal by an operation of this name."""
    if isinstance(refusal, NotEnoughBalance):
        return scenario.billing.not_enough_balance_status
    if isinstance(refusal, WrongLogin):
        return scenario.users.wrong_login_status
    if isinstance(refusal, UnknownDocument) and operation == "send_fax":
        return scenario.api.send_unknown_document_status
    if isinstance(refusal, UnknownDocument) and operation == "fax_costs":
        return scenario.api.costs_unknown_document_status
    if isinstance(refusal, UnknownFaxJob) and operation == "fax_status":
        return scenario.api.unknown_job_status
    return STATUS[type(refusal)]
