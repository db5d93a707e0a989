"""Account: the balance."""

import msgspec

from fakefax.api.call import Call
from fakefax.api.operation import READS, Operation
from fakefax.values.money import Money, as_json


class Balance(msgspec.Struct):
    """The balance of the key's account."""

    status: str
    balance: Money


async def balance(call: Call) -> Balance:
    """GET /balance (documented)."""
    return Balance("success", as_json(call.account.ledger.report()))


BALANCE = Operation("balance", "the simulated balance", READS, "/balance", balance, Balance)
