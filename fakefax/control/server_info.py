"""The sandbox as a whole: is it ready, start it anew."""

from fakefax import __version__
from fakefax.control.call import Body, ControlCall
from fakefax.control.schemas import account_view
from fakefax.schemas import ReadyView, ResetView


async def readyz(call: ControlCall) -> ReadyView:
    """GET readyz"""
    return ReadyView("ready", __version__)


async def reset(call: ControlCall, body: Body) -> ResetView:
    """POST reset: state, counters, balance and callback URL back to the scenario; ids go on rising"""
    fresh = await call.sandboxes.reset(call.sandbox)
    account = fresh.accounts.get(call.account.api_key, fresh.first_account)
    return ResetView("success", fresh.clock.now, account_view(account))
