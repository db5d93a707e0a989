"""fakefax from Python: `with FakeFax() as fax:`, in this process or against a running container.

Everything here uses the control API over HTTP, so that both work the same. The server is imported when one is
started, and FakeFax when it is first used: commands import control_client alone.

control_client  the HTTP client of the control API
sandboxes       where a sandbox comes from: a server of its own, a new sandbox, an account that is there; scenarios
sandbox_client  the members of FakeFax that read and steer: time, account, faxes, received faxes, journal
assertions      its members that assert; matching finds the fax that came closest
fakefax         FakeFax, with rules, receiver, verdict, beginning and end; and FakeFaxServer
rules           a rule put in front at run time; rule_fields, its fields for the type checker; outcomes, by name
receiver        a callback endpoint for programs that have none
snapshots       what snapshot() returns and restore() takes
verdict         the verdict's parts, and the summary that a failed test shows
aio             async code: which calls are refused under an event loop, and how to await them
errors          what can go wrong, each with the cure
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fakefax.client.errors import AdvanceGaveUp as AdvanceGaveUp
    from fakefax.client.errors import CannotListen as CannotListen
    from fakefax.client.errors import FakeFaxError as FakeFaxError
    from fakefax.client.errors import HistoryGone as HistoryGone
    from fakefax.client.errors import NeverHappened as NeverHappened
    from fakefax.client.errors import NotNow as NotNow
    from fakefax.client.errors import NotRunning as NotRunning
    from fakefax.client.errors import RunningAlready as RunningAlready
    from fakefax.client.errors import UnderEventLoop as UnderEventLoop
    from fakefax.client.errors import Unknown as Unknown
    from fakefax.client.errors import Unreachable as Unreachable
    from fakefax.client.errors import WrongValue as WrongValue
    from fakefax.client.fakefax import FakeFax as FakeFax
    from fakefax.client.fakefax import FakeFaxServer as FakeFaxServer

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


def __getattr__(name: str) -> object:
    """Load a name when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module 'fakefax.client' has no attribute {name!r}")
    module = "fakefax" if name in ("FakeFax", "FakeFaxServer") else "errors"
    value = getattr(import_module(f"fakefax.client.{module}"), name)
    globals()[name] = value
    return value
