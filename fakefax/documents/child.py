"""Starts a process by functions that are bound when this module is imported.

A test that patches Popen, or `os.pipe`, `os.close` and others that Popen uses, does not reach the server beside it.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from functools import partial
from io import BufferedReader, BufferedWriter, FileIO
from threading import Lock
from typing import BinaryIO, NamedTuple, Protocol


class Process(Protocol):
    """The part of a started process that is used."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def kill(self) -> None: ...
    def wait(self) -> int: ...


class Started(NamedTuple):
    """A process and its pipes."""

    process: Process
    requests: BinaryIO
    results: BinaryIO


_make_pipe = partial(os.pipe)
_close = partial(os.close)


def start(command: list[str], environment: Mapping[str, str], folder: str) -> Started:
    """Start a program with pipes as its standard input and output. Raises OSError or ValueError.

    Its errors are dropped. Where the system does not put it into a session and a folder of its own, it does that by
    itself: it is Python, with code that begins with `OWN_SESSION`.
    """
    with contextlib.ExitStack() as pipes:
        theirs_in, ours_in = _make_pipe()
        pipes.callback(_close, theirs_in)
        requests = BufferedWriter(FileIO(ours_in, "w"))
        ours_out, theirs_out = _make_pipe()
        pipes.callback(_close, theirs_out)
        results = BufferedReader(FileIO(ours_out, "r"))
        try:
            process = _start(command, environment, folder, theirs_in, theirs_out)
        except BaseException:
            requests.close()
            results.close()
            raise
        return Started(process, requests, results)


if sys.platform == "win32":
    from subprocess import CREATE_NEW_PROCESS_GROUP, CREATE_NO_WINDOW, DEVNULL, Popen

    OWN_SESSION = ""

    def _start(
        command: list[str], environment: Mapping[str, str], folder: str, theirs_in: int, theirs_out: int
    ) -> Process:
        return Popen(  # noqa: S603 (this Python, with code of its own)
            command,
            stdin=theirs_in,
            stdout=theirs_out,
            stderr=DEVNULL,
            cwd=folder,
            env=environment,
            creationflags=CREATE_NEW_PROCESS_GROUP | CREATE_NO_WINDOW,
        )

else:
    OWN_SESSION = "import os; os.setsid(); os.chdir({folder!r}); "
    """Python code that the program begins with: Ctrl-C in a terminal is for its parent, and so is the folder."""

    _spawn = partial(os.posix_spawn)
    _wait_for = partial(os.waitpid)
    _kill = partial(os.kill)
    _exit_code = partial(os.waitstatus_to_exitcode)
    _TO_RESET = [signal.SIGPIPE, signal.SIGXFSZ]
    """Signals that Python ignores, and a new program is not to."""

    class _Child:
        """A child process, as subprocess.Popen shows one."""

        def __init__(self, pid: int) -> None:
            self.pid = pid
            self._status: int | None = None
            self._waiting = Lock()

        def poll(self) -> int | None:
            """How it ended; None if it runs, or another thread waits for it."""
            if self._status is None and self._waiting.acquire(blocking=False):
                try:
                    self._reap(os.WNOHANG)
                finally:
                    self._waiting.release()
            return self._status

        def kill(self) -> None:
            """Raises OSError."""
            if self.poll() is None:
                _kill(self.pid, signal.SIGKILL)

        def wait(self) -> int:
            """Wait until it has ended; its exit status, or minus the number of the signal that ended it."""
            with self._waiting:
                while self._status is None:
                    self._reap(0)
            return self._status

        def _reap(self, options: int) -> None:
            if self._status is not None:
                return
            try:
                pid, status = _wait_for(self.pid, options)
            except ChildProcessError:  # the program ignores SIGCHLD, or waits for all its children
                self._status = 0
            else:
                if pid == self.pid:
                    self._status = _exit_code(status)

    def _start(
        command: list[str], environment: Mapping[str, str], folder: str, theirs_in: int, theirs_out: int
    ) -> Process:
        actions = [
            (os.POSIX_SPAWN_DUP2, theirs_in, 0),
            (os.POSIX_SPAWN_DUP2, theirs_out, 1),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ]
        return _Child(_spawn(command[0], command, environment, file_actions=actions, setsigdef=_TO_RESET))
