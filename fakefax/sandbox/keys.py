"""The api_keys of a server: the sandbox and account of each."""

import re
from collections.abc import Iterable
from typing import Generic, TypeVar
from urllib.parse import unquote

from fakefax.core.ids import ALONE, ApiKeys, Replica, home_of
from fakefax.core.models import Account
from fakefax.values.urls import masked_key, masked_urls

Sandbox = TypeVar("Sandbox")

SHORTEST_SECRET = 6

ENCODED = 3
"""How often a key may be percent-encoded in a text: once in a URL, twice in a URL that is part of another."""

_WORD = re.compile(r"""[^\s'"`?&=/,;:()<>\[\]{}|]+""")
"""The form of most keys in a text. The few keys with other characters are looked for one by one."""


class KeyTaken(Exception):
    """An api_key that another account has already."""


class Keys(Generic[Sandbox]):
    """The api_keys of all sandboxes. New keys depend on `seed` and name the replica in `share`."""

    def __init__(self, seed: int = 0, share: Replica = ALONE) -> None:
        self.series = ApiKeys(seed, share)
        self._share = share
        self._found: dict[str, tuple[Sandbox, Account]] = {}
        self._odd: set[str] = set()

    def with_series(self, series: ApiKeys) -> "Keys[Sandbox]":
        """The same keys, and new ones from another series: for a sandbox that is recorded, or replayed."""
        keys = Keys.__new__(Keys)
        keys.__dict__.update(self.__dict__)
        keys.series = series
        return keys

    def __contains__(self, api_key: str) -> bool:
        return api_key in self._found

    def find(self, api_key: str) -> tuple[Sandbox, Account] | None:
        """The sandbox and the account of a key, or None."""
        return self._found.get(api_key)

    def why_unknown(self, api_key: str) -> str:
        """The message of the error for an unknown key."""
        message = f"no account has the api_key {masked_key(api_key)!r} (length {len(api_key)})"
        if self._share.step == 1:
            return message
        home = home_of(api_key)
        if home is None or home == self._share.offset:
            return f"{message} on {self._share}; should another have it, the proxy must see it: in query or header"
        return (
            f"{message} on {self._share}; it was given out by replica {home}, where the proxy should have sent it"
        )

    def masked(self, text: str) -> str:
        """The text as a log may have it: without these keys, wherever they stand, and without secrets in URLs.

        A key of fewer than six characters is not treated as a secret, since it could be any word of a sentence.
        """
        return self.without_keys(masked_urls(text))

    def without_keys(self, text: str) -> str:
        """The same, with the secrets in URLs that are no keys. Any thread may call it."""
        if "%" in text or not self._found.keys().isdisjoint(each.removesuffix(".") for each in _WORD.findall(text)):
            text = _WORD.sub(self._mask, text)
        for api_key in tuple(self._odd):
            text = text.replace(api_key, masked_key(api_key))
        return text

    def _mask(self, word: re.Match[str]) -> str:
        found = word[0]
        if len(found) < SHORTEST_SECRET:
            return found
        plain = found
        for _ in range(ENCODED):
            if "%" not in plain:
                break
            plain = unquote(plain)
        word_alone = plain.removesuffix(".")
        if len(word_alone) >= SHORTEST_SECRET and word_alone in self._found:
            return masked_key(word_alone)
        masked = plain if plain == found else _WORD.sub(self._mask, plain)  # a URL inside of another has words
        return found if masked == plain else masked

    def fresh(self) -> str:
        """A key that no account has and that was never given out before."""
        while (api_key := self.series.take()) in self._found:
            pass
        return api_key

    def check_free(self, api_key: str) -> None:
        """Raise KeyTaken when an account has the key."""
        if api_key in self._found:
            raise KeyTaken(
                f"the api_key {masked_key(api_key)!r} is taken by another account; leave it out to get a new one"
            )

    def add(self, sandbox: Sandbox, account: Account) -> None:
        """Register the account's key. Raises KeyTaken."""
        self.check_free(account.api_key)
        self._found[account.api_key] = sandbox, account
        if len(account.api_key) >= SHORTEST_SECRET and not _WORD.fullmatch(account.api_key):
            self._odd.add(account.api_key)

    def drop(self, sandbox: Sandbox, api_keys: Iterable[str]) -> None:
        """Forget these keys of a sandbox, except those that another sandbox has by now."""
        for api_key in api_keys:
            found = self._found.get(api_key)
            if found is not None and found[0] is sandbox:
                del self._found[api_key]
                self._odd.discard(api_key)
