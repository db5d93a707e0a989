"""Ports: taking one, with or without TLS, and saying why that did not work."""

import asyncio
import contextlib
import errno
import os
import socket
import ssl

from aiohttp import web

from fakefax.core.real_time import breathe
from fakefax.values.errors import CannotListen as CannotListen  # noqa: PLC0414

BACKLOG = 1024
"""Connections that the system keeps until they are taken; it may keep fewer."""

AT_ONCE = 128
"""Connections that are taken before the earlier ones are listened to again."""

STEPS_OF_AN_ACCEPT = 3
"""Turns of the event loop after which a connection that was being accepted is one that can be closed."""

HANDSHAKE_TIMEOUT = 10.0
"""Real seconds that a client may take to begin to speak TLS."""


async def listen(
    runner: web.AppRunner,
    host: str,
    port: int,
    *,
    context: ssl.SSLContext | None = None,
    flag: str = "--port",
    sock: socket.socket | None = None,
) -> int:
    """Serve what the runner has at an address; the port that was taken. `flag` is what chose the port.

    With `sock`, a bound socket, it is that one's address. Raises CannotListen when the address is taken or is none
    of this machine's.
    """
    site = _Site(runner, host, port, context, sock)
    try:
        await site.start()
    except (OSError, OverflowError, UnicodeError) as error:
        raise CannotListen(_why(error, f"{host}:{port}", flag)) from None
    return site.port


class _Site(web.BaseSite):
    """aiohttp's own, but for the time that a TLS handshake may take, and an end without half a connection."""

    def __init__(
        self,
        runner: web.AppRunner,
        host: str,
        port: int,
        context: ssl.SSLContext | None,
        sock: socket.socket | None,
    ) -> None:
        super().__init__(runner, ssl_context=context, backlog=AT_ONCE)
        self._socket = sock
        self._listening: asyncio.Server | None = None
        self._host = host
        self.port = port

    @property
    def name(self) -> str:
        return f"{'https' if self._ssl_context else 'http'}://{self._host}:{self.port}"

    async def start(self) -> None:
        await super().start()
        protocols = self._runner.server
        assert protocols is not None  # the runner was set up, which BaseSite has seen to
        place = {"host": self._host, "port": self.port} if self._socket is None else {"sock": self._socket}
        listening = await asyncio.get_running_loop().create_server(
            protocols,
            **place,
            ssl=self._ssl_context,
            backlog=self._backlog,
            ssl_handshake_timeout=HANDSHAKE_TIMEOUT if self._ssl_context else None,
        )
        self._server = self._listening = listening
        for taken in listening.sockets:
            with socket.socket(fileno=os.dup(taken.fileno())) as same:
                same.listen(BACKLOG)  # for asyncio the two numbers are one
        self.port = listening.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Accept no more, let what was being accepted become connections, and close.

        asyncio (seen with 3.11) loses a connection that is accepted in the very turn in which its server is closed:
        it stays open, and nobody answers.
        """
        loop = asyncio.get_running_loop()
        for sock in self._listening.sockets if self._listening else ():
            with contextlib.suppress(NotImplementedError):  # Windows
                loop.remove_reader(sock)
        for _ in range(STEPS_OF_AN_ACCEPT):
            await breathe()
        await super().stop()


def _why(error: Exception, address: str, flag: str) -> str:
    if not isinstance(error, OSError) or error.errno is None:
        return f"cannot listen on {address}: {error}"
    if error.errno == errno.EADDRINUSE:
        return f"cannot listen on {address}: the port is in use; give another {flag}, or 0 for a free one"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"cannot listen on {address}: this machine has no such address; give another --host"
    if isinstance(error, socket.gaierror):
        return f"cannot listen on {address}: the host name is not known; give another --host"
    return f"cannot listen on {address}: {os.strerror(error.errno)}"
