"""Event loops: whether one runs in this thread, and how to leave it alone while something blocks."""

import sys
from collections.abc import Callable
from typing import TypeVar

from fakefax.client.errors import UnderEventLoop

T = TypeVar("T")


def refuse_under_loop(member: str) -> None:
    """Raise UnderEventLoop when this thread runs an event loop, which a blocking call would stop."""
    if _under_asyncio() or _under_trio():
        raise UnderEventLoop(member)


async def in_worker_thread(work: Callable[[], T]) -> T:
    """The result of something that blocks, in a thread of the event loop that runs: asyncio's or trio's."""
    if _under_trio():
        import trio  # noqa: PLC0415 (only where it runs already)

        return await trio.to_thread.run_sync(work)
    import asyncio  # noqa: PLC0415 (it runs, or nothing could be awaited)

    return await asyncio.to_thread(work)


def _under_asyncio() -> bool:
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return False
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _under_trio() -> bool:
    trio = sys.modules.get("trio")
    if trio is None:
        return False
    try:
        trio.lowlevel.current_task()
    except RuntimeError:
        return False
    return True
