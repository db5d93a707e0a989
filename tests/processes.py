"""The command line as a user has it: real processes, whose output is read with a deadline.

Where that can be had, they are forked from a process that has loaded fakefax (`tests.fork_server`): a tenth of the
time. With TESTS_FORK=off in the environment each is an interpreter of its own, as it is for a user.
"""

import atexit
import contextlib
import json
import os
import queue
import select
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any, Protocol

from fakefax.core.real_time import real_seconds

COMMAND = [sys.executable, "-m", "fakefax"]
DEADLINE = 45.0
"""Real seconds after which a process that says nothing has failed the test."""

END_WITHIN = 10.0
"""Real seconds that a server may take to end: a tenth of one, with much room for a busy machine."""


def environment(**variables: str) -> dict[str, str]:
    """This environment without settings of fakefax or of colours, and with `variables`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FAKEFAX", "_FAKEFAX"))}
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"):
        kept.pop(name, None)
    return {**kept, "PYTHONUTF8": "1", **variables}


def has_failed(asking: Future[object]) -> bool:
    """Whether a request that a thread makes has failed, once it has ended. Closes an answer that is an error."""
    error = asking.exception(DEADLINE)
    if isinstance(error, urllib.error.HTTPError):
        error.close()
    return error is not None


class Process(Protocol):
    """The part of subprocess.Popen that tests use."""

    pid: int
    returncode: int | None
    stdout: IO[str] | None
    stderr: IO[str] | None

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def communicate(self, *, timeout: float | None = None) -> tuple[str, str]: ...
    def send_signal(self, sig: int) -> None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


class ForkServer:
    """The other end of `tests.fork_server`. Threads of a test may use it at once."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._orders = ours
        self._turn = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.fork_server", str(theirs.fileno())],
                cwd=Path(__file__).parent.parent,
                env=environment(),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        atexit.register(self.close)

    def close(self) -> None:
        self._orders.close()
        self._process.wait(DEADLINE)

    def start(self, words: list[str], variables: dict[str, str], stdin: IO[bytes]) -> "Forked":
        """A command, as `start` has it."""
        with contextlib.ExitStack() as pipes:
            ends = []
            for _ in range(2):
                ours, theirs = os.pipe()
                pipes.callback(os.close, theirs)
                ends.append((os.fdopen(ours, encoding="utf-8"), theirs))
            order = {"words": words, "variables": variables, "folder": str(Path.cwd())}
            files = [stdin.fileno(), *(theirs for _, theirs in ends)]
            with self._turn:
                socket.send_fds(self._orders, [json.dumps(order).encode()], files)
                process_id = int(self._orders.recv(100))
        return Forked(self, process_id, *(ours for ours, _ in ends))

    def status(self, process_id: int) -> int:
        """The exit status of a process that has ended; ask once."""
        with self._turn:
            self._orders.send(json.dumps({"wait": process_id}).encode())
            return int(self._orders.recv(100))


class Forked:
    """A forked command, used as a Popen is."""

    def __init__(self, server: ForkServer, pid: int, stdout: IO[str], stderr: IO[str]) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdout: IO[str] | None = stdout
        self.stderr: IO[str] | None = stderr
        self._server = server
        self._turn = threading.Lock()

    def poll(self) -> int | None:
        with self._turn:
            if self.returncode is None and self._ends_within(0):
                self.returncode = self._server.status(self.pid)
            return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        with self._turn:
            if self.returncode is None:
                if not self._ends_within(timeout):
                    raise subprocess.TimeoutExpired("fakefax", timeout or 0)
                self.returncode = self._server.status(self.pid)
            return self.returncode

    def _ends_within(self, seconds: float | None) -> bool:
        file = os.pidfd_open(self.pid)
        try:
            return bool(select.select([file], [], [], seconds)[0])
        finally:
            os.close(file)

    def communicate(self, *, timeout: float | None = None) -> tuple[str, str]:
        """All that it writes, when it has ended."""
        assert self.stdout is not None
        assert self.stderr is not None
        until = real_seconds() + (timeout or DEADLINE)
        read: list[list[str]] = [[], []]
        readers = [
            threading.Thread(target=lambda pipe, into: into.append(pipe.read()), args=each, daemon=True)
            for each in zip((self.stdout, self.stderr), read, strict=True)
        ]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(max(0, until - real_seconds()))
            if reader.is_alive():
                raise subprocess.TimeoutExpired("fakefax", timeout or DEADLINE)
        self.wait(max(0, until - real_seconds()))
        self.stdout.close()
        self.stderr.close()
        return read[0][0], read[1][0]

    def send_signal(self, sig: int) -> None:
        with self._turn:
            if self.returncode is None:  # not reaped yet, so the id is still its own
                os.kill(self.pid, sig)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@cache
def _fork_server() -> ForkServer:
    return ForkServer()


def _may_fork(variables: dict[str, str]) -> bool:
    """Whether a forked process does as well: not with variables that Python reads when it starts."""
    if os.environ.get("TESTS_FORK") == "off" or not hasattr(os, "pidfd_open"):
        return False
    return not any(name.startswith(("PYTHON", "LANG", "LC_", "LD_", "MALLOC")) for name in variables)


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return _ended(arguments, start(*arguments, **variables))


def run_with_input(content: bytes, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself, with some bytes for its standard input, no more than a pipe holds."""
    theirs, ours = os.pipe()
    with os.fdopen(theirs, "rb") as stdin:
        with os.fdopen(ours, "wb") as pipe:
            pipe.write(content)
        process = _start_any(arguments, {}, stdin)
    return _ended(arguments, process)


def _ended(arguments: Sequence[str], process: Process) -> subprocess.CompletedProcess[str]:
    try:
        output, errors = process.communicate(timeout=DEADLINE)
    finally:
        process.kill()
    return subprocess.CompletedProcess([*COMMAND, *arguments], process.wait(DEADLINE), output, errors)


class _Lines:
    """The lines of a pipe, read in a thread so that waiting for one can end."""

    def __init__(self, pipe: IO[str]) -> None:
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._thread = threading.Thread(target=self._read, args=(pipe,))
        self._thread.start()

    def _read(self, pipe: IO[str]) -> None:
        with pipe:
            for line in pipe:
                self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def next(self) -> str:
        line = self._lines.get(timeout=DEADLINE)
        if line is None:
            raise EOFError("the process has ended")
        return line

    def rest(self) -> list[str]:
        """All that is left, once the process has ended."""
        self._thread.join(DEADLINE)
        assert not self._thread.is_alive()
        lines = []
        while not self._lines.empty():
            line = self._lines.get()
            if line is not None:
                lines.append(line)
        return lines


class Serving:
    """A `fakefax serve` that has said it is ready."""

    def __init__(self, process: Process, *, read_errors: bool = True) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        self.process = process
        self.stdout = _Lines(process.stdout)
        if read_errors:
            self.stderr = _Lines(process.stderr)
        self.first_line = self.stdout.next()
        self.url = self.first_line.rpartition(" ")[2]

    def ask(self, path: str, body: object = None, method: str | None = None) -> Any:
        """The JSON that a path answers."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
            return json.load(answer)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal; the exit status. Raises TimeoutExpired when it takes longer than it may."""
        self.process.send_signal(number)
        return self.process.wait(END_WITHIN)


def start(*arguments: str, **variables: str) -> Process:
    """A process with its output in pipes, and nothing to read."""
    with Path(os.devnull).open("rb") as nothing:
        return _start_any(arguments, variables, nothing)


def _start_any(arguments: Sequence[str], variables: dict[str, str], stdin: IO[bytes]) -> Process:
    if _may_fork(variables):
        return _fork_server().start(list(arguments), environment(**variables), stdin)
    return _start([*COMMAND, *arguments], environment(**variables), stdin)


def _start(
    command: list[str], variables: dict[str, str], stdin: IO[bytes] | int = subprocess.DEVNULL
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        env=variables,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def serving(*arguments: str, **variables: str) -> Iterator[Serving]:
    """`fakefax serve` on a free port."""
    with _ready(start("serve", "--port", "0", *arguments, **variables)) as server:
        yield server


@contextmanager
def serving_unread(*arguments: str) -> Iterator[Serving]:
    """`fakefax serve` on a free port, whose standard error nobody reads."""
    with _ready(start("serve", "--port", "0", *arguments), read_errors=False) as server:
        yield server


@contextmanager
def serving_with_descriptors(count: int, *arguments: str) -> Iterator[Serving]:
    """`fakefax serve` on a free port, which may have so many files open."""
    limited = ["sh", "-c", f'ulimit -n {count}; exec "$@"', "sh", *COMMAND]
    with _ready(_start([*limited, "serve", "--port", "0", *arguments], environment())) as server:
        yield server


@contextmanager
def _ready(process: Process, *, read_errors: bool = True) -> Iterator[Serving]:
    """A server once it has said that it is ready; it is ended in any case."""
    try:
        server = Serving(process, read_errors=read_errors)
        yield server
    finally:
        process.kill()
        process.wait(DEADLINE)
        if not read_errors and process.stderr is not None:
            process.stderr.close()
    server.stdout.rest()
    if read_errors:
        server.stderr.rest()
