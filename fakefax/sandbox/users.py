"""The registered users of one sandbox and their keys.

A password is never kept, only its scrypt digest with a salt of its own. Neither is in a log, journal or refusal.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator
from functools import partial
from typing import NoReturn

from msgspec import Struct

from fakefax.core.clock import Clock, ClockClosed
from fakefax.core.errors import EmailTaken, MalformedEmail, WrongLogin
from fakefax.core.randomness import PasswordSalts
from fakefax.values.threads import in_thread

COST, BLOCK, PARALLEL = 2**12, 8, 1
"""Of scrypt: 4 MiB and a few milliseconds a password, since these guard nothing but a test."""

MAX_EMAIL_LENGTH = 254
_EMAIL = r"[^@\s]+@[^@\s]+"


class User(Struct, frozen=True):
    """A registered user. A sub-user may have no digest and then cannot log in."""

    email: str
    api_key: str
    salt: bytes
    digest: bytes | None


class Users:
    """Users by e-mail address, upper and lower case being the same."""

    def __init__(self, clock: Clock, seed: int) -> None:
        self._clock = clock
        self.salts = PasswordSalts(seed)
        self._by_email: dict[str, User] = {}

    def __len__(self) -> int:
        return len(self._by_email)

    def __iter__(self) -> Iterator[User]:
        """All users, in the order in which they were registered."""
        return iter(self._by_email.values())

    async def prepare(self, email: str, password: str | None) -> User:
        """A new user that may be added, still without a key. Raises MalformedEmail or EmailTaken."""
        self._check_free(email)
        salt = self.salts.take()
        digest = None if password is None else await self._digest(password, salt)
        self._check_free(email)  # another request may have taken it meanwhile
        return User(email, "", salt, digest)

    def add(self, user: User, api_key: str) -> None:
        """Let a prepared user log in to this key."""
        self._by_email[user.email.casefold()] = User(user.email, api_key, user.salt, user.digest)

    async def log_in(self, email: str, password: str) -> User:
        """The user of this e-mail address and password. Raises WrongLogin."""
        user = self._by_email.get(email.casefold())
        if user is None:
            _refuse("no user of this sandbox has this email")
        if user.digest is None:
            _refuse("this user was made without a password")
        if not hmac.compare_digest(await self._digest(password, user.salt), user.digest):
            _refuse("the password is not that of this user")
        return user

    def _check_free(self, email: str) -> None:
        if len(email) > MAX_EMAIL_LENGTH or not re.fullmatch(_EMAIL, email):
            raise MalformedEmail(f"email {email[:60]!r} is not an address such as me@example.com")
        if email.casefold() in self._by_email:
            raise EmailTaken(f"another user of this sandbox has the email {email!r}")

    async def _digest(self, password: str, salt: bytes) -> bytes:
        """In a thread, since it is slow on purpose; simulated time waits."""
        secret = password.encode("utf-8", "surrogatepass")
        with self._clock.hold("password is hashed"):
            digest = await in_thread(
                partial(hashlib.scrypt, secret, salt=salt, n=COST, r=BLOCK, p=PARALLEL, dklen=32)
            )
        if self._clock.closed:
            raise ClockClosed("this sandbox was reset or deleted meanwhile")
        return digest


def _refuse(reason: str) -> NoReturn:
    raise WrongLogin(reason)
