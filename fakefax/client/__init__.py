"""fakefax from Python: `with FakeFax() as fax:`, in this process or against a running container.

Everything here speaks HTTP with the control API, so that both are the same. Nothing imports the server until one is
started.

connection  one request at a time over a connection that is kept
client      asks the control API, over such connections
errors      what can go wrong, each with the cure
scenarios   a scenario as a test gives it: a name, a file, YAML, data
worlds      what a handle speaks for: a server of its own, a new sandbox, an account that is there
connected   what every member needs: the world that is open, and the requests to it
loops, aio  event loops: what blocks is refused under them, and can be awaited
money, time, faxes, receiving, rules (rule_fields), outcomes    the members, by what they are about
assertions  what a test expects of the faxes that were sent; matching, near misses
receiver    a callback endpoint for programs that have none
verdict     what every test should be told at its end; verdict_parts, of which each can be switched off
fakefax     all of it put together; running, a server with as many sandboxes as are wanted
"""

from fakefax.client.errors import (
    AdvanceGaveUp,
    CannotListen,
    FakeFaxError,
    HistoryGone,
    NeverHappened,
    NotNow,
    NotRunning,
    RunningAlready,
    UnderEventLoop,
    Unknown,
    Unreachable,
    WrongValue,
)
from fakefax.client.fakefax import FakeFax
from fakefax.client.running import FakeFaxServer

__all__ = [
    "AdvanceGaveUp",
    "CannotListen",
    "FakeFax",
    "FakeFaxError",
    "FakeFaxServer",
    "HistoryGone",
    "NeverHappened",
    "NotNow",
    "NotRunning",
    "RunningAlready",
    "UnderEventLoop",
    "Unknown",
    "Unreachable",
    "WrongValue",
]
