"""One worker process as its server sees it: started, given a job, ended.

A thread of its own starts the process and waits for its results. It does none of the work, and being a daemon it
never keeps a program from ending: the process ends with its pipes.

Thread and what a process is started by are bound when this module is imported, so that a test that patches them, or
has pyfakefs patch them, does not reach the server.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

import msgspec
from msgspec import Struct

import fakefax
from fakefax.documents.child import OWN_SESSION, Process, Started, start
from fakefax.documents.frames import HELLO, read_frame, write_frame

PACKAGE_FOLDER = str(Path(fakefax.__file__).resolve().parent.parent)

PYTHON_FOLDER = str(Path(sys.executable or ".").resolve().parent)
"""Where workers are: not in the program's folder, which it may want to delete."""

CODE = (
    OWN_SESSION.format(folder=PYTHON_FOLDER)
    + "import sys; sys.path += sys.argv[2:]; from fakefax.documents.worker import main; main(int(sys.argv[1]))"
)
"""Runs the worker with the server's import path behind the standard library, which nothing may shadow.

The program's main module is not imported again.
"""

FLAGS = ("-I", "-S", "-X", "utf8")
"""Without the user's PYTHON* variables, site-packages hooks and start-up files: the path is given."""

VARIABLES = {"MALLOC_ARENA_MAX": "1"}
"""glibc would reserve 64 MB of address space for the second thread, which counts for the limit of memory."""


class Job(Struct, frozen=True):
    """A job for a worker: the fields of a frame, and the file."""

    fields: dict[str, Any]
    content: bytes


class Ended(Struct, frozen=True):
    """The worker ended before it had a result; `how` is a sentence's end, such as "ended by SIGABRT"."""

    how: str


class NotStarted(Struct, frozen=True):
    """The worker could not be started; `why` is the system's reason."""

    why: str


Outcome = tuple[dict[str, Any], bytes] | Ended | NotStarted


class Worker:
    """A worker process. All methods are called on the event loop. `jobs_done` is counted by its pool."""

    def __init__(self, memory: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._memory = memory
        self._process: Process | None = None
        self._orders: SimpleQueue[_Order | None] = SimpleQueue()
        self._killed = False
        self._ready = False
        self.jobs_done = 0
        self.gone: asyncio.Future[None] = self._loop.create_future()
        Thread(target=self._run, name="fakefax file worker", daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether it can be given a job."""
        return not self._killed and self._process is not None and self._process.poll() is None

    @property
    def process_id(self) -> int | None:
        """The process's id, once it has been started."""
        return None if self._process is None else self._process.pid

    def do(self, job: Job, begin: Callable[[], object], then: Callable[[Outcome], object]) -> None:
        """Have a job done. On the event loop `begin` is called when the process has started, `then` at the end."""
        self._orders.put(_Order(job, begin, then))

    def kill(self) -> None:
        """End it at once, in the middle of a job too. Doing it again does nothing."""
        self._killed = True
        self._orders.put(None)
        if self._process is not None:
            with contextlib.suppress(OSError):
                self._process.kill()

    def _run(self) -> None:
        """The thread: start the process, then one job after another until there are no more."""
        started: Started | None = None
        problem = ""
        try:
            started = _start(self._memory)
            self._process = started.process
        except (OSError, ValueError) as error:
            problem = str(error)
        with contextlib.suppress(RuntimeError):  # the loop is closed; nobody waits any more
            while self._carry_out(self._orders.get(), started, problem):
                pass
        if started is not None:
            _end(started)
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._set_gone)

    def _carry_out(self, order: "_Order | None", started: "Started | None", problem: str) -> bool:
        """Do one job; false when it is the last one. Nothing large stays in the thread afterwards."""
        if order is None:
            return False
        outcome: Outcome = NotStarted(problem)
        if started is not None:
            self._ready = self._ready or _says_hello(started)
            outcome = NotStarted(_not_python())
            if self._killed:
                outcome = Ended("was ended")
            elif self._ready:
                self._loop.call_soon_threadsafe(order.begin)
                outcome = _do(started, order.job)
        self._loop.call_soon_threadsafe(order.then, outcome)
        return not isinstance(outcome, Ended | NotStarted)

    def _set_gone(self) -> None:
        if not self.gone.done():
            self.gone.set_result(None)


class _Order(Struct, frozen=True):
    """A job, and what is called when it begins and when it has ended."""

    job: Job
    begin: Callable[[], object]
    then: Callable[[Outcome], object]


def _start(memory: int) -> Started:
    """Raises OSError or ValueError when Python cannot be started."""
    if not sys.executable or getattr(sys, "frozen", False):
        raise ValueError(_not_python())
    command = [sys.executable, *FLAGS, "-c", CODE, str(memory), PACKAGE_FOLDER, *_search_path()]
    return start(command, {**os.environ, **VARIABLES}, PYTHON_FOLDER)


def _search_path() -> list[str]:
    """The folders where the server finds its libraries, without the current folder."""
    found = []
    for folder in sys.path:
        with contextlib.suppress(OSError, TypeError):  # the current folder may be gone
            if folder:
                absolute = folder.startswith(os.sep)  # asked so, since a test may have patched all of os.path
                found.append(folder if absolute else os.path.abspath(folder))  # noqa: PTH100 (it resolves "..")
    return found


def _not_python() -> str:
    return f"{sys.executable or 'this program'} does not start as Python, and files need a process of their own"


def _says_hello(started: Started) -> bool:
    try:
        frame = read_frame(started.results)
    except (OSError, ValueError):
        return False
    return frame is not None and frame[0] == HELLO


def _do(started: Started, job: Job) -> Outcome:
    with contextlib.suppress(OSError, ValueError):  # msgspec's errors are ValueErrors
        write_frame(started.requests, msgspec.json.encode(job.fields), job.content)
        frame = read_frame(started.results)
        if frame is not None:
            return msgspec.json.decode(frame[0], type=dict[str, Any]), frame[1]
    return Ended(_how_it_ended(started.process))


def _how_it_ended(process: Process) -> str:
    with contextlib.suppress(OSError):
        process.kill()  # it may have closed its output only
    status = process.wait()
    if status < 0:
        with contextlib.suppress(ValueError):
            return f"ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"


def _end(started: Started) -> None:
    with contextlib.suppress(OSError):
        started.process.kill()
    started.process.wait()
    for pipe in (started.requests, started.results):
        with contextlib.suppress(OSError, ValueError):
            pipe.close()
