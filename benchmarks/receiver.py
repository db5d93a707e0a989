"""The callback endpoint, a process of its own: `python -m benchmarks.receiver PORT STATUS`.

It answers every POST with STATUS and keeps when each came; `GET /` tells it. It says that it keeps connections, as
nginx, Node.js and gunicorn do. Lean, so that it is no bottleneck.
"""

import asyncio
import contextlib
import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.running import HOST, PeerFailed, end, free_port

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
JOB = re.compile(rb"fax_job_id=(\d+)")
QUIET = 1.0
"""Real seconds without a callback after which no more are expected."""


@dataclass(frozen=True)
class Received:
    """Callbacks so far: how many, when the first and the last came (time.monotonic), and each with its id."""

    count: int
    first: float
    last: float
    calls: list[tuple[int, float]]


class Receiver:
    """The endpoint as the suite sees it."""

    def __init__(self, port: int) -> None:
        self._origin = f"http://{HOST}:{port}/"
        self.url = self._origin + "receipts"

    def received(self, calls: bool = False) -> Received:
        with urllib.request.urlopen(self._origin + ("calls" if calls else "")) as answer:
            return Received(**json.load(answer))

    def until_quiet(self, within: float) -> Received:
        """The requests that arrived until the stream stopped, or within `within` real seconds."""
        deadline = time.monotonic() + within
        before = self.received()
        while time.monotonic() < deadline:
            time.sleep(QUIET / 2)
            now = self.received()
            if now.count == before.count and time.monotonic() - max(now.last, 0) > QUIET:
                return now
            before = now
        return before


@contextmanager
def receiving(status: int = 200) -> Iterator[Receiver]:
    """Start an endpoint that answers with `status`."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.receiver", str(port), str(status)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        receiver = Receiver(port)
        deadline = time.monotonic() + 10
        while True:
            with contextlib.suppress(OSError):
                receiver.received()
                break
            if time.monotonic() > deadline:
                raise PeerFailed("the callback endpoint did not start")
            time.sleep(0.01)
        yield receiver
    finally:
        end(process)


class _Calls:
    def __init__(self) -> None:
        self.calls: list[tuple[int, float]] = []

    def told(self, *, whole: bool) -> bytes:
        first, last = (self.calls[0][1], self.calls[-1][1]) if self.calls else (0.0, 0.0)
        told = {"count": len(self.calls), "first": first, "last": last, "calls": self.calls if whole else []}
        return json.dumps(told).encode()


class _Endpoint(asyncio.Protocol):
    def __init__(self, calls: _Calls, status: int) -> None:
        self._calls = calls
        self._answer = f"HTTP/1.1 {status} Status\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n".encode()
        self._buffer = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = LENGTH.search(head)
        if length is None and b"chunked" in head.lower() and not body.endswith(b"0\r\n\r\n"):
            return
        if len(body) < (int(length[1]) if length else 0):
            return
        self._buffer = b""
        if head.startswith(b"POST"):
            job = JOB.search(body)
            self._calls.calls.append((int(job[1]) if job else 0, time.monotonic()))
            self._transport.write(self._answer)
        else:
            told = self._calls.told(whole=head.startswith(b"GET /calls"))
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(told), told))


async def _serve(port: int, status: int) -> None:
    calls = _Calls()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Endpoint(calls, status), HOST, port, backlog=1024)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
