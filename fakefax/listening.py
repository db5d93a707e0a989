"""Ports: taking one, with or without TLS, and saying why that did not work."""

import asyncio
import errno
import os
import socket
import ssl

from aiohttp import web

BACKLOG = 1024
"""Connections that the system keeps until they are taken; it may keep fewer."""

HANDSHAKE_TIMEOUT = 10.0
"""Real seconds that a client may take to begin to speak TLS."""


class CannotListen(Exception):
    """The address cannot be listened on; the message says why and what to do."""


async def listen(
    runner: web.AppRunner, host: str, port: int, *, context: ssl.SSLContext | None = None, flag: str = "--port"
) -> int:
    """Serve what the runner has at an address; the port that was taken. `flag` is what chose the port.

    Raises CannotListen when the address is taken or is none of this machine's.
    """
    site = _Site(runner, host, port, context)
    try:
        await site.start()
    except (OSError, OverflowError, UnicodeError) as error:
        raise CannotListen(_why(error, f"{host}:{port}", flag)) from None
    return site.port


class _Site(web.BaseSite):
    """aiohttp's own, but for the time that a TLS handshake may take."""

    def __init__(self, runner: web.AppRunner, host: str, port: int, context: ssl.SSLContext | None) -> None:
        super().__init__(runner, ssl_context=context, backlog=BACKLOG)
        self._host = host
        self.port = port

    @property
    def name(self) -> str:
        return f"{'https' if self._ssl_context else 'http'}://{self._host}:{self.port}"

    async def start(self) -> None:
        await super().start()
        protocols = self._runner.server
        assert protocols is not None  # the runner was set up, which BaseSite has seen to
        listening = await asyncio.get_running_loop().create_server(
            protocols,
            self._host,
            self.port,
            ssl=self._ssl_context,
            backlog=self._backlog,
            ssl_handshake_timeout=HANDSHAKE_TIMEOUT if self._ssl_context else None,
        )
        self._server = listening
        self.port = listening.sockets[0].getsockname()[1]


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
