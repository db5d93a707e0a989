"""Users: register, log in, make a sub-user. Registering and logging in are done before there is a key."""

import msgspec

from fakefax.api.call import Call
from fakefax.api.operation import Operation, Parameter

SUCCESS = "success"
LONGEST_PASSWORD = 1024

EMAIL = Parameter("email", "The user's e-mail address.", required=True, example="me@example.com")
PASSWORD = Parameter("password", "The user's password.", required=True, example="correct horse")
SUBUSER_PASSWORD = Parameter("password", "The sub-user's password; without one there is no logging in.")


class UserKey(msgspec.Struct):
    """The user's key, a UUID."""

    status: str
    api_key: str


async def register(call: Call) -> UserKey:
    """POST /user (documented). It happens in the world of the `api_key`, if one is given, else in the first."""
    email, password = call.params.text("email"), call.params.secret("password", LONGEST_PASSWORD)
    account = await call.sandbox.register(email, password)
    return UserKey(SUCCESS, account.api_key)


async def log_in(call: Call) -> UserKey:
    """POST /user/login (documented; the status of a wrong login is open)."""
    email, password = call.params.text("email"), call.params.secret("password", LONGEST_PASSWORD)
    user = await call.sandbox.users.log_in(email, password)
    return UserKey(SUCCESS, user.api_key)


async def make_subuser(call: Call) -> UserKey:
    """POST /subuser (documented; whose balance a sub-user has is open)."""
    email = call.params.text("email")
    password = call.params.secret("password", LONGEST_PASSWORD) if call.params.has("password") else None
    account = await call.sandbox.register(email, password, parent=call.account)
    return UserKey(SUCCESS, account.api_key)


REGISTER = Operation(
    "register", "register a user", ("POST",), "/user", register, UserKey, (EMAIL, PASSWORD), needs_key=False
)
LOG_IN = Operation(
    "log_in", "a user's key", ("POST",), "/user/login", log_in, UserKey, (EMAIL, PASSWORD), needs_key=False
)
MAKE_SUBUSER = Operation(
    "make_subuser", "make a sub-user", ("POST",), "/subuser", make_subuser, UserKey, (EMAIL, SUBUSER_PASSWORD)
)
USER_OPERATIONS = (REGISTER, LOG_IN, MAKE_SUBUSER)
