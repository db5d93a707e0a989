"""An event loop in a thread of its own, for a server that synchronous code talks to."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from fakefax.core.real_time import real_seconds

T = TypeVar("T")

END_TIMEOUT = 30.0
"""Real seconds that the thread gets to end."""


class LoopThread:
    """Runs coroutines for other threads. Its time is real, whatever freezegun or time-machine patch."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.time = real_seconds  # type: ignore[method-assign]
        self._thread = threading.Thread(target=self._loop.run_forever, name="fakefax", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine that runs on the loop. Raises RuntimeError when the thread is not running."""
        if self._loop is None:
            work.close()
            raise RuntimeError("this FakeFax is not running; use it inside `with FakeFax() as fax:`")
        future: Future[T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result()

    def call(self, function: Callable[[], T]) -> T:
        """The result of a function that is called on the loop, where everything of the server lives."""

        async def call() -> T:
            return function()

        return self.run(call())

    def end(self) -> None:
        """Stop the loop and wait for the thread; doing it again does nothing."""
        loop, self._loop = self._loop, None
        if loop is None or self._thread is None:
            return
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join(END_TIMEOUT)
        loop.close()
