"""Host names, looked up in threads of their own.

A lookup cannot be interrupted, and one of asyncio's threads keeps the process from ending until it is done.
"""

import asyncio
import contextlib
import socket
import threading
from functools import lru_cache, partial
from ipaddress import IPv4Address
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

REMEMBERED = 10.0
"""Real seconds for which the addresses of a host are taken as they were."""

Address = tuple[int, int, int, str, tuple[Any, ...]]
"""As socket.getaddrinfo says it."""


class Addresses:
    """The addresses of hosts: looked up once for all who ask in the meantime, and remembered for a while."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int], asyncio.Future[list[Address]]] = {}

    async def of(self, host: str, port: int) -> list[Address]:
        """Raises OSError for a name that nobody knows, ValueError for what cannot be one."""
        if host.replace(".", "").isdigit():
            return [_numeric(host, port)]
        found = self._found.get((host, port))
        if found is None:
            found = self._found[host, port] = _look_up(host, port, socket.AF_UNSPEC)
            found.add_done_callback(partial(self._found_out, (host, port)))
        return await asyncio.shield(found)

    def _found_out(self, name: tuple[str, int], found: asyncio.Future[list[Address]]) -> None:
        failed = found.exception() is not None
        found.get_loop().call_later(0 if failed else REMEMBERED, self._found.pop, name, None)


@lru_cache
def _numeric(host: str, port: int) -> Address:
    """An IPv4 address as it stands. The system would take 127.1 or 0177.0.0.1 too, for one that is hardly meant."""
    try:
        return socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (str(IPv4Address(host)), port)
    except ValueError:
        raise ValueError(f"{host} is not a canonical IPv4 address") from None


class Resolver(AbstractResolver):
    """The system's resolver for aiohttp's client, which remembers what it says."""

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
        """Nothing to give back; a lookup under way ends with the process."""


def _look_up(host: str, port: int, family: int) -> asyncio.Future[list[Address]]:
    found: asyncio.Future[list[Address]] = asyncio.get_running_loop().create_future()
    threading.Thread(target=_ask, args=(host, port, family, found), daemon=True).start()
    return found


def _ask(host: str, port: int, family: int, found: asyncio.Future[list[Address]]) -> None:
    try:
        tell = partial(found.set_result, [*socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)])
    except (OSError, ValueError) as error:
        tell = partial(found.set_exception, error)
    with contextlib.suppress(RuntimeError):  # the loop is closed, nobody waits any more
        found.get_loop().call_soon_threadsafe(lambda: found.done() or tell())
