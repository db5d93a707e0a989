"""Host names, looked up in threads of their own.

A lookup cannot be interrupted, and one of asyncio's threads keeps the process from ending until it is done.
"""

import asyncio
import contextlib
import socket
import threading
from functools import partial
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult


class Resolver(AbstractResolver):
    """The system's resolver; the HTTP client remembers what it says, and asks once for many at a time."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        threading.Thread(target=_look_up, args=(host, port, family, found), daemon=True).start()
        return [
            ResolveResult(
                hostname=host,
                host=address[0],
                port=port,
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, _, protocol, _, address in await found
        ]

    async def close(self) -> None:
        """Nothing to give back; a lookup under way ends with the process."""


def _look_up(host: str, port: int, family: int, found: asyncio.Future[list[Any]]) -> None:
    try:
        tell = partial(found.set_result, socket.getaddrinfo(host, port, family, socket.SOCK_STREAM))
    except (OSError, ValueError) as error:
        tell = partial(found.set_exception, error)
    with contextlib.suppress(RuntimeError):  # the loop is closed, nobody waits any more
        found.get_loop().call_soon_threadsafe(lambda: found.done() or tell())
