"""Posts the callbacks of one sandbox in the background, and reports the result of each attempt.

A Dispatcher owns the tasks that post, holds the sandbox's clock while they do, and drops them when the sandbox is
closed.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import NamedTuple, cast
from urllib.parse import urlsplit

from fakefax.callbacks.client import CallbackClient
from fakefax.core.callbacks.callback import Answer
from fakefax.core.clock import Clock
from fakefax.core.timers import Hold
from fakefax.values.forms import Body

log = logging.getLogger(__name__)

PARALLEL_PER_ENDPOINT = 64
"""Attempts of one sandbox in flight at one host and port, so that many faxes do not overrun a small endpoint."""


class _Attempt(NamedTuple):
    url: str
    body: Body
    done: Callable[[Answer], None]
    hold: Hold


class _Queue:
    """The attempts at one endpoint: how many are in flight, and which wait."""

    __slots__ = ("in_flight", "waiting")

    def __init__(self) -> None:
        self.in_flight = 0
        self.waiting: deque[_Attempt] = deque()


class Dispatcher:
    """Runs the attempts of one sandbox in the background.

    Each waits for `ready` first, if there is one; what that raises keeps it from being made.
    """

    def __init__(
        self, client: CallbackClient, clock: Clock, ready: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self._client = client
        self._clock = clock
        self._ready = ready
        self._tasks: set[asyncio.Task[None]] = set()
        self._queues: dict[str, _Queue] = {}
        self._closed = False

    def post(self, name: str, url: str, body: Body, done: Callable[[Answer], None]) -> None:
        """Start an attempt and call `done` with what came of it; time is held until then."""
        if self._closed:
            return
        endpoint = urlsplit(url).netloc
        attempt = _Attempt(url, body, done, self._clock.hold(name))
        queue = self._queues.get(endpoint)
        if queue is None:
            queue = self._queues[endpoint] = _Queue()
        if queue.in_flight == PARALLEL_PER_ENDPOINT:
            queue.waiting.append(attempt)
        else:
            queue.in_flight += 1
            work = self._carry_out_all(endpoint, queue, attempt)
            self._tasks.add(asyncio.get_running_loop().create_task(work, name=name))

    def stop(self) -> None:
        """Start no more attempts, and drop those in flight without reporting them."""
        if not self._closed:
            self._closed = True
            self._ready = None
            for queue in self._queues.values():
                queue.waiting.clear()
            for task in self._tasks:
                task.cancel()

    async def close(self) -> None:
        """Stop, and return when the last attempt in flight has ended."""
        self.stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _carry_out_all(self, endpoint: str, queue: _Queue, attempt: _Attempt | None) -> None:
        """Make an attempt, and then those that wait behind it."""
        try:
            while attempt is not None:
                await self._carry_out(attempt)
                attempt = queue.waiting.popleft() if queue.waiting else None
        finally:
            queue.in_flight -= 1
            if not queue.in_flight:
                self._queues.pop(endpoint, None)
            self._tasks.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    async def _carry_out(self, attempt: _Attempt) -> None:
        with attempt.hold:
            if self._ready is not None and not await self._is_ready(attempt, self._ready):
                return
            answer = await self._client.post(attempt.url, attempt.body)
            if self._closed:
                return
            try:
                attempt.done(answer)
            except Exception:
                log.exception("%s: its answer could not be recorded", attempt.hold.name)

    async def _is_ready(self, attempt: _Attempt, ready: Callable[[], Awaitable[None]]) -> bool:
        """Wait until an attempt may be made; False when it may not be."""
        try:
            await ready()
        except Exception as error:  # whoever raises it knows what to do about it
            log.warning("%s was not made: %s", attempt.hold.name, error)
            return False
        return not self._closed
