"""Host names, looked up in threads of their own.

A lookup cannot be interrupted, and in one of asyncio's threads it would keep the process from ending.
"""

import asyncio
import contextlib
import socket
import threading
from functools import lru_cache, partial
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from fakefax.values.urls import check_spelling

REMEMBERED = 1.0
"""Real seconds for which the addresses of a host are cached: receipts that are due together look it up once."""

Address = tuple[int, int, int, str, tuple[Any, ...]]
"""As socket.getaddrinfo returns it."""


class Resolver:
    """The addresses of hosts: one lookup serves all concurrent requests, and is cached for a moment."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int], asyncio.Future[list[Address]]] = {}

    async def addresses(self, host: str, port: int) -> tuple[list[Address], bool]:
        """The addresses, and whether they are new. Raises OSError for an unknown name, ValueError for a bad one."""
        check_spelling(host)
        if host.replace(".", "").isdigit():
            return [_numeric(host, port)], True
        found = self._found.get((host, port))
        is_new = found is None or not found.done()
        if found is None:
            found = self._found[host, port] = _look_up(host, port, socket.AF_UNSPEC)
            found.add_done_callback(partial(self._remember, host, port))
        return await asyncio.shield(found), is_new

    def forget(self, host: str, port: int) -> None:
        """Look the host up anew next time."""
        self._found.pop((host, port), None)

    def _remember(self, host: str, port: int, found: asyncio.Future[list[Address]]) -> None:
        seconds = 0 if found.exception() is not None else REMEMBERED
        found.get_loop().call_later(seconds, self._expire, host, port, found)

    def _expire(self, host: str, port: int, found: asyncio.Future[list[Address]]) -> None:
        if self._found.get((host, port)) is found:
            self.forget(host, port)


@lru_cache
def _numeric(host: str, port: int) -> Address:
    return socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port)


class ClientResolver(AbstractResolver):
    """The same lookups for aiohttp's client, which remembers them itself."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address[0],
                port=port,
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, _, protocol, _, address in await _look_up(host, port, family)
        ]

    async def close(self) -> None:
        """Do nothing; a lookup in progress ends with the process."""


def _look_up(host: str, port: int, family: int) -> asyncio.Future[list[Address]]:
    found: asyncio.Future[list[Address]] = asyncio.get_running_loop().create_future()
    threading.Thread(target=_ask, args=(host, port, family, found), daemon=True).start()
    return found


def _ask(host: str, port: int, family: int, found: asyncio.Future[list[Address]]) -> None:
    try:
        report = partial(found.set_result, [*socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)])
    except (OSError, ValueError) as error:
        report = partial(found.set_exception, error)
    with contextlib.suppress(RuntimeError):  # the loop is closed, so nothing waits for the result
        found.get_loop().call_soon_threadsafe(lambda: found.done() or report())
