"""Checks large scenarios and rules in a thread.

The event loop answers others and hears signals meanwhile.
"""

import asyncio
import contextlib
from collections.abc import Callable
from threading import Thread
from typing import TypeVar, cast

T = TypeVar("T")

SMALL = 8 * 1024
"""Bytes that are checked at once: a thread would cost more than that."""

MAX_WAITING = 32
"""Bodies that wait for their turn; each takes up to a megabyte."""


class TooManyChecks(Exception):
    """Too many large bodies wait to be checked; the message says what to do."""


class Checking:
    """Checks bodies, a large one at a time. Use it on one event loop.

    Its threads are daemons: a server that stops does not wait for them.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def run(self, size: int, work: Callable[[], T]) -> T:
        """What `work` returns or raises; it is done in a thread for a body of more than `SMALL` bytes.

        Raises TooManyChecks.
        """
        if size <= SMALL:
            return work()
        if self._waiting >= MAX_WAITING:
            raise TooManyChecks(
                f"{MAX_WAITING} scenarios or rules wait to be checked; try again when others are done"
            )
        self._waiting += 1
        try:
            await self._turn.acquire()
        finally:
            self._waiting -= 1
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        try:
            Thread(target=self._work, args=(asyncio.get_running_loop(), future, work), daemon=True).start()
        except BaseException:
            self._turn.release()
            raise
        return await future

    def _work(self, loop: asyncio.AbstractEventLoop, future: "asyncio.Future[T]", work: Callable[[], T]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed; nobody waits any more
            loop.call_soon_threadsafe(self._settle, future, *_outcome(work))

    def _settle(self, future: "asyncio.Future[T]", result: T | None, error: BaseException | None) -> None:
        self._turn.release()
        if future.done():
            return
        if error is None:
            future.set_result(cast("T", result))
        else:
            future.set_exception(error)


def _outcome(work: Callable[[], T]) -> tuple[T | None, BaseException | None]:
    try:
        return work(), None
    except BaseException as error:  # whatever it is, the request is answered with it
        return None, error
