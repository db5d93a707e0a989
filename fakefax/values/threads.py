"""Slow work in a thread, beside the event loop.

Not by asyncio's own executor: its threads would keep the process from ending, and it makes them of
`threading.Thread`, which a test beside the server may have patched.
"""

import asyncio
from collections.abc import Callable
from threading import Thread
from typing import TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")

MAX_THREADS = 6
"""Threads at once, of each event loop."""

_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


async def in_thread(work: Callable[[], T]) -> T:
    """Return or raise as `work` does, in a thread that is not waited for when the process ends."""
    loop = asyncio.get_running_loop()
    async with _turns.setdefault(loop, asyncio.Semaphore(MAX_THREADS)):
        future: asyncio.Future[T] = loop.create_future()
        Thread(target=_carry_out, args=(work, loop, future), daemon=True).start()
        return await future


def _carry_out(work: Callable[[], T], loop: asyncio.AbstractEventLoop, future: asyncio.Future[T]) -> None:
    outcome: Callable[[], object]
    try:
        result = work()
    except BaseException as error:  # whatever it is goes to the coroutine that waits
        failure = error
        outcome = lambda: future.set_exception(failure)  # noqa: E731
    else:
        outcome = lambda: future.set_result(result)  # noqa: E731
    try:
        loop.call_soon_threadsafe(lambda: future.done() or outcome())
    except RuntimeError:  # the loop is closed, so nothing waits for the result
        return
