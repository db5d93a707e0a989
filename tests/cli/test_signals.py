"""SIGTERM and Ctrl-C end a server with status 0 within a second, whatever it is waiting for."""

import contextlib
import os
import signal
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.callbacks import endpoints
from tests.callbacks.endpoints import raw_endpoint
from tests.processes import COMMAND, DEADLINE, Serving, environment, has_failed, serving

SEND = "/api/v2/fax?api_key=f@x2r0ckkz&fax_number=%2B123456789&document_id=10"

signals = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])


def ends_quietly(server: Serving, number: signal.Signals) -> None:
    assert server.end(number) == 0
    assert [line for line in server.stderr.rest() if not line.startswith("20")] == ["fakefax stopped"]


@signals
def test_an_idle_server_ends(number: signal.Signals):
    """A signal ends a server that does nothing, with status 0 and one word on standard error."""
    with serving() as server:
        server.ask("/_fakefax/readyz")
        ends_quietly(server, number)


@signals
def test_a_server_ends_while_deliveries_hang(number: signal.Signals):
    """A signal does not wait for callback URLs that never answer."""
    with (
        raw_endpoint(endpoints.hangs) as hanging,
        serving("--rate", "100000", "--callback-url", hanging.url, "--callback-timeout", "1h") as server,
    ):
        for _ in range(5):
            server.ask(SEND)
        assert hanging.connected.wait(DEADLINE)
        ends_quietly(server, number)


@signals
def test_a_server_ends_while_an_advance_hangs(number: signal.Signals):
    """A signal does not wait for a client whose advance is waiting for a callback URL."""
    with (
        raw_endpoint(endpoints.hangs) as hanging,
        serving("--rate", "0", "--callback-url", hanging.url, "--callback-timeout", "1h") as server,
        ThreadPoolExecutor(1) as clients,
    ):
        server.ask(SEND)
        advance = {"by": "48h", "budget": "10m"}
        advancing = clients.submit(server.ask, "/_fakefax/clock/advance", advance)
        assert hanging.connected.wait(DEADLINE)
        ends_quietly(server, number)
        assert has_failed(advancing)


@signals
def test_a_server_ends_while_requests_are_half_sent(number: signal.Signals):
    """A signal does not wait for clients that never finish their request."""
    with serving() as server, contextlib.ExitStack() as clients:
        for _ in range(20):
            client = clients.enter_context(
                socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), DEADLINE)
            )
            client.sendall(b"POST /api/v2/fax HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nfax_number=")
        server.ask("/_fakefax/readyz")
        ends_quietly(server, number)


def test_ctrl_c_in_a_terminal_leaves_the_prompt_a_line_of_its_own():
    """The terminal has echoed ^C: what is said of the end begins on the next line, and ends it."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0"],
        env=environment(TERM="xterm"),
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline().startswith(b"fakefax is ready at ")
        process.send_signal(signal.SIGINT)
        assert process.wait(DEADLINE) == 0
        assert os.read(ours, 1000) == b"\r\nfakefax stopped\r\n"
    finally:
        process.kill()
        process.wait(DEADLINE)
        process.stdout.close()
        os.close(ours)
        os.close(theirs)


SLOW_LOOKUP = """\
import socket, threading
original = socket.getaddrinfo
def getaddrinfo(host, *arguments, **options):
    if host == "slow.invalid":
        threading.Event().wait(20)
    return original(host, *arguments, **options)
socket.getaddrinfo = getaddrinfo
"""


def test_a_server_ends_while_a_host_name_is_looked_up(tmp_path: Path):
    """A signal does not wait for a name server that does not answer."""
    (tmp_path / "sitecustomize.py").write_text(SLOW_LOOKUP)
    url = "http://slow.invalid/faxto"
    with serving("--rate", "100000", "--callback-url", url, PYTHONPATH=str(tmp_path)) as server:
        server.ask(SEND)
        while not server.ask("/_fakefax/clock")["holds"]:
            assert server.process.poll() is None
        ends_quietly(server, signal.SIGTERM)
