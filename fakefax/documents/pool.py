"""The worker processes of one server, and whose turn it is.

They are started when the first file comes, kept, and replaced when one was ended or has grown. A file that takes
too long or too much memory costs its worker and nothing else. Sandboxes take turns, and one alone never has all
workers: files that hang in one sandbox do not delay those of another.
"""

import asyncio
from asyncio import wait
from collections import OrderedDict, deque
from collections.abc import Hashable
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from fakefax.core.real_time import real_seconds
from fakefax.core.receiving.incoming import FaxFile
from fakefax.documents.limits import DEFAULT_FILE_LIMITS, Examined, FileLimits, NotConvertible
from fakefax.documents.process import Ended, Job, NotStarted, Outcome, Worker
from fakefax.values.numbers import format_size

if TYPE_CHECKING:
    from fakefax.documents.fax_sheet import FaxSheet

WORKERS = 3
"""Processes at once."""

WORKERS_OF_ONE_SANDBOX = 2

JOBS_OF_A_WORKER = 500
"""Files after which a worker is replaced, in case a library loses memory."""

START_SECONDS = 20.0
"""Real seconds that a new process may take to start on a busy machine, beside the time for its file."""

CLOSE_SECONDS = 5.0

PAGES_AT_ONCE = 25
"""Pages of a made-up fax that are drawn in one turn, and so within the time for one file."""

PICTURE_CACHE = 16 * 1024**2
"""Bytes of pictures that are kept, in case the same page is asked for again."""


class Looked(Struct, frozen=True):
    """An examined upload: its pages, and what identifies its bytes."""

    examined: Examined
    digest: str


class Dropped(Exception):
    """The sandbox was closed while its file was waiting or looked at."""


class _Task:
    """A file that waits for a worker or is looked at by one."""

    __slots__ = ("content", "deadline", "fields", "future", "owner", "timer", "worker")

    def __init__(self, owner: Hashable, fields: dict[str, Any], content: bytes) -> None:
        self.owner = owner
        self.fields = fields
        self.content = content
        self.future: asyncio.Future[tuple[dict[str, Any], bytes]] = asyncio.get_running_loop().create_future()
        self.worker: Worker | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.deadline: float | None = None


class FilePool:
    """Looks at files in worker processes. Use it on one event loop, and close it."""

    def __init__(self, limits: FileLimits = DEFAULT_FILE_LIMITS, workers: int = WORKERS) -> None:
        self.limits = limits
        self._most = workers
        self._most_of_one = max(1, min(WORKERS_OF_ONE_SANDBOX, workers - 1))
        self._workers: list[Worker] = []
        self._free: list[Worker] = []
        self._at_work: set[_Task] = set()
        self._waiting: OrderedDict[Hashable, deque[_Task]] = OrderedDict()
        self._pictures: OrderedDict[Hashable, bytes] = OrderedDict()
        self._closed = False

    @property
    def process_ids(self) -> list[int]:
        """The ids of the worker processes that there are."""
        return [worker.process_id for worker in self._workers if worker.process_id is not None]

    async def examine(self, owner: Hashable, content: bytes, filename: str) -> Looked:
        """The pages of a file, or why it cannot be converted: also because it takes too much. Raises Dropped."""
        try:
            found, _ = await self._do(owner, content, job="examine", filename=filename)
        except NotConvertible as problem:
            import hashlib  # noqa: PLC0415 (only for a hostile file)

            return Looked(Examined(1, str(problem)), hashlib.sha256(content).hexdigest())
        return Looked(Examined(found["pages"], found["why"]), found["digest"])

    async def as_pdf(self, owner: Hashable, content: bytes, filename: str) -> tuple[bytes, int]:
        """The file as a PDF, and its pages. Raises NotConvertible or Dropped."""
        found, pdf = await self._do(owner, content, job="as_pdf", filename=filename)
        return pdf, found["pages"]

    async def made_up_fax(self, owner: Hashable, sheet: "FaxSheet", pages: int | None) -> FaxFile:
        """The pictures of a made-up fax as a PDF, drawn some pages at a time. Raises NotConvertible or Dropped."""
        fields = sheet._asdict()
        text = "\n\n".join(fields.pop("paragraphs")).encode(errors="replace")
        scanned: list[bytes] = []
        total = 1
        while len(scanned) < total:
            part = {"first": len(scanned) + 1, "count": PAGES_AT_ONCE}
            found, content = await self._do(owner, text, job="fax_sheet", sheet=fields, pages=pages, **part)
            total = found["pages"]
            for size in found["sizes"]:
                scanned.append(content[:size])
                content = content[size:]
        from fakefax.documents.fax_sheet import bind  # noqa: PLC0415 (only for a made-up fax)

        return FaxFile(bind(scanned), total)

    async def picture(self, owner: Hashable, key: Hashable, content: bytes, **fields: Any) -> bytes:
        """The picture that a job of `worker` makes of a file; `key` stands for both.

        Raises NotConvertible or Dropped.
        """
        known = self.known_picture(key)
        if known is not None:
            return known
        _, picture = await self._do(owner, content, **fields)
        self._pictures[key] = picture
        while sum(map(len, self._pictures.values())) > PICTURE_CACHE:
            self._pictures.popitem(last=False)
        return picture

    def known_picture(self, key: Hashable) -> bytes | None:
        """A picture that was made lately."""
        known = self._pictures.get(key)
        if known is not None:
            self._pictures.move_to_end(key)
        return known

    def drop(self, owner: Hashable) -> None:
        """Forget what a sandbox waits for, and end the workers that look at its files. Raises Dropped there."""
        for task in (*self._waiting.pop(owner, ()), *(task for task in self._at_work if task.owner is owner)):
            self._give_up(task, Dropped())

    async def close(self) -> None:
        """End all workers, and return when they have ended."""
        self._closed = True
        for owner in list(self._waiting):
            self.drop(owner)
        for task in list(self._at_work):
            self._give_up(task, Dropped())
        for worker in self._workers:
            worker.kill()
        if self._workers:
            await wait([worker.gone for worker in self._workers], timeout=CLOSE_SECONDS)

    async def _do(self, owner: Hashable, content: bytes, **fields: Any) -> tuple[dict[str, Any], bytes]:
        if self._closed:
            raise Dropped
        task = _Task(owner, {**fields, "limits": list(self.limits)}, content)
        self._waiting.setdefault(owner, deque()).append(task)
        self._next()
        try:
            answer, made = await task.future
        except asyncio.CancelledError:
            self._give_up(task, Dropped())
            raise
        if answer.get("out_of_memory"):
            raise NotConvertible(self._too_much_memory())
        if "problem" in answer:
            raise NotConvertible(answer["problem"])
        return answer, made

    def _next(self) -> None:
        """Give free workers their next files, a sandbox's turn after another's."""
        while not self._closed and len(self._at_work) < self._most:
            owner = next((owner for owner in self._waiting if self._may_work(owner)), None)
            if owner is None:
                return
            task = self._waiting[owner].popleft()
            if self._waiting[owner]:
                self._waiting.move_to_end(owner)
            else:
                del self._waiting[owner]
            if not task.future.done():
                self._begin(task)

    def _may_work(self, owner: Hashable) -> bool:
        return sum(1 for task in self._at_work if task.owner is owner) < self._most_of_one

    def _begin(self, task: _Task, *, fresh: bool = False) -> None:
        worker = None if fresh else self._free_worker()
        if worker is None:
            worker = Worker(self.limits.memory)
            self._workers.append(worker)
            worker.gone.add_done_callback(partial(self._forget, worker))
        self._at_work.add(task)
        task.worker = worker
        self._set_timer(task, START_SECONDS)
        worker.do(
            Job(task.fields, task.content),
            partial(self._worker_began, task),
            partial(self._finish, task, worker),
        )

    def _worker_began(self, task: _Task) -> None:
        """Give a file its time from now on; one that is tried again has what is left."""
        if task.future.done():
            return
        if task.deadline is None:
            task.deadline = real_seconds() + self.limits.seconds
        self._set_timer(task, max(0.0, task.deadline - real_seconds()))

    def _set_timer(self, task: _Task, seconds: float) -> None:
        if task.timer is not None:
            task.timer.cancel()
        task.timer = asyncio.get_running_loop().call_later(seconds, self._too_slow, task)

    def _forget(self, worker: Worker, _: object) -> None:
        self._workers.remove(worker)

    def _free_worker(self) -> Worker | None:
        while self._free:
            worker = self._free.pop()
            if worker.alive:
                return worker
            worker.kill()
        return None

    def _finish(self, task: _Task, worker: Worker, outcome: Outcome) -> None:
        """Take what a worker answered. If it failed after other files, a fresh one tries once more."""
        if task.timer is not None:
            task.timer.cancel()
        self._at_work.discard(task)
        failed = isinstance(outcome, Ended | NotStarted) or bool(outcome[0].get("out_of_memory"))
        used_before = worker.jobs_done > 0
        worker.jobs_done += 1
        self._keep_or_end(worker, outcome)
        if not task.future.done() and not self._closed:
            if failed and used_before and not isinstance(outcome, NotStarted):
                self._begin(task, fresh=True)
                return
            self._settle(task, outcome)
        self._next()

    def _settle(self, task: _Task, outcome: Outcome) -> None:
        if isinstance(outcome, Ended):
            task.future.set_exception(
                NotConvertible(f"the process that looked at the file {outcome.how}; {self._too_much_memory()}")
            )
        elif isinstance(outcome, NotStarted):
            task.future.set_exception(NotConvertible(f"files cannot be looked at: {outcome.why}"))
        else:
            task.future.set_result(outcome)
        task.content = b""

    def _keep_or_end(self, worker: Worker, outcome: Outcome) -> None:
        retired = (
            isinstance(outcome, Ended | NotStarted) or outcome[0].get("retire") or outcome[0].get("out_of_memory")
        )
        if retired or self._closed or worker.jobs_done >= JOBS_OF_A_WORKER:
            worker.kill()
        else:
            self._free.append(worker)

    def _too_slow(self, task: _Task) -> None:
        self._give_up(
            task, NotConvertible(f"it takes longer than the {self.limits.seconds:g}s that --file-timeout allows")
        )

    def _give_up(self, task: _Task, error: Exception) -> None:
        if not task.future.done():
            task.future.set_exception(error)
            task.future.exception()  # nobody may be waiting any more
        if task.timer is not None:
            task.timer.cancel()
        if task.worker is not None and task in self._at_work:
            task.worker.kill()
        waiting = self._waiting.get(task.owner)
        if waiting is not None and task in waiting:
            waiting.remove(task)
            if not waiting:
                del self._waiting[task.owner]

    def _too_much_memory(self) -> str:
        return f"it may take no more memory than the {format_size(self.limits.memory)} that --file-memory allows"
