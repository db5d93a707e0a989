"""An account's balance and its API settings, which the vendor keeps in a dashboard without an API."""

from decimal import Decimal

from msgspec import UNSET, UnsetType

from fakefax.control.call import BadInput, Body, ControlCall
from fakefax.control.views import account_view
from fakefax.core.journal import Kind
from fakefax.core.money import as_text, parse_amount
from fakefax.core.urls import check_callback_url


class AccountPatch(Body, kw_only=True):
    """What to change; null takes a URL away."""

    balance: float | str | UnsetType = UNSET
    callback_url: str | UnsetType | None = UNSET
    received_fax_url: str | UnsetType | None = UNSET


async def show(call: ControlCall) -> object:
    """GET account"""
    call.check_query()
    return account_view(call.account)


async def change(call: ControlCall) -> object:
    """PATCH account: all of it or, when a part is wrong, nothing"""
    patch = call.read(AccountPatch)
    urls = {"callback_url": patch.callback_url, "received_fax_url": patch.received_fax_url}
    try:
        for url in urls.values():
            if isinstance(url, str):
                check_callback_url(url)
        if patch.balance is not UNSET:
            _set_balance(call, parse_amount(patch.balance))
    except ValueError as error:
        raise BadInput(str(error)) from None
    for name, url in urls.items():
        if url is not UNSET:
            setattr(call.account, name, url)
            call.sandbox.record(Kind.ACCOUNT_CHANGED, {"change": f"{name} is now {url or 'none'}"}, call.account)
    return account_view(call.account)


def _set_balance(call: ControlCall, balance: Decimal) -> None:
    if balance < 0:
        raise ValueError(f"a balance of {as_text(balance)} is below 0")
    entry = call.account.ledger.set_balance(call.sandbox.clock.now, balance)
    if entry is not None:
        change = f"{entry.reason} of {as_text(abs(entry.amount))}, balance {as_text(entry.balance)}"
        call.sandbox.record(Kind.ACCOUNT_CHANGED, {"change": change}, call.account)
