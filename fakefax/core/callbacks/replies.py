"""Sends whose answer waits until the first attempt at their receipt is over."""

import asyncio

from fakefax.core.callbacks.callback import Notice


class Replies:
    """The answers that wait. What they wait for is real work, so the wait takes real time."""

    def __init__(self) -> None:
        self._waiting: dict[int, asyncio.Future[None]] = {}

    async def wait(self, notice: Notice, seconds: float) -> None:
        """Return when no attempt at a notice is in flight any more, or after so many real seconds."""
        if not notice.in_flight:
            return
        over = self._waiting.setdefault(id(notice), asyncio.get_running_loop().create_future())
        await asyncio.wait([over], timeout=seconds)
        self._waiting.pop(id(notice), None)

    def release(self, notice: Notice) -> None:
        """Let the answer that waits for this notice go out."""
        over = self._waiting.pop(id(notice), None) if self._waiting else None
        if over is not None and not over.done():
            over.set_result(None)

    def close(self) -> None:
        """Let all of them go out; what they wait for will not come any more."""
        for over in self._waiting.values():
            if not over.done():
                over.set_result(None)
        self._waiting.clear()
