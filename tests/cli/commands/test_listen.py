"""`fakefax listen`: an endpoint for as long as it runs."""

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.processes import DEADLINE, Process, Serving, run, serving, start

SEND = "/api/v2/fax?api_key=f@x2r0ckkz&fax_number=%2B15005550002&document_id=10"


@contextmanager
def listening(server: Serving, *words: str) -> Iterator[Process]:
    process = start("listen", *words, FAKEFAX_URL=server.url)
    assert process.stderr is not None
    try:
        if "--json" not in words:
            assert process.stderr.readline().startswith("listening at http://127.0.0.1:")
        while server.ask("/_fakefax/account")["callback_url"] is None:
            assert process.poll() is None
        yield process
    finally:
        process.kill()
        process.wait(DEADLINE)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def lines(process: Process, count: int) -> list[str]:
    assert process.stdout is not None
    return [process.stdout.readline() for _ in range(count)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_callbacks_are_printed_and_the_urls_put_back(number: signal.Signals):
    """Each callback is a line with what was answered; Ctrl-C or SIGTERM ends it and puts the old URL back."""
    with serving("--rate", "0", "--callback-url", "http://127.0.0.1:9/old") as server:
        process = start("listen", "--answer", "503,200", FAKEFAX_URL=server.url)
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            assert process.stderr.readline().startswith("listening at ")
            job = server.ask(SEND)["fax_job_id"]
            server.ask("/_fakefax/clock/advance", {"by": "1h"})
            first, second = lines(process, 2)
            made = [attempt["at"] for attempt in server.ask(f"/_fakefax/faxes/{job}")["attempts"]]
            assert [line[:19] for line in (first, second)] == [at[:19].replace("T", " ") for at in made]
            assert "503  " in first
            assert f"fax_job_id={job}  status=failed  msg_code=busy" in second
            process.send_signal(number)
            assert process.wait(DEADLINE) == 0
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
            process.stderr.close()
        assert server.ask("/_fakefax/account")["callback_url"] == "http://127.0.0.1:9/old"


def test_lines_of_json():
    """With --json each callback is an object: path, fields, and what was answered; a file is shown by its size."""
    with serving("--rate", "0") as server, listening(server, "--json") as process:
        server.ask(SEND)
        server.ask("/_fakefax/clock/advance", {"by": "1m"})
        reported = json.loads(lines(process, 1)[0])
        assert (reported["answered"], reported["fields"]["msg_code"]) == (200, "busy")
        server.ask("/_fakefax/incoming-faxes", {"pages": 1})
        server.ask("/_fakefax/clock/advance", {"until": "idle"})
        received = json.loads(lines(process, 1)[0])["fields"]
        assert received["file"].endswith(" bytes")
        assert received["pages"] == "1"


def test_callbacks_are_handed_on():
    """--forward-to hands each callback to a program, whose answer fakefax gets."""

    class Program(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(202)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    heard: list[str] = []
    with HTTPServer(("127.0.0.1", 0), Program) as program:
        threading.Thread(target=program.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{program.server_port}/faxto"
        with serving("--rate", "0") as server, listening(server, "--forward-to", url) as process:
            server.ask(SEND)
            server.ask("/_fakefax/clock/advance", {"by": "1m"})
            assert "202  " in lines(process, 1)[0]
        program.shutdown()
    assert "msg_code=busy" in heard[0]


def test_a_closed_pipe_ends_it():
    """When nobody reads its lines any more it puts the URLs back and ends."""
    with serving("--rate", "0") as server, listening(server) as process:
        assert process.stdout is not None
        process.stdout.close()
        server.ask(SEND)
        server.ask("/_fakefax/clock/advance", {"by": "49h"})
        assert process.wait(DEADLINE) == 0
        assert server.ask("/_fakefax/account")["callback_url"] is None
        process.stdout = None


def test_refused_options():
    """A status that is none, a URL that is none, no server: one line, status 2."""
    assert "'2000' is not an HTTP status" in run("listen", "--answer", "2000").stderr
    assert "is not an http URL" in run("listen", "--forward-to", "x").stderr
    gone = run("listen", FAKEFAX_URL="http://127.0.0.1:9")
    assert (gone.returncode, gone.stdout) == (2, "")
