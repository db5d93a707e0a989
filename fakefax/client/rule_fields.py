"""What a rule may say, as the type checker knows it: its conditions here, its faults in the table of faults."""

from collections.abc import Mapping
from typing import Literal, TypedDict

from fakefax.schemas import CallbackFaults as CallbackFault
from fakefax.schemas import RequestFaults as RequestFault

__all__ = ["CallbackFault", "RequestFault", "When"]

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
