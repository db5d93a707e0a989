"""Account and users: the balance; register, log in, make a sub-user.

Registering and logging in are done before there is a key.
"""

import msgspec

from fakefax.api.call import Call
from fakefax.api.operation import READS, Operation, Parameter
from fakefax.values.money import Money, as_json


class Balance(msgspec.Struct):
    """The balance of the key's account."""

    status: str
    balance: Money


async def balance(call: Call) -> Balance:
    """GET /balance (documented)."""
    return Balance("success", as_json(call.account.ledger.report()))


BALANCE = Operation("balance", "the simulated balance", READS, "/balance", balance, Balance)


SUCCESS = "success"
MAX_PASSWORD_LENGTH = 1024

EMAIL = Parameter("email", "The user's e-mail address.", required=True, example="me@example.com")
PASSWORD = Parameter("password", "The user's password.", required=True, example="correct horse")
NEW_PASSWORD = Parameter("password", "The new user's password; without one the user cannot log in.")


class UserKey(msgspec.Struct):
    """The user's key, a UUID."""

    status: str
    api_key: str


async def register(call: Call) -> UserKey:
    """POST /user (documented; a page says that the password is not required).

    It happens in the sandbox of the `api_key`, if one is given, else in the first.
    """
    email = call.params.text("email")
    account = await call.sandbox.register(email, _password(call, call.sandbox.scenario.users.password_required))
    return UserKey(SUCCESS, account.api_key)


async def log_in(call: Call) -> UserKey:
    """POST /user/login (documented; the status of a wrong login is open)."""
    email, password = call.params.text("email"), call.params.secret("password", MAX_PASSWORD_LENGTH)
    user = await call.sandbox.users.log_in(email, password)
    return UserKey(SUCCESS, user.api_key)


async def make_subuser(call: Call) -> UserKey:
    """POST /subuser (documented; whose balance a sub-user has is open)."""
    email = call.params.text("email")
    account = await call.sandbox.register(email, _password(call, required=False), parent=call.account)
    return UserKey(SUCCESS, account.api_key)


def _password(call: Call, required: bool) -> str | None:
    """The password of a new user; without one the user cannot log in."""
    if required or call.params.has("password"):
        return call.params.secret("password", MAX_PASSWORD_LENGTH)
    return None


REGISTER = Operation(
    "register", "register a user", ("POST",), "/user", register, UserKey, (EMAIL, NEW_PASSWORD), needs_key=False
)
LOG_IN = Operation(
    "log_in", "a user's key", ("POST",), "/user/login", log_in, UserKey, (EMAIL, PASSWORD), needs_key=False
)
MAKE_SUBUSER = Operation(
    "make_subuser", "make a sub-user", ("POST",), "/subuser", make_subuser, UserKey, (EMAIL, NEW_PASSWORD)
)
USER_OPERATIONS = (REGISTER, LOG_IN, MAKE_SUBUSER)
