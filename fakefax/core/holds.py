"""Holds: the real work, such as a receipt being posted, that simulated time waits for."""

import asyncio
from types import TracebackType


class Hold:
    """One piece of real work in progress; release it when the work is done, however it ended."""

    __slots__ = ("_holds", "name")

    def __init__(self, holds: "Holds", name: str) -> None:
        self._holds = holds
        self.name = name

    def release(self) -> None:
        """Let time go on. Releasing twice does nothing."""
        self._holds.release(self)

    def __enter__(self) -> "Hold":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


class Holds:
    """The holds that are open on one clock, oldest first."""

    def __init__(self) -> None:
        self._open: dict[Hold, None] = {}
        self._all_released: asyncio.Future[None] | None = None

    def __bool__(self) -> bool:
        return bool(self._open)

    @property
    def names(self) -> list[str]:
        return [hold.name for hold in self._open]

    def take(self, name: str) -> Hold:
        hold = Hold(self, name)
        self._open[hold] = None
        return hold

    def release(self, hold: Hold) -> None:
        self._open.pop(hold, None)
        if not self._open:
            self._wake()

    def clear(self) -> None:
        self._open.clear()
        self._wake()

    async def wait(self, seconds: float) -> None:
        """Return when the last one is released, or after so many real seconds, whichever comes first."""
        self._all_released = asyncio.get_running_loop().create_future()
        await asyncio.wait([self._all_released], timeout=seconds)

    def _wake(self) -> None:
        if self._all_released is not None and not self._all_released.done():
            self._all_released.set_result(None)
