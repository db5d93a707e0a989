"""Posts the callbacks of one sandbox in the background, and reports the result of each attempt."""

import asyncio
import logging
from asyncio import gather
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable
from typing import cast
from urllib.parse import urlsplit

from fakefax.callbacks.client import CallbackClient
from fakefax.core.callbacks.callback import Answer
from fakefax.core.clock import Clock
from fakefax.core.timers import Hold
from fakefax.values.forms import PostedBody

log = logging.getLogger(__name__)

PARALLEL_PER_ENDPOINT = 64
"""Attempts of one sandbox in flight at one host and port, so that many faxes do not overrun a small endpoint."""

_Attempt = tuple[Hold, str, PostedBody, Callable[[Answer], None]]


class Dispatcher:
    """Owns the tasks that post, holds the sandbox's clock while they do, and drops them when the sandbox is closed.

    Each attempt waits for `before_posting` first, if there is one. If that raises, the attempt is not made.
    """

    def __init__(
        self, client: CallbackClient, clock: Clock, before_posting: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self._client = client
        self._clock = clock
        self._before_posting = before_posting
        self._tasks: set[asyncio.Task[None]] = set()
        self._in_flight: Counter[str] = Counter()
        self._waiting: defaultdict[str, deque[_Attempt]] = defaultdict(deque)
        self._closed = False

    def post(self, what: object, url: str, body: PostedBody, done: Callable[[Answer], None]) -> None:
        """Start an attempt and call `done` with what came of it; time is held until then."""
        if self._closed:
            return
        endpoint = urlsplit(url).netloc
        attempt = (self._clock.hold(what), url, body, done)
        if self._in_flight[endpoint] == PARALLEL_PER_ENDPOINT:
            self._waiting[endpoint].append(attempt)
        else:
            self._in_flight[endpoint] += 1
            work = self._carry_out_all(endpoint, attempt)
            self._tasks.add(asyncio.get_running_loop().create_task(work))

    def stop(self) -> None:
        """Start no more attempts, and drop those in flight without reporting them."""
        if not self._closed:
            self._closed = True
            self._before_posting = None
            self._waiting.clear()
            for task in self._tasks:
                task.cancel()

    async def close(self) -> None:
        """Stop, and return when the last attempt in flight has ended."""
        self.stop()
        await gather(*self._tasks, return_exceptions=True)

    async def _carry_out_all(self, endpoint: str, attempt: _Attempt) -> None:
        """Make an attempt, and then those that wait behind it."""
        try:
            await self._carry_out(*attempt)
            while waiting := self._waiting.get(endpoint):
                await self._carry_out(*waiting.popleft())
        finally:
            self._in_flight[endpoint] -= 1
            if not self._in_flight[endpoint]:
                del self._in_flight[endpoint]
                self._waiting.pop(endpoint, None)
            self._tasks.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    async def _carry_out(self, hold: Hold, url: str, body: PostedBody, done: Callable[[Answer], None]) -> None:
        with hold:
            try:
                if self._before_posting is not None:
                    await self._before_posting()
            except Exception as error:  # whoever raises it knows what to do about it
                log.warning("%s was not made: %s", hold.name, error)
                return
            answer = await self._client.post(url, body)
            try:
                done(answer)
            except Exception:
                log.exception("%s: its answer could not be recorded", hold.name)
