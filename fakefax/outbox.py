"""Answers that are ready in the same turn of the event loop are written one right after the other.

To write is to go through the kernel and to wake the client. Between any two requests that costs a fifth of the time
of a send, much of it because what the next one needs has left the processor's caches by then.
"""

import asyncio

MOST = 16
"""Answers that wait for each other, so that the first is never late by more than a moment."""


class Outbox:
    """What the connections of a server have to write by the end of this turn of the event loop."""

    def __init__(self) -> None:
        self._waiting: list[tuple[asyncio.Transport, bytes]] = []

    def put(self, transport: asyncio.Transport, answer: bytes) -> None:
        """Write this before anything else can happen on its connection."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self.flush)
        self._waiting.append((transport, answer))
        if len(self._waiting) >= MOST:
            self.flush()

    def flush(self) -> None:
        """Write what there is now."""
        waiting, self._waiting = self._waiting, []
        for transport, answer in waiting:
            if not transport.is_closing():
                transport.write(answer)
