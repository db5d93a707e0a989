"""The client that makes one attempt at a callback URL, for a whole server."""

import asyncio
import logging
from collections.abc import Mapping
from functools import lru_cache

from fakefax.callbacks.pool import ConnectionPool
from fakefax.callbacks.target import HostUnreachable, TransportError, target_of
from fakefax.core.callbacks.callback import Answer
from fakefax.core.errors import clear_tracebacks
from fakefax.core.real_time import real_seconds
from fakefax.values.descriptors import for_callbacks
from fakefax.values.forms import Body
from fakefax.values.urls import masked_urls

log = logging.getLogger(__name__)

MAX_TARGETS = 1000
"""Callback URLs that are parsed once for all attempts; the least used are forgotten."""


class CallbackClient:
    """One HTTP client for all attempts of a server. `timeout` is the real time of one attempt, in seconds.

    `host_map` says where to connect to for a host of a URL; requests still carry the URL's own host. In a container
    (`contained`) the failure of an endpoint on localhost gets a hint. The number of attempts at once is bounded by
    the file descriptors of the process.
    """

    def __init__(
        self, timeout: float = 10.0, *, host_map: Mapping[str, str] | None = None, contained: bool = False
    ) -> None:
        self.timeout = timeout
        self._contained = contained
        self._pool = ConnectionPool()
        self._turn = asyncio.Semaphore(for_callbacks())
        self._target_of = lru_cache(maxsize=MAX_TARGETS)(lambda url: target_of(url, host_map or {}))

    async def post(self, url: str, body: Body) -> Answer:
        """Make one attempt as soon as there is room. A failure is an Answer with a reason, never an exception."""
        async with self._turn:
            return await self._post(url, body)

    async def _post(self, url: str, body: Body) -> Answer:
        started = real_seconds()
        response, failure, hint = None, None, None
        heads: list[bytes] = []
        try:
            deadline = asyncio.get_running_loop().time() + self.timeout
            response = await self._pool.post(self._target_of(url), body, deadline, heads.append)
        except (TransportError, TimeoutError, ValueError) as error:
            failure = self._reason(error)
            if self._contained and isinstance(error, HostUnreachable) and _is_this_machine(error.host):
                hint = _localhost_hint(error.host)
            clear_tracebacks(error)
        except Exception as error:  # whatever it was, the receipt must be tried again
            log.exception("an attempt at %s failed in fakefax itself", masked_urls(url))
            failure = f"fakefax itself failed, please report it: {error!r}"
        return Answer(
            None if response is None else response.status,
            failure,
            real_seconds() - started,
            hint=hint,
            head=heads[0] if heads else b"",
            response=response,
        )

    def _reason(self, error: Exception) -> str:
        """The reason why an attempt failed, naming the cause."""
        if isinstance(error, TimeoutError):
            return f"no answer within {self.timeout:g}s"
        if isinstance(error, ValueError):
            return f"the URL cannot be used: {error}"
        return str(error)

    async def close(self) -> None:
        """Close all connections."""
        self._pool.close()


def _is_this_machine(host: str) -> bool:
    return host.lower().removesuffix(".") in ("localhost", "::1") or host.startswith("127.")


def _localhost_hint(host: str) -> str:
    return (
        f"{host} is the container that fakefax runs in; if your program is elsewhere, use its service name, or "
        f"host.docker.internal for a program on the host, or start with "
        f"--callback-host-map {host}=host.docker.internal"
    )
