"""A real server with few file descriptors: it goes on, and says what the limit is and how to raise it."""

import contextlib
import http.client
import json
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.processes import DEADLINE, Serving, serving_with_descriptors

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no ulimit")
SANDBOXES, HANGING = 18, 64


def test_a_hundred_idle_clients_under_64_descriptors():
    """Further clients are served, and standard error has the limit and the cure, not more than a few lines."""
    with serving_with_descriptors(64, "--client-timeout", "4s") as server, contextlib.ExitStack() as idle:
        host, port = urlsplit(server.url).hostname, urlsplit(server.url).port
        for _ in range(100):
            idle.enter_context(socket.create_connection((host or "", port or 0), timeout=DEADLINE))
        for _ in range(5):
            assert server.ask("/api/v2/balance?api_key=f@x2r0ckkz")["status"] == "success"
        line = next(line for line in iter(server.stderr.next, None) if "ulimit -n" in line)
        assert "64 files" in line
        assert server.end() == 0
        assert len(server.stderr.rest()) < 10


def test_hanging_attempts_of_many_sandboxes_under_1024_descriptors():
    """Attempts of all sandboxes together are bounded; each ends for want of an answer, not by fakefax's fault."""
    with (
        serving_with_descriptors(1024, "--callback-timeout", "200ms", "--rate", "30") as server,
        socket.create_server(("127.0.0.1", 0), backlog=2048) as silent,
        ThreadPoolExecutor(SANDBOXES) as pool,
    ):
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        stories = list(pool.map(lambda _: _hanging_attempts(server, url), range(SANDBOXES)))
        assert server.end() == 0
    attempts = [entry["message"] for story in stories for entry in story]
    assert len(attempts) == SANDBOXES * HANGING
    assert [message for message in attempts if "fakefax itself failed" in message] == []
    assert {message.partition(": ")[2].partition(";")[0] for message in attempts} == {"no answer within 0.2s"}


def _hanging_attempts(server: Serving, url: str) -> list[dict[str, Any]]:
    """The first attempts of a new sandbox, at an endpoint that never answers."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60 + DEADLINE)

    def ask(method: str, path: str, body: object = None) -> Any:
        connection.request(method, path, None if body is None else json.dumps(body))
        return json.load(connection.getresponse())

    key = quote(ask("POST", "/_fakefax/sandboxes", {"callback_url": url})["api_key"])
    for _ in range(HANGING):
        assert ask("GET", f"/api/v2/fax?api_key={key}&fax_number=%2B123456789&document_id=10")["fax_job_id"]
    wanted = {"for": {"kind": "receipt.attempt"}, "count": HANGING, "timeout": "60s"}
    entries: list[dict[str, Any]] = ask("POST", f"/_fakefax/wait?api_key={key}", wanted)["entries"]
    connection.close()
    return entries
