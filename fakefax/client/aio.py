"""Async code: calls that would block an event loop are refused under one, and can be awaited through `aio`."""

import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from fakefax.client.errors import UnderEventLoop

if TYPE_CHECKING:
    from pathlib import Path

    from fakefax.client.fakefax import FakeFax
    from fakefax.client.sandbox_client import Span
    from fakefax.client.snapshots import SavedSnapshot
    from fakefax.schemas import AdvanceView, JournalEntry

P = ParamSpec("P")
T = TypeVar("T")


class Aio:
    """`await fakefax.aio.advance("1m")`, under asyncio, trio or anyio."""

    def __init__(self, fax: "FakeFax") -> None:
        self._fax = fax

    async def advance(self, by: "Span", *, budget: str | float = "30s") -> "AdvanceView":
        """`FakeFax.advance` while the event loop runs on."""
        return await self.run(self._fax.advance, by, budget=budget)

    async def advance_to(self, time: str | datetime, *, budget: str | float = "30s") -> "AdvanceView":
        """`FakeFax.advance_to` while the event loop runs on."""
        return await self.run(self._fax.advance_to, time, budget=budget)

    async def run_until_idle(self, *, within: "Span" = "168h", budget: str | float = "30s") -> "AdvanceView":
        """`FakeFax.run_until_idle` while the event loop runs on."""
        return await self.run(self._fax.run_until_idle, within=within, budget=budget)

    async def wait_for(
        self,
        kind: str,
        *,
        count: int = 1,
        after: int = 0,
        timeout: str | float = "10s",  # noqa: ASYNC109 (fakefax itself waits)
        **fields: object,
    ) -> "JournalEntry":
        """`FakeFax.wait_for` while the event loop runs on."""
        return await self.run(self._fax.wait_for, kind, count=count, after=after, timeout=timeout, **fields)

    async def reset(self) -> None:
        """`FakeFax.reset` while the event loop runs on."""
        await self.run(self._fax.reset)

    async def snapshot(self, *, keys: bool = True) -> "SavedSnapshot":
        """`FakeFax.snapshot` while the event loop runs on."""
        return await self.run(self._fax.snapshot, keys=keys)

    async def restore(self, saved: "SavedSnapshot | str | Path") -> None:
        """`FakeFax.restore` while the event loop runs on."""
        await self.run(self._fax.restore, saved)

    async def run(self, member: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Any other member: `await fakefax.aio.run(fakefax.assert_acknowledged)`."""
        return await in_worker_thread(partial(member, *args, **kwargs))


def refuse_under_loop(member: str) -> None:
    """Raise UnderEventLoop when this thread runs an event loop, which a blocking call would stop."""
    if _under_asyncio() or _under_trio():
        raise UnderEventLoop(member)


async def in_worker_thread(work: Callable[[], T]) -> T:
    """Run blocking work in a worker thread of the running event loop, asyncio's or trio's."""
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
