"""Posts receipts and received faxes to callback URLs, and says of each attempt what came of it.

A CallbackClient serves a whole server. A Dispatcher serves one sandbox: it owns the tasks that post, holds the
sandbox's clock while they do, and drops them when the sandbox is closed.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple, cast
from urllib.parse import urlsplit

from fakefax.callbacks.container import is_this_machine, localhost_hint
from fakefax.callbacks.errors import NoAnswer, Unreachable
from fakefax.callbacks.pool import Connections
from fakefax.callbacks.target import place_of
from fakefax.core.callbacks.callback import Answer
from fakefax.core.clock import Clock
from fakefax.core.errors import clear_tracebacks
from fakefax.core.real_time import real_seconds
from fakefax.core.timers import Hold
from fakefax.values.forms import Body
from fakefax.values.urls import masked_urls

log = logging.getLogger(__name__)

MOST_PLACES = 1000
"""Callback URLs that are taken apart once for all attempts; when there are more, the least used are forgotten."""

PARALLEL_PER_ENDPOINT = 64
"""Attempts of one sandbox in flight at one host and port, so that many faxes do not overrun a small endpoint."""


class CallbackClient:
    """One HTTP client for all attempts. `timeout` is the real time of one attempt, in seconds.

    `host_map` says where a host of a URL really is; the endpoint still hears the URL's own host. In a container
    (`contained`) an endpoint on localhost that cannot be reached gets a hint.
    """

    def __init__(
        self, timeout: float = 10.0, *, host_map: Mapping[str, str] | None = None, contained: bool = False
    ) -> None:
        self.timeout = timeout
        self._contained = contained
        self._connections = Connections()
        self._place_of = lru_cache(maxsize=MOST_PLACES)(lambda url: place_of(url, host_map or {}))

    async def post(self, url: str, body: Body) -> Answer:
        """One attempt; whatever goes wrong is an Answer with its reason, never an exception."""
        started = real_seconds()
        status_code, failure, hint = None, None, None
        try:
            deadline = asyncio.get_running_loop().time() + self.timeout
            status_code = await self._connections.post(self._place_of(url), body, deadline)
        except (NoAnswer, TimeoutError, ValueError) as error:
            failure = self._reason(error)
            if self._contained and isinstance(error, Unreachable) and is_this_machine(error.host):
                hint = localhost_hint(error.host)
            clear_tracebacks(error)
        except Exception as error:  # whatever it was, the receipt must live on
            log.exception("an attempt at %s failed in fakefax itself", masked_urls(url))
            failure = f"fakefax itself failed, please report it: {error!r}"
        return Answer(status_code, failure, real_seconds() - started, hint=hint)

    def _reason(self, error: Exception) -> str:
        """Why an attempt failed, in words that name the cause."""
        if isinstance(error, TimeoutError):
            return f"no answer within {self.timeout:g}s"
        if isinstance(error, ValueError):
            return f"the URL cannot be used: {error}"
        return str(error)

    async def close(self) -> None:
        """End all connections."""
        self._connections.close()


class _Attempt(NamedTuple):
    url: str
    body: Body
    done: Callable[[Answer], None]
    hold: Hold


class _Line:
    """The attempts at one endpoint: how many are in flight, and which wait for their turn."""

    __slots__ = ("in_flight", "waiting")

    def __init__(self) -> None:
        self.in_flight = 0
        self.waiting: deque[_Attempt] = deque()


class Dispatcher:
    """Runs the attempts of one sandbox in the background."""

    def __init__(self, client: CallbackClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._lines: dict[str, _Line] = {}
        self._closed = False

    def post(self, name: str, url: str, body: Body, done: Callable[[Answer], None]) -> None:
        """Start an attempt and call `done` with what came of it; time is held until then."""
        if self._closed:
            return
        endpoint = urlsplit(url).netloc
        attempt = _Attempt(url, body, done, self._clock.hold(name))
        line = self._lines.get(endpoint)
        if line is None:
            line = self._lines[endpoint] = _Line()
        if line.in_flight == PARALLEL_PER_ENDPOINT:
            line.waiting.append(attempt)
        else:
            line.in_flight += 1
            work = self._carry_out_all(endpoint, line, attempt)
            self._tasks.add(asyncio.get_running_loop().create_task(work, name=name))

    def stop(self) -> None:
        """Start nothing more, and drop what is in flight: nothing of it is reported any more."""
        if not self._closed:
            self._closed = True
            for line in self._lines.values():
                line.waiting.clear()
            for task in self._tasks:
                task.cancel()

    async def close(self) -> None:
        """Stop, and return when what was in flight is gone."""
        self.stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _carry_out_all(self, endpoint: str, line: _Line, attempt: _Attempt | None) -> None:
        """Make an attempt, and then those that wait in its line."""
        try:
            while attempt is not None:
                await self._carry_out(attempt)
                attempt = line.waiting.popleft() if line.waiting else None
        finally:
            line.in_flight -= 1
            if not line.in_flight:
                self._lines.pop(endpoint, None)
            self._tasks.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    async def _carry_out(self, attempt: _Attempt) -> None:
        with attempt.hold:
            answer = await self._client.post(attempt.url, attempt.body)
            if self._closed:
                return
            try:
                attempt.done(answer)
            except Exception:
                log.exception("%s: its answer could not be recorded", attempt.hold.name)
