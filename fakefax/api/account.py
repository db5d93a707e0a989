"""Account: the balance."""

from typing import Any

from fakefax.api.call import Call
from fakefax.core.money import as_json


def balance(call: Call) -> dict[str, Any]:
    """GET /balance (documented)."""
    return {"status": "success", "balance": as_json(call.account.ledger.tell())}
