"""The subjects that rules decide about, and their decisions."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from msgspec import Struct

from fakefax.core.msg_codes import MsgCode

A = TypeVar("A")


class Decision(Struct, Generic[A], frozen=True, gc=False):
    """An action, the rule that chose it, and why each rule before that one did not.

    `misses` makes its sentences on demand, because they are rarely needed: "faxes[1] 'the accountant's line'
    missed on pages: 3 is not >20".
    """

    action: A
    rule: str
    misses: Callable[[], list[str]]


OPERATION_NAMES = (
    *("send_fax", "fax_costs", "fax_status", "fax_history"),
    *("upload_file", "list_files", "delete_file", "clean_file", "generate_preview", "preview_picture"),
    "balance",
    *("register", "log_in", "make_subuser"),
    "incoming_faxes",
    "incoming_faxes_of_recipient",
    "numbers",
    "provision",
    "provision_numbers",
    "provisioned_numbers",
    "countries",
    "states",
    "area_codes",
    "did_groups",
    "inbox_file",
    "inbox_preview",
)


class RequestSubject(Struct, frozen=True, gc=False):
    """An authenticated request of Fax.to's API, as the rules of `requests` see it.

    `fax_number` is `+` and digits; it and `document_id` are None when the request does not name them. `at` is
    simulated time. `headers` has those that a rule looks at, by the rule's own spelling of the name.
    """

    operation: str
    method: str
    api_key: str
    fax_number: str | None
    document_id: int | None
    headers: Mapping[str, str]
    at: datetime


class CallbackKind(StrEnum):
    """The two types of callback: about the end of a sent fax, or about a received fax."""

    RECEIPT = "receipt"
    RECEIVED_FAX = "received_fax"


class DecisionPoint(StrEnum):
    """When the rules of `callbacks` are evaluated: when a fax is accepted, or when an attempt is due."""

    SEND = "send"
    ATTEMPT = "attempt"


class CallbackSubject(Struct, frozen=True, gc=False):
    """One attempt at a callback, as the rules of `callbacks` see it.

    `attempt` counts from 1. `document_id` and `msg_code` are None for a received fax, whose `fax_number` is the
    number that received it. When a fax is accepted, only rules about the send are evaluated.
    """

    kind: CallbackKind
    api_key: str
    fax_number: str
    document_id: int | None
    pages: int
    msg_code: MsgCode | None
    attempt: int
    moment: DecisionPoint = DecisionPoint.ATTEMPT
