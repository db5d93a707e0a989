"""An account's balance and its API settings, which the vendor keeps in a dashboard without an API."""

from msgspec import UNSET, UnsetType

from fakefax.control.call import BadInput, Body, ControlCall
from fakefax.control.moments import AS_OF, past
from fakefax.control.schemas import account_view
from fakefax.schemas import AccountView
from fakefax.values.money import parse_amount


class AccountPatch(Body, kw_only=True):
    """What to change; null takes a URL away."""

    balance: float | str | UnsetType = UNSET
    callback_url: str | UnsetType | None = UNSET
    received_fax_url: str | UnsetType | None = UNSET


QUERY = {"as_of": AS_OF}


async def show(call: ControlCall) -> AccountView:
    """GET account?as_of="""
    then = past(call)
    if then is not None and not then.existed(call.account):
        raise BadInput(f"as_of: the account had not been opened at {then.moment.at.isoformat()}")
    return account_view(call.account, then)


async def change(call: ControlCall, patch: AccountPatch) -> AccountView:
    """PATCH account: all of it or, when a part is wrong, nothing"""
    urls = {"callback_url": patch.callback_url, "received_fax_url": patch.received_fax_url}
    try:
        call.sandbox.change_account(
            call.account,
            balance=None if patch.balance is UNSET else parse_amount(patch.balance),
            urls={name: url for name, url in urls.items() if url is not UNSET},
        )
    except ValueError as error:
        raise BadInput(str(error)) from None
    return account_view(call.account)
