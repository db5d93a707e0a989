"""The client that makes one attempt at a callback URL, for a whole server."""

import asyncio
import logging
from collections.abc import Mapping
from functools import lru_cache

from fakefax.callbacks.pool import ConnectionPool
from fakefax.callbacks.target import HostUnreachable, Target, TransportError
from fakefax.core.callbacks.callback import Answer
from fakefax.core.errors import clear_tracebacks
from fakefax.core.real_time import real_seconds
from fakefax.values.descriptors import for_callbacks
from fakefax.values.forms import PostedBody
from fakefax.values.urls import localhost_hint, masked_urls

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
        self._target_of = lru_cache(maxsize=MAX_TARGETS)(lambda url: Target(url, host_map or {}))

    async def post(self, url: str, body: PostedBody) -> Answer:
        """Make one attempt as soon as there is room. A failure is an Answer with a reason, never an exception."""
        await self._turn.acquire()
        try:
            started, deadline = real_seconds(), asyncio.get_running_loop().time() + self.timeout
            head, response, failure, hint = b"", None, None, None
            try:
                target = self._target_of(url)
                connection = await self._pool.take(target.origin, deadline)
                try:
                    head = target.request_head(body, keep=self._pool.may_keep(target.origin))
                    response = await connection.request(head, body.content, deadline)
                finally:
                    self._pool.give_back(connection)
            except Exception as error:  # whatever it was, the receipt must be tried again
                failure = self._reason(error, url)
                if self._contained and isinstance(error, HostUnreachable):
                    hint = localhost_hint(target.origin.host)
                clear_tracebacks(error)
            status = None if response is None else response.status
            return Answer(status, failure, real_seconds() - started, hint=hint, head=head, response=response)
        finally:
            self._turn.release()

    def _reason(self, error: Exception, url: str) -> str:
        """The reason why an attempt failed, naming the cause."""
        match error:
            case TransportError():
                return str(error)
            case TimeoutError():
                return f"no answer within {self.timeout:g}s"
            case ValueError():
                return f"the URL cannot be used: {error}"
        log.error("an attempt at %s failed in fakefax itself", masked_urls(url), exc_info=error)
        return f"fakefax itself failed, please report it: {error!r}"

    async def close(self) -> None:
        """Close all connections."""
        self._pool.close()
