"""The api_keys of a server, and the sandbox that each belongs to."""

from decimal import Decimal

import pytest

from fakefax.core.billing.ledger import Ledger
from fakefax.core.models import Account
from fakefax.sandbox.keys import Keys, KeyTaken


def account(api_key: str) -> Account:
    return Account(api_key, Ledger(Decimal(0)))


def test_a_key_belongs_to_one_sandbox_until_it_is_dropped():
    """A second account with the same key is refused; a sandbox drops its own keys, and those of no other one."""
    keys: Keys[str] = Keys()
    keys.add("one", account("invoices"))
    with pytest.raises(KeyTaken, match=r"^the api_key 'inv\.\.\.' is taken by another account; leave it out to"):
        keys.add("two", account("invoices"))
    keys.drop("two", ["invoices", "never registered"])
    assert keys.find("invoices") is not None
    keys.drop("one", ["invoices"])
    assert keys.find("invoices") is None
    keys.add("two", account("invoices"))


def test_a_new_key_is_one_that_no_account_has():
    """A tester may have chosen the very key that would have come next."""
    first, second = Keys[str]().fresh(), Keys[str]()
    second.add("one", account(first))
    assert second.fresh() != first


def test_a_key_is_masked_in_any_spelling():
    """In a URL, encoded once or in a URL within a URL, at the end of a sentence; other words stay."""
    keys: Keys[str] = Keys()
    keys.add("one", account("f@x2r0ckkz"))
    text = "f@x2r0ckkz, f%40x2r0ckkz and f%2540x2r0ckkz of f@x2r0ckkz. But not f%40x, nor 100%"
    assert keys.without_keys(text) == "f@x..., f@x... and f@x... of f@x... But not f%40x, nor 100%"
    keys.drop("one", ["f@x2r0ckkz"])
    assert keys.without_keys(text) == text
