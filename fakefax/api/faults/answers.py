"""A status and a body in place of the answer."""

from http import HTTPStatus

from fakefax.api.errors import RateLimited, Unauthorized
from fakefax.api.reply import Reply, encode_json, error_reply
from fakefax.core.faults.request_faults import RequestFault

_MESSAGES = {401: Unauthorized.message, 403: RateLimited.message}
"""What the vendor documents for its statuses, where it is not the standard phrase."""


def replacing_reply(status: int, fault: RequestFault, reason: str) -> Reply:
    """The answer that a rule gives: its own body, or the vendor's error shape."""
    if fault.body is None:
        return error_reply(status, _message(status), reason)
    body = fault.body.encode() if isinstance(fault.body, str) else encode_json(fault.body)
    return Reply(status, body, fault.content_type, reason)


def _message(status: int) -> str:
    try:
        return _MESSAGES.get(status) or HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"
