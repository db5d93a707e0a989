"""One server for all workers of pytest-xdist: its port is open at once, its code is loaded when one connects."""

import contextlib
import select
import socket
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fakefax.client.sandboxes import OwnServer


class OnDemandServer:
    """Listens at once and costs nothing until somebody connects."""

    def __init__(self, callback_timeout: str) -> None:
        self._callback_timeout = callback_timeout
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._wake, self._woken = socket.socketpair()
        self._server: OwnServer | None = None
        self._thread = threading.Thread(target=self._wait, name="fakefax on demand", daemon=True)
        self._thread.start()

    def _wait(self) -> None:
        ready, _, _ = select.select([self._socket, self._woken], [], [])
        if self._woken in ready:
            return
        from fakefax.client.sandboxes import shared_server  # noqa: PLC0415 (only when a test uses fakefax)

        try:
            server = shared_server(self._callback_timeout, self._socket)
            server.open()
        except BaseException:
            self._socket.close()  # waiting clients get an error
            raise
        self._server = server

    def close(self) -> None:
        """End the server, if it was ever needed."""
        with contextlib.suppress(OSError):
            self._wake.send(b"x")
        self._thread.join()
        if self._server is not None:
            self._server.close()
        for sock in (self._wake, self._woken, self._socket):
            sock.close()
