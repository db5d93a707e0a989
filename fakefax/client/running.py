"""A fakefax that runs, in this process or elsewhere, and makes sandboxes."""

from typing import Any

from fakefax.client.control_client import ControlClient
from fakefax.client.errors import Unreachable
from fakefax.client.fakefax import FakeFax
from fakefax.client.receiver import LOOPBACK
from fakefax.client.sandboxes import NewSandbox, shared_server
from fakefax.schemas import ReadyView


class FakeFaxServer:
    """What the fixture `fakefax_server` gives: one fakefax for the whole run, with as many sandboxes as are wanted.

        def test_two_tenants(fakefax_server):
            with fakefax_server.sandbox(balance="5") as poor, fakefax_server.sandbox(scenario="busy") as unlucky:
                ...

    Without a `url` it starts one in a thread of this process.
    """

    def __init__(
        self, url: str | None = None, *, receiver_host: str = LOOPBACK, callback_timeout: str | float = "10s"
    ) -> None:
        self._own = None if url else shared_server(callback_timeout)
        self._client = None if url is None else ControlClient(url)
        self._receiver_host = receiver_host

    def __enter__(self) -> "FakeFaxServer":
        if self._own is not None:
            self._client = self._own.open().client
        elif self._client is not None:
            try:
                self._client.ask("GET", "/readyz", ReadyView)
            except BaseException:
                self._client.close()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._own is not None:
            self._own.close()
        elif self._client is not None:
            self._client.close()

    @property
    def url(self) -> str:
        """http://HOST:PORT of the server."""
        return self._open_client.url

    @property
    def _open_client(self) -> ControlClient:
        if self._client is None:
            raise Unreachable("this server is not running; use it inside a `with` block")
        return self._client

    def sandbox(self, **settings: Any) -> FakeFax:
        """A sandbox of its own, for a `with` block: paused, with a fresh key, deleted at the end.

        `settings`: scenario, balance, rate, start, seed, callback_url, received_fax_url, rules, verdict.
        """
        verdict = settings.pop("verdict", None)
        world = NewSandbox(self._open_client, {"rate": 0, **settings}, keep=True)
        fakefax = FakeFax._of(world, self._receiver_host)
        if verdict is not None:
            fakefax.verdict = verdict
        return fakefax
