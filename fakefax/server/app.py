"""Both APIs on one port: start, stop, .url."""

import logging
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.http import HttpProcessingError
from msgspec import Struct

from fakefax.api.body import AROUND_A_FILE, BODY_LIMIT
from fakefax.api.operations import vendor_routes
from fakefax.api.reply import Reply
from fakefax.api.routing import HttpRoute
from fakefax.callbacks.client import CallbackClient
from fakefax.control.browsers import Guard
from fakefax.core.ids import ALONE, DocumentIds, FaxJobIds, ReceivingIds, Replica
from fakefax.core.journal import DEFAULT_CAPACITY, Kind
from fakefax.core.real_time import breathe, wall_clock
from fakefax.core.store import DEFAULT_FAX_LIMIT
from fakefax.documents.limits import DEFAULT_FILE_LIMITS, FileLimits
from fakefax.documents.pool import FilePool
from fakefax.sandbox.keeping import StateOptions
from fakefax.sandbox.keys import Keys
from fakefax.sandbox.registry import DEFAULT_LIMITS, Limits, Sandboxes
from fakefax.sandbox.remote_files import FETCH_TIMEOUT, Allowed, RemoteFiles, RemoteFilesFrom
from fakefax.sandbox.sandbox import Sandbox
from fakefax.sandbox.services import Equip, SharedServices, Transform, as_they_are, identity
from fakefax.sandbox.uploads import STORAGE_LIMIT, UPLOAD_LIMIT, FileServices, UploadsInProgress
from fakefax.scenario.library import Library
from fakefax.scenario.schema import Scenario
from fakefax.server.handler import Handler
from fakefax.server.limits import DEFAULT_CONNECTION_LIMITS, ConnectionLimits, Connections
from fakefax.server.listener import CannotListen, Listener
from fakefax.values.urls import is_loopback

if TYPE_CHECKING:
    from fakefax.server.tls.context import TlsOptions
    from fakefax.state.database.keeper import Keeper

HEAD_LIMIT = 64 * 1024
"""Bytes of the request line, and of one header."""

SHUTDOWN_TIMEOUT = 0.3
"""Real seconds that a request in progress gets when the server stops."""

KEEPALIVE_BY_AIOHTTP = 1e6
"""Real seconds: the limits of connections close idle ones, long before this."""


class ServerOptions(Struct, frozen=True):
    """The address to listen on, and how. `callback_timeout` is real seconds for one attempt.

    `upload_limit` is of one file, `storage_limit` of all files of a sandbox, in bytes;
    `fetch_timeout` is real seconds for a remote file. `page_limit`, `pixel_limit`, `file_timeout` (real seconds)
    and `file_memory` (bytes) bound the work on one file.

    `client_timeout` is the real seconds that a client may take to send a request or to read its answer, or keep a
    connection idle. `browser_host` has further names under which a browser may come, `browser_origin`
    the origins of pages that may use both APIs. `control_token` is what the control API asks for.

    `callback_host_map` has pairs of a callback URL's host and where that host really is. `contained` says that
    this is a container, which the program that is called back is not in. `sandbox_idle` is real seconds; web
    clients may name the scenarios of `scenarios_dir`. `share` says which ids are its own among replicas.
    `state` has the file that keeps the sandboxes, if one does.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    callback_timeout: float = 10.0
    journal_limit: int = DEFAULT_CAPACITY
    fax_limit: int = DEFAULT_FAX_LIMIT
    upload_limit: int = UPLOAD_LIMIT
    storage_limit: int = STORAGE_LIMIT
    fetch_timeout: float = FETCH_TIMEOUT
    callback_host_map: tuple[tuple[str, str], ...] = ()
    contained: bool = False
    sandbox_limit: int = DEFAULT_LIMITS.sandboxes
    sandbox_idle: float = DEFAULT_LIMITS.idle
    scenarios_dir: Path | None = None
    tls: "TlsOptions | None" = None
    connection_limit: int = DEFAULT_CONNECTION_LIMITS.connections
    client_timeout: float = DEFAULT_CONNECTION_LIMITS.client_timeout
    browser_host: tuple[str, ...] = ()
    browser_origin: tuple[str, ...] = ()
    control_token: str | None = None
    share: Replica = ALONE
    remote_files: RemoteFilesFrom = RemoteFilesFrom.ALL
    page_limit: int = DEFAULT_FILE_LIMITS.pages
    pixel_limit: int = DEFAULT_FILE_LIMITS.pixels
    file_timeout: float = DEFAULT_FILE_LIMITS.seconds
    file_memory: int = DEFAULT_FILE_LIMITS.memory
    state: StateOptions | None = None


DEFAULT_OPTIONS = ServerOptions()


class Server:
    """A fakefax on the running event loop. Use `async with`, or start and stop.

    `sock` is a bound socket to listen on, in place of the address of the options. `transform` adjusts the scenario,
    and any that replaces it later; a ValueError from it is raised here. `pool` looks at the files of several
    servers on one event loop, in place of one of the server's own; its maker closes it.
    `equip` changes the services of the first sandbox: with `equip=recorded` they record it. With `owned`, entries
    about the whole first sandbox have the api_key of its first account, as they do in every other sandbox.
    """

    def __init__(
        self,
        scenario: Scenario,
        options: ServerOptions = DEFAULT_OPTIONS,
        *,
        sock: socket.socket | None = None,
        transform: Transform = identity,
        pool: FilePool | None = None,
        equip: Equip = as_they_are,
        owned: bool = False,
    ) -> None:
        self._scenario = transform(scenario)
        self._equip = equip
        self._owned = owned
        self._transform = transform
        self._socket = sock
        self._options = options
        self._client = self._new_client()
        self._http: web.Server | None = None
        self._handler: Handler | None = None
        self._sandboxes: Sandboxes | None = None
        self._ids = FaxJobIds(options.share)
        self._document_ids = DocumentIds(options.share)
        self._receiving_ids = ReceivingIds(options.share)
        allowed = Allowed(
            options.remote_files, lambda: (address for each in self._listeners for address in each.addresses)
        )
        self._remote = RemoteFiles(options.fetch_timeout, allowed)
        self._given_pool = pool
        self._own_pool: FilePool | None = None
        self._connections: Connections | None = None
        self._keeper: Keeper | None = None
        self._listeners: list[Listener] = []
        self._port = options.port
        self._tls_port: int | None = None

    @property
    def url(self) -> str:
        """http://HOST:PORT, with the port that was really taken."""
        return f"http://{self._host}:{self._port}"

    @property
    def tls_url(self) -> str | None:
        """https://HOST:PORT, when HTTPS is served beside HTTP."""
        return None if self._tls_port is None else f"https://{self._host}:{self._tls_port}"

    def _own_addresses(self) -> list[tuple[str, int]]:
        return [address for listener in self._listeners for address in listener.addresses]

    @property
    def _host(self) -> str:
        """The host in its URLs; a server that listens on every address is reached at this machine's own."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._options.host, self._options.host)  # noqa: S104
        return f"[{host}]" if ":" in host else host

    @property
    def is_open(self) -> bool:
        """Whether other machines may reach the control API without a token."""
        host = self._options.host
        return self._options.control_token is None and not is_loopback(host)

    @property
    def sandboxes(self) -> Sandboxes:
        """The sandboxes of this server. Raises RuntimeError before it is started."""
        if self._sandboxes is None:
            raise RuntimeError("the server has not been started")
        return self._sandboxes

    @property
    def state_told(self) -> list[str]:
        """The findings in the state file, in sentences for the user who has started the server."""
        return [] if self._keeper is None else self._keeper.notes

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox of the scenario that the server was started with."""
        return self.sandboxes.first

    async def start(self) -> None:
        """Listen. Raises CannotListen when an address is taken or none of this machine's, or TLS cannot be had.

        Raises StateRefused, a ValueError, for a state file that cannot be used.
        """
        options = self._options
        if options.state is not None:
            from fakefax.state.database.keeper import Keeper  # noqa: PLC0415 (sqlite3 only with --state)

            self._keeper = Keeper(options.state)
        self._sandboxes = self._make_sandboxes(self._shared_services())
        self._handler = self._make_handler(self._sandboxes)
        self._http = _http_server(self._handler)
        self._connections = Connections(
            ConnectionLimits(options.connection_limit, options.client_timeout), self._record
        )
        try:
            await self._listen(self._http, self._connections)
        except CannotListen:
            await self.stop()
            raise
        if self._keeper is not None:
            self._keeper.go_on()

    def _shared_services(self) -> SharedServices:
        """What all sandboxes share. A pool for files is made, unless one was given."""
        options = self._options
        pool = self._given_pool
        if pool is None:
            pool = self._own_pool = FilePool(
                FileLimits(options.page_limit, options.pixel_limit, options.file_timeout, options.file_memory)
            )
        files = FileServices(
            options.upload_limit,
            options.storage_limit,
            self._document_ids,
            pool,
            UploadsInProgress(options.storage_limit),
        )
        keys: Keys[Sandbox] = Keys(self._scenario.seed, options.share)
        return SharedServices(
            self._client,
            self._ids,
            wall_clock(),
            options.journal_limit,
            self._receiving_ids,
            keys=keys,
            files=files,
            remote=self._remote,
            fax_limit=options.fax_limit,
            keeping=self._keeper,
        )

    def _make_sandboxes(self, services: SharedServices) -> Sandboxes:
        """The first sandbox, or those of the state file."""
        limits = Limits(self._options.sandbox_limit, self._options.sandbox_idle)
        library = Library(self._options.scenarios_dir)
        sandboxes = Sandboxes(
            self._scenario, services, limits, library, self._transform, self._equip, owned=self._owned
        )
        if self._keeper is not None:
            self._keeper.load(sandboxes, services)
        return sandboxes

    def _make_handler(self, sandboxes: Sandboxes) -> Handler:
        """The handler of all requests, with the routes of both APIs and of the page."""
        options = self._options
        upload_limit = max(BODY_LIMIT, options.upload_limit + AROUND_A_FILE)
        routes = vendor_routes(sandboxes, BODY_LIMIT, upload_limit)
        return Handler(sandboxes, self._guard(sandboxes), routes, self._steering_routes, options.client_timeout)

    async def ask(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> tuple[int, bytes] | None:
        """Status and body of a request of the control API without HTTP, for a client in this process.

        `path` begins with `/_fakefax`. None for what is only answered over HTTP, such as what streams.
        """
        from fakefax.control.endpoint import ControlEndpoint, in_process  # noqa: PLC0415 (with the first request)

        if self._handler is None:
            return None
        try:
            endpoint, values = self._handler.route(method, path)
        except web.HTTPException:
            return None
        if not isinstance(endpoint, ControlEndpoint) or endpoint.route.streams:
            return None
        answer = await endpoint.respond(in_process(method, path, query, body, self.url), values)
        return (answer.status, answer.body) if isinstance(answer, Reply) else None

    def _new_client(self) -> CallbackClient:
        options = self._options
        return CallbackClient(
            options.callback_timeout, host_map=dict(options.callback_host_map), contained=options.contained
        )

    def _guard(self, sandboxes: Sandboxes) -> Guard:
        options = self._options
        hosts = frozenset(host.lower() for host in (*options.browser_host, options.host))
        return Guard(sandboxes, hosts, frozenset(options.browser_origin), options.control_token)

    def _steering_routes(self) -> Iterable[HttpRoute]:
        """The routes of the control API and of the page, which a server that is only sent faxes does not load."""
        from fakefax.control.routes import control_routes  # noqa: PLC0415
        from fakefax.page.routes import page_routes  # noqa: PLC0415

        return (*control_routes(self.sandboxes), *page_routes())

    async def _listen(self, http: web.Server, connections: Connections) -> None:
        options = self._options
        context = None
        if options.tls is not None:
            from fakefax.server.tls.context import server_context  # noqa: PLC0415 (only with --tls)
            from fakefax.server.tls.private_files import TlsError  # noqa: PLC0415

            try:
                context = server_context(options.tls, wall_clock())
            except TlsError as error:
                raise CannotListen(str(error)) from None
        plain = Listener(connections, http)
        self._listeners.append(plain)
        self._port = await plain.listen(options.host, options.port, sock=self._socket)
        if options.tls is not None:
            secure = Listener(connections, http, context)
            self._listeners.append(secure)
            self._tls_port = await secure.listen(options.host, options.tls.port, flag="--tls-port")

    async def stop(self) -> None:
        """Stop at once: attempts in flight are dropped, requests in progress get a moment to end."""
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            await listener.close()
        if self._http is not None:
            await breathe()  # requests that have arrived begin before advances in progress end
            await self._close_sandboxes()
            await self._http.shutdown(SHUTDOWN_TIMEOUT)
            self._http = self._handler = None
        if self._connections is not None:
            self._connections.close()
            self._connections = None
        await self._client.close()
        self._client = self._new_client()  # for the next start
        await self._remote.close()
        if self._own_pool is not None:
            await self._own_pool.close()
        if self._keeper is not None:
            self._keeper.close()

    def _record(self, kind: Kind, detail: dict[str, object]) -> None:
        self.sandboxes.first.record(kind, detail)

    async def _close_sandboxes(self) -> None:
        """Close all sandboxes after the last connection was accepted. Advances in progress end."""
        if self._keeper is not None:
            await self._keeper.stop()
        await self.sandboxes.close()

    async def __aenter__(self) -> "Server":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()


def _http_server(handler: Handler) -> web.Server:
    """Aiohttp's part: it makes a protocol for each connection, which parses requests and calls the handler."""
    return web.Server(
        handler,
        access_log=None,  # it halves the throughput, and the journal has it all
        logger=_http_log(),
        keepalive_timeout=KEEPALIVE_BY_AIOHTTP,
        lingering_time=0,  # the handler reads the rest of a body
        auto_decompress=False,  # api/body.py unpacks what is admitted, within its limit
        max_line_size=HEAD_LIMIT,
        max_field_size=HEAD_LIMIT,
    )


def _http_log() -> logging.Logger:
    """The logger for aiohttp's errors. Input that is not HTTP is left out, as the journal has it."""
    log = logging.getLogger("fakefax.http")
    log.addFilter(_is_ours)
    return log


def _is_ours(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))
