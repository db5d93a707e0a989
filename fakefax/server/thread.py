"""An event loop in a thread of its own, for a server that synchronous code talks to."""

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError
from typing import Any, TypeVar

from fakefax.core.real_time import real_seconds
from fakefax.values.errors import NotRunning

T = TypeVar("T")

END_TIMEOUT = 30.0
"""Real seconds that the thread gets to end."""


if sys.platform == "win32":
    _Loop = asyncio.ProactorEventLoop
else:
    _Loop = asyncio.SelectorEventLoop


class _RealTimeLoop(_Loop):
    """An event loop whose time is real even where a test has patched `time.monotonic`."""

    def time(self) -> float:
        return real_seconds()


class LoopThread:
    """Runs coroutines for other threads. Its time stays real when freezegun or time-machine patch the clock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        return self._loop is not None

    def start(self) -> None:
        loop = _RealTimeLoop()
        self._thread = threading.Thread(target=_run_loop, args=(loop,), name="fakefax", daemon=True)
        self._loop = loop
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine that runs on the loop. Raises NotRunning, also when it ends meanwhile."""
        with self._lock:
            if self._loop is None:
                work.close()
                raise NotRunning
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except CancelledError:
            raise NotRunning from None

    def call(self, function: Callable[[], T]) -> T:
        """Call a function in the loop's thread and return its result."""

        async def call() -> T:
            return function()

        return self.run(call())

    def end(self) -> None:
        """Stop the loop and wait for the thread; doing it again does nothing."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is not None and self._thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            self._thread.join(END_TIMEOUT)


def _run_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Run until stopped, then cancel the coroutines that other threads still wait for."""
    loop.run_forever()
    loop.run_until_complete(_cancel_the_rest())
    loop.close()


async def _cancel_the_rest() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
