"""fakefax from Python: `with FakeFax() as fax:`, in this process or against a running container.

Everything here speaks HTTP with the control API, so that both are the same. Nothing imports the server until one is
started.

client      asks the control API, over connections that it keeps
errors      what can go wrong, each with the cure
running     the server a handle speaks with: in a thread of this process, or one that runs already
sandbox     the part that every member needs: the key, the connection, the loop guard
money, time, faxes, rules    the members, by what they are about
assertions  what a test expects of the faxes that were sent; matching, near misses
receiver    a callback endpoint for programs that have none
verdict, report    what every test should be told at its end
fakefax     all of it put together
"""

from fakefax.handle.errors import (
    AdvanceGaveUp,
    FakeFaxError,
    NotNow,
    NotRunning,
    UnderEventLoop,
    Unknown,
    Unreachable,
    WrongValue,
)
from fakefax.handle.fakefax import FakeFax

__all__ = [
    "AdvanceGaveUp",
    "FakeFax",
    "FakeFaxError",
    "NotNow",
    "NotRunning",
    "UnderEventLoop",
    "Unknown",
    "Unreachable",
    "WrongValue",
]
