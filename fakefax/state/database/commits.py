"""Keeps the sandboxes of a server in its state file: what has changed is written before any answer leaves."""

import asyncio
import logging
from asyncio import wait
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Protocol

from fakefax.core.real_time import real_seconds
from fakefax.sandbox.keeping import NotKept
from fakefax.state.database.file import CHECKPOINT_EVERY, StateFile, Statement

log = logging.getLogger(__name__)

MOST_TURNS = 24
"""Turns of the event loop, a few microseconds to a millisecond each, that a commit waits for more changes."""

QUIET_TURNS = 3
"""Turns without any change, after which no more are waited for."""

TRY_AGAIN = 0.5
"""Real seconds after which a file that could not be written is tried again."""


class Changes(Protocol):
    """The changes since the last commit."""

    @property
    def flows(self) -> bool:
        """Whether time passes by itself, so that there is always something to write."""

    def statements(self) -> Iterator[Statement]:
        """The statements that write them."""

    def written(self) -> None:
        """Begin anew: the last statements are in the file."""


class Commits:
    """One commit for the answers of one turn of the event loop.

    `source` has the changes, `failed` is called when they could not be written and `recovered` once they were after
    all; until then `problem` says what is wrong.
    """

    def __init__(
        self, file: StateFile, source: Changes, failed: Callable[[str], None], recovered: Callable[[], None]
    ) -> None:
        self.problem: str | None = None
        self._file = file
        self._source = source
        self._failed = failed
        self._recovered = recovered
        self._waiting: list[asyncio.Future[NotKept | None]] = []
        self._dirty = self._more = False
        self._turns = self._quiet = 0
        self._scheduled = False
        self._committing: asyncio.Future[None] | None = None
        self._checkpointing: asyncio.Future[None] | None = None
        self._checkpointed = 0.0
        self._retry: asyncio.TimerHandle | None = None
        self._tried = 0.0
        self._closed = False

    def changed(self) -> None:
        """Something has changed: it is written when this turn of the event loop is over."""
        self._dirty = self._more = True
        if not self._scheduled and self._committing is None and self.problem is None and not self._closed:
            self._scheduled = True
            self._turns = self._quiet = 0
            asyncio.get_running_loop().call_soon(self._gather)

    async def saved(self) -> None:
        """Return when all that has changed so far is in the file. Raises NotKept."""
        if self.problem is not None:
            raise NotKept(self.problem)
        if self._closed:
            if self._dirty:
                raise NotKept("the server is stopping")
            return
        if not self._dirty and self._committing is None and not self._source.flows:
            return
        future: asyncio.Future[NotKept | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        self.changed()
        problem = await future
        if problem is not None:
            raise problem

    def is_refused(self) -> str | None:
        """Why nothing can be kept, tried once more if the last time is a while ago; None when all is well."""
        if self.problem is not None and real_seconds() - self._tried > TRY_AGAIN / 2:
            self._try_again()
        return self.problem

    async def stop(self) -> None:
        """Write what is left, and nothing more after that. Raises NotKept."""
        under_way = [work for work in (self._committing, self._checkpointing) if work is not None]
        if under_way:
            await wait(under_way)
        if self._retry is not None:
            self._retry.cancel()
        self._closed = True
        waiting, self._waiting = self._waiting, []
        problem = None if self.problem is None else NotKept(self.problem)
        try:
            if problem is None:
                self._file.write(self._source.statements())
                self._file.commit()
                self._source.written()
                self._dirty = False
        except NotKept as error:
            problem = error
            raise
        finally:
            _tell(waiting, problem)

    def _gather(self) -> None:
        """Let more changes come as long as the next turns of the event loop bring any: they share a commit."""
        if (self._more or self._quiet < QUIET_TURNS) and self._turns < MOST_TURNS:
            self._quiet = 0 if self._more else self._quiet + 1
            self._more = False
            self._turns += 1
            asyncio.get_running_loop().call_soon(self._gather)
        else:
            self._write()

    def _write(self) -> None:
        self._scheduled = False
        if self._closed or self.problem is not None or self._committing is not None:
            return
        self._dirty = self._more = False
        waiting, self._waiting = self._waiting, []
        try:
            self._file.write(self._source.statements())
            if not self._file.commits_quickly:
                self._committing = asyncio.get_running_loop().run_in_executor(None, self._file.commit)
                self._source.written()
                self._committing.add_done_callback(lambda done: self._committed(done, waiting))
                return
            self._file.commit()
        except NotKept as problem:
            self._fail(problem, waiting)
        except Exception as error:  # a fault of fakefax's own is no reason to lose what was answered
            log.exception("the state could not be written")
            self._file.roll_back()
            self._fail(NotKept(f"fakefax itself failed to write its state, please report it: {error!r}"), waiting)
        else:
            self._source.written()
            _tell(waiting, None)
            self._checkpoint()

    def _checkpoint(self) -> None:
        if self._checkpointing is None and real_seconds() - self._checkpointed > CHECKPOINT_EVERY:
            self._checkpointed = real_seconds()
            self._checkpointing = asyncio.get_running_loop().run_in_executor(None, self._file.checkpoint)
            self._checkpointing.add_done_callback(self._checkpoint_over)

    def _checkpoint_over(self, _: object) -> None:
        self._checkpointing = None

    def _committed(self, done: "asyncio.Future[None]", waiting: list[asyncio.Future[NotKept | None]]) -> None:
        """A commit that waits for the disk has ended in its thread; the next one follows if there is need of it."""
        self._committing = None
        error = done.exception()
        if error is None:
            _tell(waiting, None)
            self._checkpoint()
            if self._waiting or self._dirty:
                self.changed()
        else:
            self._fail(error if isinstance(error, NotKept) else NotKept(repr(error)), waiting)

    def _fail(self, problem: NotKept, waiting: list[asyncio.Future[NotKept | None]]) -> None:
        self.problem = str(problem)
        self._tried = real_seconds()
        later, self._waiting = self._waiting, []
        self._failed(self.problem)
        _tell(list(chain(waiting, later)), problem)
        self._schedule_retry()

    def _schedule_retry(self) -> None:
        if not self._closed:
            self._retry = asyncio.get_running_loop().call_later(TRY_AGAIN, self._retry_now)

    def _retry_now(self) -> None:
        if self.problem is not None:
            self._try_again()
        if self.problem is not None:
            self._schedule_retry()

    def _try_again(self) -> None:
        self._tried = real_seconds()
        try:
            self._file.write(self._source.statements())
            self._file.commit()
        except NotKept as problem:
            self.problem = str(problem)
            return
        self._source.written()
        self.problem = None
        self._dirty = False
        self._recovered()


def _tell(waiting: list[asyncio.Future[NotKept | None]], problem: NotKept | None) -> None:
    for future in waiting:
        if not future.done():
            future.set_result(problem)
