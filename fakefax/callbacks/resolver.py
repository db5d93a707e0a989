"""Host names, looked up in threads of their own.

A lookup cannot be interrupted, and in one of asyncio's threads it would keep the process from ending.
"""

import asyncio
import contextlib
import socket
from functools import partial
from threading import Thread
from typing import Any

from fakefax.values.unpatched import own_getaddrinfo
from fakefax.values.urls import check_spelling

REMEMBERED = 1.0
"""Real seconds for which the addresses of a host are cached: receipts that are due together look it up once."""

Address = tuple[int, int, int, str, tuple[Any, ...]]
"""As socket.getaddrinfo returns it."""


class Resolver:
    """The addresses of hosts: one lookup serves all concurrent attempts, and is cached for a moment."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int], asyncio.Future[list[Address]]] = {}

    async def addresses(self, host: str, port: int) -> list[Address]:
        """The addresses of a host. Raises OSError for an unknown name, ValueError for an impossible one."""
        check_spelling(host)
        if host.replace(".", "").isdigit():
            return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port))]
        found = self._found.get((host, port))
        if found is None:
            found = self._found[host, port] = look_up(host, port)
            found.add_done_callback(partial(self._expire, host, port))
        return await asyncio.shield(found)

    def forget(self, host: str, port: int) -> None:
        """Look the host up anew next time: it may have moved."""
        self._found.pop((host, port), None)

    def _expire(self, host: str, port: int, found: asyncio.Future[list[Address]]) -> None:
        seconds = REMEMBERED if found.exception() is None else 0
        found.get_loop().call_later(seconds, self.forget, host, port)


def look_up(host: str, port: int, family: int = socket.AF_UNSPEC) -> asyncio.Future[list[Address]]:
    """Ask the system for the addresses of a host, in a thread."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[Address]] = loop.create_future()

    def ask() -> None:
        try:
            report = partial(found.set_result, [*own_getaddrinfo(host, port, family, socket.SOCK_STREAM)])
        except (OSError, ValueError) as error:
            report = partial(found.set_exception, error)
        with contextlib.suppress(RuntimeError):  # the loop is closed, so nothing waits for the result
            loop.call_soon_threadsafe(lambda: found.done() or report())

    Thread(target=ask, daemon=True).start()
    return found
