"""An event loop in a thread of its own, for a server that synchronous code talks to."""

import asyncio
import contextlib
import socket
import sys
from asyncio import gather, run_coroutine_threadsafe
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError
from contextvars import Context
from threading import Lock, Thread
from typing import Any, TypeVar, TypeVarTuple, Unpack

import fakefax.control.routes  # noqa: F401 (steered at once; a test may later patch what it is made of)
from fakefax.core.real_time import real_seconds
from fakefax.values.errors import NotRunning
from fakefax.values.unpatched import OwnModules, OwnSocket, find_temporary_folder

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

END_TIMEOUT = 30.0
"""Real seconds that the thread gets to end."""


if sys.platform == "win32":
    _Loop = asyncio.ProactorEventLoop
else:
    _Loop = asyncio.SelectorEventLoop


class _RealTimeLoop(_Loop):
    """An event loop whose time is real even where a test has patched `time.monotonic`, and which other threads wake
    even where a test has patched the methods of sockets.
    """

    def __init__(self) -> None:
        super().__init__()
        self._alarm, self._bell = (OwnSocket(fileno=half.detach()) for half in socket.socketpair())
        self._alarm.setblocking(False)
        self._bell.setblocking(False)
        with contextlib.suppress(NotImplementedError):  # Windows, where a loop waits for no readiness
            self.add_reader(self._alarm, self._hear)

    def _hear(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._alarm.recv(4096)

    def call_soon_threadsafe(
        self, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        handle = super().call_soon_threadsafe(callback, *args, context=context)
        with contextlib.suppress(OSError):  # it rings already, or the loop is closed
            self._bell.send(b"x")
        return handle

    def close(self) -> None:
        if not self.is_closed():
            with contextlib.suppress(NotImplementedError):
                self.remove_reader(self._alarm)
            self._alarm.close()
            self._bell.close()
        super().close()

    def time(self) -> float:
        return real_seconds()


class LoopThread:
    """Runs coroutines for other threads. Its time stays real when freezegun or time-machine patch the clock."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None
        self._modules = OwnModules()

    @property
    def running(self) -> bool:
        return self._loop is not None

    def start(self) -> None:
        loop = _RealTimeLoop()
        self._modules.start()
        with contextlib.suppress(OSError):  # nothing can be kept there: an upload is refused with the reason
            find_temporary_folder()
        self._thread = Thread(target=_run_loop, args=(loop,), name="fakefax", daemon=True)
        self._loop = loop
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
        """The result of a coroutine that runs on the loop. Raises NotRunning, also when it ends meanwhile.

        It is cancelled if the caller is interrupted, or after `timeout` real seconds, which raises TimeoutError.
        """
        with self._lock:
            if self._loop is None:
                work.close()
                raise NotRunning
            # In a context of its own: a test may have changed its own, such as the precision of decimal numbers.
            future = Context().run(run_coroutine_threadsafe, work, self._loop)
        try:
            return future.result(timeout)
        except CancelledError:
            raise NotRunning from None
        except BaseException:
            future.cancel()
            raise

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
            self._modules.stop()
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
    await gather(*left, return_exceptions=True)
