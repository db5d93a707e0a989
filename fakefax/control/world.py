"""The sandbox as a whole: is it ready, start it anew."""

from fakefax import __version__
from fakefax.control.call import Body, ControlCall
from fakefax.control.views import account_view


async def readyz(call: ControlCall) -> object:
    """GET readyz"""
    return {"status": "ready", "version": __version__}


async def reset(call: ControlCall, body: Body) -> object:
    """POST reset: state, counters, balance and callback URL back to the scenario; ids go on rising"""
    fresh = await call.sandboxes.reset(call.sandbox)
    return {
        "status": "success",
        "now": fresh.clock.now,
        "account": account_view(fresh.accounts[call.account.api_key]),
    }
