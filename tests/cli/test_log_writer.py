"""The log is written in a thread: a reader that is slow or gone holds up nobody, and what is missing is counted."""

import http.client
import io
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from fakefax.cli.log import LogWriter, write_all
from tests.processes import COMMAND, DEADLINE, environment, run, serving_unread

SEND = "/api/v2/fax?api_key=f@x2r0ckkz&fax_number=%2B123456789&document_id=10"


class Pipe:
    """A pipe as a stream to write to, and what was read from it."""

    def __enter__(self) -> "Pipe":
        self.reading, writing = os.pipe()
        self.stream = os.fdopen(writing, "w", encoding="utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()
        os.close(self.reading)


def test_lines_that_do_not_fit_are_counted():
    """Nothing waits for a reader: what does not fit is dropped, and counted as soon as there is room."""
    with Pipe() as pipe:
        writer = LogWriter(pipe.stream, max_waiting=200_000)
        for number in range(20_000):
            writer.write(f"line {number} {'x' * 50}\n")
        read = ""

        def read_all() -> None:
            nonlocal read
            while "were not written" not in read:
                read += os.read(pipe.reading, 65536).decode()

        reader = threading.Thread(target=read_all, daemon=True)
        reader.start()
        writer.write("the end\n")
        while reader.is_alive():
            writer.write("one more\n")
            reader.join(0.01)
        whole = [line for line in read.splitlines() if line.startswith("line ")]
        missing = int(read.partition("fakefax: ")[2].split()[0].replace(",", ""))
        assert 0 < missing <= 20_000
        assert [line.split()[1] for line in whole[:100]] == [str(number) for number in range(100)]
        writer.close(0.1)


def test_a_stream_that_cannot_be_written_is_not_a_failure():
    """A closed stream, one without a file and none at all are passed over."""
    with Pipe() as pipe:
        pipe.stream.close()
        assert not write_all(pipe.stream, "x")
        pipe.stream = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (the block closes it)
        assert write_all(pipe.stream, "x")
    assert not write_all(None, "x")
    assert not write_all(io.StringIO(), "x")
    writer = LogWriter(None)
    writer.write("x\n")
    writer.close()


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_server_whose_log_nobody_reads_serves_on(log_format: str):
    """`serve` with a standard error that nobody reads goes on serving, and SIGTERM ends it with status 0."""
    with serving_unread("--rate", "0", "--log-format", log_format) as server:
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=DEADLINE)
        for _ in range(300):  # some 140 filled the pipe
            connection.request("GET", SEND)
            with connection.getresponse() as answer:
                assert answer.status == 200
                answer.read()
        connection.close()
        assert server.end() == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full", ">/dev/full", ">&-", ">&- 2>&-"])
def test_streams_that_are_closed_or_full(redirection: str):
    """Closed or full standard output and error: it serves, and SIGTERM ends it with status 0."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = shlex.join([*map(str, COMMAND), "serve", "--port", str(port)])
    process = subprocess.Popen(["sh", "-c", f"exec {words} {redirection}"], env=environment())
    try:
        assert run("readyz", "--url", f"http://127.0.0.1:{port}", "--wait", "--timeout", "30s").returncode == 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE) == 0
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_while_it_starts_is_a_quiet_end(number: signal.Signals, status: int):
    """SIGTERM and Ctrl-C before the server is ready end it without a traceback."""
    script = (
        "import os, signal, sys; sys.argv = ['fakefax', 'serve', '--port', '0']\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == 'aiohttp': os.kill(os.getpid(), {int(number)})\n"
        "sys.meta_path.insert(0, Finder())\n"
        "from fakefax.__main__ import main; main()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert (ended.returncode, ended.stderr.strip()) == (status, "")  # click ends the line of the ^C
