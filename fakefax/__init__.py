"""fakefax: a local stand-in for the Fax.to fax API.

The rooms, lowest first. Each imports only what stands before it (tests/test_layers.py):

    values/        durations, money, sizes, URLs, redaction; threads, and functions that no test patches
    core/          clock, billing, engine, callbacks, journal: the simulated fax service; no I/O, msgspec's structs
    schemas        what the control API shows: one definition for JSON, OpenAPI description and client
    documents/     files as documents: pages counted, previews, PDFs
    geography/     the vendor's coverage: countries, states, area codes, DID groups
    scenario/      YAML scenario files, checked and turned into what the core carries out
    callbacks/     the HTTP client that posts callbacks: dispatcher, pool, connection, response parser, resolver
    sandbox/       isolated accounts with their own clock, and the registry of all: keys, users, uploads
    state/         what is kept of a sandbox: snapshots of it, and the file of `serve --state`
    api/           Fax.to's own operations
    control/       the API under /_fakefax that steers the fake
    page/          the web page: static files, and the routes that serve them
    server/        both APIs on one port: start, stop, limits, TLS
    bundles/       a failed run as one file: written as a report, read again, replayed
    client/        fakefax from Python: FakeFax, assertions, rules, receiver
    explore/       a test under every fault at every point, with money as the judge
    pytest_plugin/ the fixture, the marker, the verdict, the guard
    verify/        probes that hold a server against what is known of Fax.to's API
    cli/           the commands and their settings
"""

TYPE_CHECKING = False
"""As typing has it, which would be most of what `import fakefax` loads."""

if TYPE_CHECKING:
    from fakefax.client import AdvanceGaveUp as AdvanceGaveUp
    from fakefax.client import CannotListen as CannotListen
    from fakefax.client import FakeFax as FakeFax
    from fakefax.client import FakeFaxError as FakeFaxError
    from fakefax.client import FakeFaxServer as FakeFaxServer
    from fakefax.client import HistoryGone as HistoryGone
    from fakefax.client import NeverHappened as NeverHappened
    from fakefax.client import NotNow as NotNow
    from fakefax.client import NotRunning as NotRunning
    from fakefax.client import RunningAlready as RunningAlready
    from fakefax.client import UnderEventLoop as UnderEventLoop
    from fakefax.client import Unknown as Unknown
    from fakefax.client import Unreachable as Unreachable
    from fakefax.client import WrongValue as WrongValue
    from fakefax.explore.invariants import fakefax_invariant as fakefax_invariant

__version__ = "0.1.0.dev0"
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
    "__version__",
    "fakefax_invariant",
]


def __getattr__(name: str) -> object:
    """Load the client when it is first asked for, so that `import fakefax` costs nothing."""
    if name == "fakefax_invariant":
        from fakefax.explore.invariants import fakefax_invariant  # noqa: PLC0415

        return fakefax_invariant
    if name in __all__:
        from fakefax import client  # noqa: PLC0415

        return getattr(client, name)
    raise AttributeError(f"module 'fakefax' has no attribute {name!r}")
