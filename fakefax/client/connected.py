"""What every member of the handle needs: the world that is open, and the requests to it."""

from typing import Any, TypeVar

from fakefax.client.control_client import ControlClient
from fakefax.client.errors import NotRunning, Unreachable
from fakefax.client.sandboxes import Opened, World

T = TypeVar("T")


class Connected:
    """Asks the world that is open, and says so when none is."""

    _world: World
    _opened: Opened | None = None

    def _ask(self, method: str, path: str, answer: type[T], body: object = None, **options: Any) -> T:
        client, api_key, _ = self._now_open()
        try:
            return client.ask(method, path, answer, body, api_key=api_key, **options)
        except Unreachable:
            if client.closed:  # another thread has left the block meanwhile
                raise NotRunning from None
            raise

    def _now_open(self) -> Opened:
        if self._opened is None:
            raise NotRunning
        return self._opened

    @property
    def _client(self) -> ControlClient:
        return self._now_open().client

    @property
    def url(self) -> str:
        """http://HOST:PORT of the server."""
        return self._client.url

    @property
    def base_url(self) -> str:
        """What the program under test uses in place of https://fax.to/api/v2.

        app = create_app(faxto_url=fakefax.base_url, faxto_key=fakefax.api_key)
        """
        return f"{self.url}/api/v2"

    @property
    def api_key(self) -> str:
        """The key that the program under test sends with; it leads to this world and no other."""
        return self._now_open().api_key
