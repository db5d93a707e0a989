"""A load generator that can send an exact number or keep a pace; `python -m benchmarks.generator ORDER`.

Lean, so that it can stand in where wrk is missing: it cuts answers by their length and decodes nothing.
"""

import asyncio
import json
import re
import sys
import time
from typing import Any

from benchmarks.peer import Send
from benchmarks.running import HOST

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
LAST = re.compile(rb"HTTP/1\.0|\r\nconnection: *close", re.IGNORECASE)
PARALLEL_AT_PACE = 128
"""Requests under way at most when a pace is kept."""


class Sends:
    """Counts sends and responses. `pace` is sends a second; without it, each waits for the last."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.send = Send(**order["send"])
        self.host, self.port = f"{HOST}:{order['port']}", order["port"]
        self.pace: float | None = order.get("pace")
        self.workers = PARALLEL_AT_PACE if self.pace else order["connections"]
        self.expected = re.compile(rb"HTTP/1\.[01] %d " % self.send.status)
        self.errors = 0
        self.latencies: list[float] = []
        self._begin = time.perf_counter()
        self._first_number = order.get("first_number", 0)
        self._count = order.get("count", sys.maxsize)
        self._seconds = order["seconds"]
        self._taken = 0

    async def take(self) -> bytes | None:
        """The next request when it is due, or None when there is none or the time is up."""
        slot = self._taken
        if slot >= self._count or time.perf_counter() > self._begin + self._seconds:
            return None
        self._taken += 1
        if self.pace:
            await asyncio.sleep(max(0.0, self._begin + slot / self.pace - time.perf_counter()))
        return self.send.bytes(self._first_number + slot, self.host)


class Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self) -> None:
        self._buffer = b""
        self._answer: asyncio.Future[bytes] | None = None
        self.usable = False

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.usable = True

    async def ask(self, request: bytes) -> bytes:
        """The whole answer. Raises ConnectionError when there is none."""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if not found or not (len(body) >= int(length[1]) if length else body.endswith(b"0\r\n\r\n")):
            return
        if LAST.search(head):
            self.close()
        answer, self._buffer = self._buffer, b""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)

    def connection_lost(self, error: Exception | None) -> None:
        self.usable = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error or ConnectionResetError("closed without an answer"))

    def close(self) -> None:
        self.usable = False
        self._transport.close()


async def _work(sends: Sends) -> None:
    """One after the other on a connection, and on a new one when the peer closes it."""
    loop = asyncio.get_running_loop()
    connection: Connection | None = None
    while (request := await sends.take()) is not None:
        since = time.perf_counter()
        try:
            if connection is None or not connection.usable:
                _, connection = await loop.create_connection(Connection, HOST, sends.port)
            answer = await connection.ask(request)
            sends.errors += sends.expected.match(answer) is None
        except OSError:
            sends.errors += 1
            connection = None
        sends.latencies.append(time.perf_counter() - since)
    if connection is not None and connection.usable:
        connection.close()


async def generate(order: dict[str, Any]) -> Sends:
    """Carry out an order."""
    sends = Sends(order)
    await asyncio.gather(*(_work(sends) for _ in range(sends.workers)))
    return sends


def main() -> None:
    begin = time.perf_counter()
    sends = asyncio.run(generate(json.loads(sys.argv[1])))
    latencies = sorted(sends.latencies) or [0.0]
    told = {
        "requests": len(sends.latencies),
        "seconds": time.perf_counter() - begin,
        "errors": sends.errors,
        "p50_ms": latencies[len(latencies) // 2] * 1000,
        "p99_ms": latencies[len(latencies) * 99 // 100] * 1000,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
