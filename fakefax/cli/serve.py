"""The `serve` command: a server until Ctrl-C or SIGTERM."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

from fakefax.cli.environment import in_container
from fakefax.cli.log import JournalLog, LogHandler, LogWriter, watch_line, write_all
from fakefax.cli.reload import ScenarioWatch
from fakefax.core.ids import Replica
from fakefax.sandbox.keeping import StateOptions, Sync
from fakefax.sandbox.services import Equip, as_they_are
from fakefax.scenario.overrides import override
from fakefax.scenario.schema import Scenario
from fakefax.server.app import Server, ServerOptions
from fakefax.server.limits import OVERFLOW_LIMIT
from fakefax.values.money import as_text
from fakefax.values.urls import masked_key, masked_urls

SERVER_SETTINGS = (
    *("host", "port", "callback_timeout", "journal_limit", "fax_limit", "callback_host_map"),
    *(
        "connection_limit",
        "client_timeout",
        "browser_host",
        "browser_origin",
        "control_token",
        "sandbox_limit",
        "sandbox_idle",
        "scenarios_dir",
        "upload_limit",
        "storage_limit",
        *("remote_files", "page_limit", "pixel_limit", "file_timeout", "file_memory"),
    ),
)
DOCUMENTED_KEY = "f@x2r0ckkz"
"""The key of the vendor's own examples, which is not a secret."""

ADVICE = "others on the network may steer this server: start with --control-token, or --host 127.0.0.1"

FILES_BESIDE = OVERFLOW_LIMIT + 256
"""Files that are open beside those of connections and callbacks."""

LAST_STANDARD_STREAM = 2
"""The descriptor of standard error."""

ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Signals that end the server in order, with status 0: Ctrl-C, the supervisor's, and the terminal's end."""
TLS_SETTINGS = ("tls", "tls_port", "tls_dir", "tls_host", "tls_cert", "tls_key")


def serve(scenario: Scenario, *, log_format: str = "text", watched: Path | None = None, **values: Any) -> None:
    """Run until SIGINT or SIGTERM; read the scenario again whenever the file at `watched` changes.

    With `open` the page is opened. Raises CannotListen, or ValueError for a value the scenario refuses.
    """
    open_page = values.pop("open")
    server, options = make_server(scenario, values)
    writer = LogWriter(sys.stderr)
    shape = "fakefax: %(levelname)s: %(message)s"
    logging.basicConfig(handlers=[LogHandler(writer)], format=shape, level=logging.WARNING)
    _allow_files(options.connection_limit)
    _fill_standard_streams()
    # uvloop's start_tls loses what a client has sent already, so HTTPS is served by asyncio's own loop.
    with asyncio.Runner(loop_factory=_loop_factory() if options.tls is None else None) as runner:
        runner.run(_serve(server, writer, log_format, watched, open_page=open_page))
    writer.close()


def make_server(
    scenario: Scenario, values: dict[str, Any], equip: Equip = as_they_are
) -> tuple[Server, ServerOptions]:
    """A server, not yet started, from the values of the settings by their names; `equip` is for its own sandbox.

    Raises ValueError for a value the scenario refuses.
    """
    on, port, folder, *certified = (values.pop(name) for name in TLS_SETTINGS)
    tls = None
    if on:
        from fakefax.server.tls.context import TlsOptions  # noqa: PLC0415

        tls = TlsOptions(folder, port, *certified)
    chosen_options = {name: values.pop(name) for name in SERVER_SETTINGS}
    share = Replica(values.pop("id_offset"), values.pop("id_step"))
    file, sync = values.pop("state"), values.pop("state_sync")
    if file is None and sync is not Sync.NORMAL:
        raise ValueError("--state-sync is about the file of --state; add --state FILE")
    flags = {name: value for name, value in values.items() if value is not None}
    state = None if file is None else StateOptions(file, sync, flags)
    options = ServerOptions(**chosen_options, contained=in_container(), tls=tls, share=share, state=state)
    return Server(scenario, options, transform=partial(override, **values), equip=equip), options


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The faster event loop of `fakefax[speed]` if it is installed; else asyncio's own."""
    try:
        import uvloop  # noqa: PLC0415 (an extra)
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


async def _serve(
    server: Server, writer: LogWriter, log_format: str, watched: Path | None, *, open_page: bool
) -> None:
    loop = asyncio.get_running_loop()
    stop: asyncio.Future[signal.Signals] = loop.create_future()
    for number in ENDING:
        with contextlib.suppress(NotImplementedError):  # Windows; there Ctrl-C is a KeyboardInterrupt
            loop.add_signal_handler(number, _end_by, stop, number)
    async with server:
        # One write: a script that reads the first line and hangs up must not end the server.
        if not write_all(sys.stdout, f"fakefax is ready at {server.url}\n{_introduction(server)}\n"):
            writer.write(f"fakefax: standard output cannot be written; ready at {server.url}\n")
        log = JournalLog(writer, log_format, lambda api_key: api_key in server.sandbox.accounts)
        if log_format != "off":
            server.sandboxes.listen(log)
        if open_page:
            asyncio.get_running_loop().run_in_executor(None, _open, writer, f"{_reachable(server)}/_fakefax/")
        async with _watching(server, writer, watched, log_format):
            ended_by = await stop
            if ended_by is signal.SIGINT and sys.stderr.isatty():
                writer.write("\n")  # what follows begins a line of its own, after the ^C of the terminal
    log.flush()
    if log_format == "text":
        writer.write("fakefax stopped\n")


def _open(writer: LogWriter, url: str) -> None:
    """Open the page in a browser, if this machine has one."""
    import webbrowser  # noqa: PLC0415 (only for --open)

    if not webbrowser.open(url):
        writer.write(f"fakefax: no browser could be opened; the page is at {url}\n")


def _reachable(server: Server) -> str:
    """The server's URL as a browser on this machine can open it."""
    return server.url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")


def _end_by(stop: asyncio.Future[signal.Signals], number: signal.Signals) -> None:
    if not stop.done():
        stop.set_result(number)


@contextlib.asynccontextmanager
async def _watching(server: Server, writer: LogWriter, file: Path | None, log_format: str) -> AsyncIterator[None]:
    if file is None:
        yield
        return
    watch = ScenarioWatch(
        file, server.sandboxes, lambda message: writer.write(watch_line(message, log_format) + "\n")
    )
    task = asyncio.create_task(watch.run(), name=f"watch {file}")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _fill_standard_streams() -> None:
    """Open the standard streams that are closed, on nothing: a socket with such a number would end uvloop."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= LAST_STANDARD_STREAM:
        pass
    os.close(descriptor)


def _allow_files(connections: int) -> None:
    """Let the process have a socket for each connection and as many callbacks, as far as the system allows."""
    try:
        import resource  # noqa: PLC0415 (not on Windows, which has no such limit)

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = 2 * connections + FILES_BESIDE
        if hard != resource.RLIM_INFINITY:
            wanted = min(wanted, hard)
        if wanted > soft != resource.RLIM_INFINITY:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (ImportError, OSError, ValueError):  # then the system's limit is the limit
        return


def _introduction(server: Server) -> str:
    """The next things that a person needs: the key, the clock, the first request."""
    account, clock = server.sandbox.first_account, server.sandbox.clock
    documented = account.api_key == DOCUMENTED_KEY
    key = account.api_key if documented else masked_key(account.api_key)  # it may be a real one, in the log of a CI
    flow = f"{clock.rate:g} simulated seconds a second" if clock.rate else "paused; POST /_fakefax/clock/advance"
    document_id = next(iter(account.documents), 10)
    fields = (
        f"api_key={account.api_key if documented else 'YOUR_KEY'}&fax_number=+123456789&document_id={document_id}"
    )
    reachable = _reachable(server)
    secure = [("https", f"{server.tls_url}   run `fakefax ca` to trust it")] if server.tls_url else []
    facts = (
        ("page", f"{reachable}/_fakefax/"),
        *secure,
        *(("state", line) for line in server.state_told),
        ("api_key", f"{key}   balance {as_text(account.ledger.balance)}"),
        ("clock", f"{clock.now:%Y-%m-%d %H:%M:%S}, {flow}"),
        (
            "callback",
            masked_urls(account.callback_url or "") or "none; receipts are only journaled. Set --callback-url",
        ),
        ("try", f"curl -i '{reachable}/api/v2/fax?{fields}'"),
        *([("advice", ADVICE)] if server.is_open else []),
    )
    return "\n".join(f"  {name.ljust(9)} {value}" for name, value in facts)
