"""What a rule may say, as the type checker knows it."""

from collections.abc import Mapping
from typing import Any, Literal, TypedDict

Condition = int | str
"""A number, or a condition such as ">20", "<=3" or "1..5"."""


class When(TypedDict, total=False):
    """What a rule takes: all fields given must fit. A `*` in text fits anything.

    Of faxes: fax_number, document_id, filename, pages, nth. Of requests: operation, method, fax_number,
    document_id, header, nth. Of callbacks: kind, fax_number, document_id, pages, msg_code, attempt, nth.
    """

    fax_number: str
    document_id: int
    filename: str
    pages: Condition
    nth: Condition
    operation: str
    method: Literal["GET", "POST", "DELETE"]
    header: Mapping[str, str]
    kind: Literal["receipt", "received_fax"]
    msg_code: str
    attempt: Condition


class RequestFault(TypedDict, total=False):
    """What is done to a request; scenarios/README.md says what each key is for."""

    status: int
    body: str | dict[str, Any] | list[Any]
    content_type: str
    refuse: str
    rate_limit: Mapping[str, int | str]
    mix: Mapping[str, float]
    lose_reply: Literal["before_commit", "after_commit"]
    reset: bool
    truncate: bool
    commit: bool
    delay: str
    real_delay: str


class CallbackFault(TypedDict, total=False):
    """What is done to a callback; scenarios/README.md says what each key is for."""

    drop: bool
    delay: str
    duplicate: bool
    reorder: bool
    lose_ack: bool
    before_reply: bool
    poll: Literal["ahead", "behind"]
    poll_by: str
    change: Mapping[str, str | int | None]
    mix: Mapping[str, float]
