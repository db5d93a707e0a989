"""The vendor's refusals, by the names that a scenario has for them."""

from fakefax.api.call import Call
from fakefax.api.errors import MalformedParameter, RateLimited, Unauthorized, status_of
from fakefax.api.reply import Reply, error_reply
from fakefax.core.errors import NotEnoughBalance, Refusal, UnknownDocument
from fakefax.core.faults.request_faults import RefusalName


def refusal_reply(name: RefusalName, operation: str, call: Call, reason: str) -> Reply:
    """The refusal as the vendor would answer it, with its documented status."""
    refusal = _refusal(name, reason)
    return error_reply(status_of(refusal, operation, call.sandbox.scenario), refusal.message, reason)


def _refusal(name: RefusalName, reason: str) -> Refusal:
    match name:
        case "not_enough_balance":
            return NotEnoughBalance(reason)
        case "invalid_number":
            return MalformedParameter("fax_number", None, reason)
        case "unauthorized":
            return Unauthorized(reason)
        case "rate_limited":
            return RateLimited(reason)
        case "unknown_document":
            return UnknownDocument(reason)
