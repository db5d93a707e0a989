"""The outside observer of the torture test: a process of its own, with its own record of every answer.

    python -m tests.state.observer PORT_OF_FAKEFAX SEED RECORD

It sends faxes, uploads files, asks for statuses and lets receipts come, half of which it refuses. In the end
it writes its record as JSON. What it was not answered it does not ask again.
"""

import asyncio
import hashlib
import json
import random
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

KEY = "f@x2r0ckkz"
SENDERS = 6
UPLOADERS = 1
ASKERS = 2


class Record:
    """Everything that was answered, and everything that was posted."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.unanswered: list[str] = []
        self.refused: list[str] = []
        self.failed: list[str] = []
        self.uploaded: dict[str, str] = {}
        self.deleted: list[str] = []
        self.posts: dict[str, list[tuple[float, int]]] = defaultdict(list)
        self.acknowledged: dict[str, float] = {}
        self.clock: list[str] = []


class Observer:
    def __init__(self, base: str, seed: int) -> None:
        self.record = Record()
        self._base = base
        self._random = random.Random(seed)
        self._numbers = iter(range(1_000_000))
        self._documents = [10]
        self.refuses = 0.5

    async def receive(self, request: web.Request) -> web.Response:
        """A receipt: half of them are refused with 503."""
        form = await request.post()
        status = 503 if self._random.random() < self.refuses else 200
        self.record.posts[str(form["fax_job_id"])].append((time.monotonic(), status))
        return web.Response(status=status)

    async def work(self, session: aiohttp.ClientSession) -> None:
        jobs = [self._send] * SENDERS + [self._upload] * UPLOADERS + [self._ask] * ASKERS
        await asyncio.gather(*(self._again_and_again(job, session) for job in jobs))

    async def _again_and_again(self, job: Any, session: aiohttp.ClientSession) -> None:
        while True:
            try:
                await job(session)
            except (aiohttp.ClientError, OSError, TimeoutError):
                await asyncio.sleep(0.02)
            await asyncio.sleep(self._random.random() * 0.01)

    async def _send(self, session: aiohttp.ClientSession) -> None:
        number = f"+1555{next(self._numbers):07}"
        document = self._random.choice(self._documents)
        self.record.unanswered.append(number)
        status, answer = await self._ask_for(
            session, "POST", "/api/v2/fax", params={"fax_number": number, "document_id": str(document)}
        )
        self.record.unanswered.remove(number)
        if status == 200:
            kept = {name: answer[name] for name in ("fax_job_id", "cost", "user_cash_balance")}
            self.record.sent.append({**kept, "fax_number": number, "document_id": document, "at": time.monotonic()})
        else:
            self.record.refused.append(f"{number}: {status} {answer}")

    async def _upload(self, session: aiohttp.ClientSession) -> None:
        await asyncio.sleep(0.05)
        content = f"page {self._random.random()}\n".encode()
        form = aiohttp.FormData()
        form.add_field("file", content, filename="letter.txt")
        status, answer = await self._ask_for(session, "POST", "/api/v2/files", data=form)
        if status == 200:
            document_id = answer["document_id"]
            self.record.uploaded[str(document_id)] = hashlib.sha256(content).hexdigest()
            self._documents.append(document_id)

    async def _ask(self, session: aiohttp.ClientSession) -> None:
        _, clock = await self._ask_for(session, "GET", "/_fakefax/clock")
        self.record.clock.append(clock["now"])
        if self.record.sent:
            job = self._random.choice(self.record.sent)["fax_job_id"]
            _, fax = await self._ask_for(session, "GET", f"/_fakefax/faxes/{job}")
            if fax["receipt"] == "acknowledged":
                self.record.acknowledged.setdefault(str(job), time.monotonic())

    async def _ask_for(
        self, session: aiohttp.ClientSession, method: str, path: str, **rest: Any
    ) -> tuple[int, dict[str, Any]]:
        headers = {"api_key": KEY}
        async with session.request(method, self._base + path, headers=headers, **rest) as answer:
            return answer.status, await answer.json()


async def main(port: str, seed: str, record: str) -> None:
    observer = Observer(f"http://127.0.0.1:{port}", int(seed))
    app = web.Application()
    app.router.add_post("/faxto", observer.receive)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    timeout = aiohttp.ClientTimeout(total=20)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        reported = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reported), sys.stdin
        )
        await reported.readline()
        work = asyncio.create_task(observer.work(session))
        await reported.readline()  # no more load; the receipts that are left are accepted
        work.cancel()
        (ended,) = await asyncio.gather(work, return_exceptions=True)
        observer.record.failed += [] if isinstance(ended, asyncio.CancelledError) else [repr(ended)]
        observer.refuses = 0.0
        print("quiet", flush=True)
        await reported.readline()
    await runner.cleanup()
    await asyncio.to_thread(Path(record).write_text, json.dumps(vars(observer.record)), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
