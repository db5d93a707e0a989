"""fakefax: a local stand-in for the Fax.to fax API.

The layers, lowest first. Each may import what stands before it, never after (tests/test_layers.py):

    core/        the fax world: clock, ledger, engine, receipts, journal; standard library only, no I/O
    views        what the control API shows: one definition for JSON, description and handle
    documents/   files as documents: pages counted, previews, PDFs
    geography/   the places of the vendor's coverage: countries, states, area codes, DID groups
    scenario/    YAML scenario files, checked and turned into what the core carries out
    authorities  which HTTPS servers are trusted, read when that matters
    garbage      looked for when large bodies were lost on their way
    lookup       finds the host of a callback URL, in threads that nobody has to wait for
    container    whether localhost is a container's own
    places       what a callback URL means: where to connect, the head of a request
    no_answer    why an attempt got none; answers reads one to its end
    exchange     one connection to a callback URL: a request and its answer; connecting makes one
    outbox       answers that are written together; first_step, what needs no task of its own
    kept_connections  which connections to callback URLs are used again
    delivery     posts delivery receipts to callback URLs
    document_store   the documents of a sandbox: uploads kept within a limit, previews
    users        who has registered and may log in
    remote_files     fetches the file that an upload names by its URL
    keys         which world and account an api_key means
    world        one isolated world put together: a clock, accounts, rules, a journal
    sandbox      what can be done in it; sandboxes, all worlds of a server
    api/         Fax.to's own API, and control/, the API under /_fakefax that steers the fake
    http_errors  what never reaches a handler, answered as JSON too; protocol, what is no HTTP at all
    straight     the shortest way in, past aiohttp's router
    connections  how many there may be, and how long a client may keep them waiting
    tls/         the local authority and its certificates; listening takes the ports
    server       both APIs on one port: start, stop, .url; server_thread, a loop for synchronous callers
    handle       the same world from Python: `with FakeFax() as fax:`
    pytest_plugin, and plugin/: the fixture fakefax, the marker, the verdict, the guard
    settings     the one table of options; watch, journal_log, serve, demo, readyz, completion, cli: commands
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fakefax.handle import AdvanceGaveUp as AdvanceGaveUp
    from fakefax.handle import CannotListen as CannotListen
    from fakefax.handle import FakeFax as FakeFax
    from fakefax.handle import FakeFaxError as FakeFaxError
    from fakefax.handle import FakeFaxServer as FakeFaxServer
    from fakefax.handle import HistoryGone as HistoryGone
    from fakefax.handle import NeverHappened as NeverHappened
    from fakefax.handle import NotNow as NotNow
    from fakefax.handle import NotRunning as NotRunning
    from fakefax.handle import RunningAlready as RunningAlready
    from fakefax.handle import UnderEventLoop as UnderEventLoop
    from fakefax.handle import Unknown as Unknown
    from fakefax.handle import Unreachable as Unreachable
    from fakefax.handle import WrongValue as WrongValue

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
]


def __getattr__(name: str) -> object:
    """Load the handle when it is first asked for, so that `import fakefax` costs nothing."""
    if name in __all__:
        from fakefax import handle  # noqa: PLC0415

        return getattr(handle, name)
    raise AttributeError(f"module 'fakefax' has no attribute {name!r}")
