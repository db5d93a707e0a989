"""The members that block, for async code: each runs in a worker thread and leaves the event loop free."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from fakefax.client.loops import in_worker_thread
from fakefax.schemas import AdvanceView, JournalEntry

if TYPE_CHECKING:
    from fakefax.client.fakefax import FakeFax
    from fakefax.client.time import Span

P = ParamSpec("P")
T = TypeVar("T")


class Aio:
    """`await fakefax.aio.advance("1m")`, under asyncio, trio or anyio."""

    def __init__(self, fax: "FakeFax") -> None:
        self._fax = fax

    async def advance(self, by: "Span", *, budget: str | float = "30s") -> AdvanceView:
        """`FakeFax.advance` while the event loop runs on."""
        return await self.run(self._fax.advance, by, budget=budget)

    async def advance_to(self, time: str | datetime, *, budget: str | float = "30s") -> AdvanceView:
        """`FakeFax.advance_to` while the event loop runs on."""
        return await self.run(self._fax.advance_to, time, budget=budget)

    async def run_until_idle(self, *, within: "Span" = "168h", budget: str | float = "30s") -> AdvanceView:
        """`FakeFax.run_until_idle` while the event loop runs on."""
        return await self.run(self._fax.run_until_idle, within=within, budget=budget)

    async def wait_for(
        self,
        kind: str,
        *,
        count: int = 1,
        after: int = 0,
        timeout: str | float = "10s",  # noqa: ASYNC109 (it is fakefax that waits)
        **fields: object,
    ) -> JournalEntry:
        """`FakeFax.wait_for` while the event loop runs on."""
        return await self.run(self._fax.wait_for, kind, count=count, after=after, timeout=timeout, **fields)

    async def reset(self) -> None:
        """`FakeFax.reset` while the event loop runs on."""
        await self.run(self._fax.reset)

    async def run(self, member: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Any other member: `await fakefax.aio.run(fakefax.assert_acknowledged)`."""
        return await in_worker_thread(partial(member, *args, **kwargs))
