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
        self._waiting: dict[asyncio.Transport, bytes] = {}

    def __contains__(self, transport: asyncio.Transport) -> bool:
        """Whether something waits to be written there."""
        return transport in self._waiting

    def put(self, transport: asyncio.Transport, answer: bytes) -> None:
        """Write this soon. Who writes to the connection without this outbox has to flush it first."""
        waiting = self._waiting
        if not waiting:
            asyncio.get_running_loop().call_soon(self.flush)
        waiting[transport] = waiting.get(transport, b"") + answer
        if len(waiting) >= MOST:
            self.flush()

    def flush(self) -> None:
        """Write what there is now."""
        waiting, self._waiting = self._waiting, {}
        for transport, answer in waiting.items():
            if not transport.is_closing():
                transport.write(answer)
