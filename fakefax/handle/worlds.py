"""The world that a handle speaks for: a server of its own, a new sandbox of a running one, or an account there."""

from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, Protocol

from fakefax.handle.client import ControlClient
from fakefax.views import AccountView


class Opened(NamedTuple):
    """A world that can be spoken with."""

    client: ControlClient
    api_key: str


class World(Protocol):
    """Something that a `with` block opens and closes."""

    def open(self) -> Opened: ...

    def close(self) -> None: ...


class OwnServer:
    """A server in a thread of this process. Its time is real, whatever freezegun or time-machine patch."""

    def __init__(self, scenario: str, host: str, port: int, callback_timeout: str | float, **values: Any) -> None:
        from fakefax.core.durations import parse_timeout  # noqa: PLC0415 (goes with the next)
        from fakefax.scenario.loader import load_scenario  # noqa: PLC0415 (the server is slow to import)
        from fakefax.scenario.overrides import override  # noqa: PLC0415 (likewise)
        from fakefax.server import Server, ServerOptions  # noqa: PLC0415 (likewise)
        from fakefax.server_thread import LoopThread  # noqa: PLC0415 (likewise)

        options = ServerOptions(host, port, parse_timeout(callback_timeout))
        self._server: Server = Server(load_scenario(scenario), options, amend=partial(override, **values))
        self._thread = LoopThread()
        self._client: ControlClient | None = None

    def open(self) -> Opened:
        self._thread.start()
        try:
            self._thread.run(self._server.start())
            self._client = ControlClient(self._server.url)
            return Opened(self._client, _first_key(self._client))
        except BaseException:
            self._thread.end()
            raise

    def close(self) -> None:
        try:
            if self._client is not None:
                self._client.close()
            self._thread.run(self._server.stop())
        finally:
            self._thread.end()
            if self._client is not None:
                self._client.abort()


class Account:
    """An account of a running fakefax, which stays when the handle goes; without a key the first one."""

    def __init__(self, url: str, api_key: str | None) -> None:
        self._url = url
        self._api_key = api_key
        self._client: ControlClient | None = None

    def open(self) -> Opened:
        self._client = ControlClient(self._url)
        return Opened(self._client, _first_key(self._client, self._api_key))

    def close(self) -> None:
        if self._client is not None:
            self._client.close()


def _first_key(client: ControlClient, api_key: str | None = None) -> str:
    return client.ask("GET", "/account", AccountView, api_key=api_key).api_key


def as_text(value: object) -> object:
    """A setting as JSON says it: amounts and times as text."""
    return value.isoformat() if isinstance(value, datetime) else value
