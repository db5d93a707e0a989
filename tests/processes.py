"""The command line as a user has it: real processes, whose output is read with a deadline."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

COMMAND = [sys.executable, "-m", "fakefax"]
DEADLINE = 15.0
"""Real seconds after which a process that says nothing has failed the test."""

END_WITHIN = 10.0
"""Real seconds that a server may take to end: a tenth of one, with much room for a busy machine."""


def environment(**variables: str) -> dict[str, str]:
    """This environment without settings of fakefax or of colours, and with `variables`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FAKEFAX", "_FAKEFAX"))}
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"):
        kept.pop(name, None)
    return {**kept, "PYTHONUTF8": "1", **variables}


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


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

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        self.process = process
        self.stdout = _Lines(process.stdout)
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


def start(*arguments: str, **variables: str) -> subprocess.Popen[str]:
    """A process with its output in pipes."""
    return _start([*COMMAND, *arguments], environment(**variables))


def _start(command: list[str], variables: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        env=variables,
        stdin=subprocess.DEVNULL,
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
def serving_with_descriptors(count: int, *arguments: str) -> Iterator[Serving]:
    """`fakefax serve` on a free port, which may have so many files open."""
    limited = ["sh", "-c", f'ulimit -n {count}; exec "$@"', "sh", *COMMAND]
    with _ready(_start([*limited, "serve", "--port", "0", *arguments], environment())) as server:
        yield server


@contextmanager
def _ready(process: subprocess.Popen[str]) -> Iterator[Serving]:
    """A server once it has said that it is ready; it is ended in any case."""
    try:
        server = Serving(process)
        yield server
    finally:
        process.kill()
        process.wait(DEADLINE)
    server.stdout.rest()
    server.stderr.rest()
