"""Connections to callback URLs: used again where the endpoint says so, and no attempt is ever lost for it."""

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Barrier, Event

import pytest
import trustme

from fakefax import AdvanceGaveUp, FakeFax
from fakefax.callbacks import pool as kept_connections
from fakefax.callbacks.client import CallbackClient
from fakefax.values.forms import PostedBody
from tests.callbacks import keepers
from tests.callbacks.endpoints import DEADLINE, in_a_thread, send
from tests.callbacks.keepers import (
    CLOSES,
    KEEPS,
    SILENT,
    Ending,
    Seen,
    answers,
    answers_always,
    hangs_after,
    idles,
    keeper,
)
from tests.processes import serving

LATER = "503 Service Unavailable"
BODY = PostedBody("text/plain", b"x")
ATTEMPTS = 97
"""Of one receipt, in a day."""


@pytest.fixture(scope="module")
def a_day(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of a scenario whose receipts expire after a day."""
    path = tmp_path_factory.mktemp("scenario") / "day.yaml"
    path.write_text("receipts: {expires_after: 24h}\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def fax(a_day: str) -> Iterator[FakeFax]:
    """A paused fakefax that gives an attempt time enough on a busy machine, since none here may be lost."""
    with FakeFax(a_day) as running:
        yield running


def walk(fax: FakeFax, url: str) -> list[str | None]:
    """The failures of all attempts of one receipt, in a day."""
    fax.callback_url = url
    send(fax)
    assert fax.advance("48h", budget=DEADLINE).settled
    failures = [attempt.failure for attempt in fax.faxes[-1].attempts]
    assert len(failures) == ATTEMPTS
    return failures


@pytest.mark.parametrize(
    "ending",
    [
        pytest.param(answers(SILENT), id="at once"),
        pytest.param(answers(SILENT, SILENT), id="after two"),
        pytest.param(answers(*5 * [SILENT]), id="after five"),
        pytest.param(idles(0.02, SILENT), id="after 20 ms"),
        pytest.param(idles(0.0005, SILENT), id="after half a millisecond"),
        pytest.param(keepers.half_closes, id="by half"),
        pytest.param(answers_always(SILENT), id="never"),
        pytest.param(answers(KEEPS, KEEPS, KEEPS, CLOSES), id="with a word"),
    ],
)
def test_an_endpoint_sees_every_attempt_whenever_it_closes(fax: FakeFax, ending: Ending):
    """A day at an endpoint that closes connections, with a word or without: it sees every attempt."""
    with keeper(ending) as (endpoint, seen):
        assert set(walk(fax, endpoint.url)) == {LATER}
        assert len(seen.bodies) == ATTEMPTS


def test_an_endpoint_sees_every_attempt_of_many_at_once(fax: FakeFax):
    """Three receipts that come due together for a day, at an endpoint that closes after two: it sees all."""
    with keeper(answers(SILENT, SILENT)) as (endpoint, seen):
        fax.callback_url = endpoint.url
        jobs = [send(fax) for _ in range(3)]
        assert fax.advance("48h", budget=DEADLINE).settled
        assert {attempt.failure for one in fax.faxes for attempt in one.attempts} == {LATER}
        assert Counter(body.partition(b"&")[0].decode() for body in seen.bodies) == {
            f"fax_job_id={job}": ATTEMPTS for job in jobs
        }


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections wait for longer than a busy machine may pause between two attempts."""
    monkeypatch.setattr(kept_connections, "IDLE", DEADLINE)


@pytest.mark.usefixtures("unhurried")
def test_a_connection_that_is_promised_is_used_again(fax: FakeFax):
    """An endpoint that says `Connection: keep-alive` gets all attempts of a day on one connection."""
    with keeper(answers_always(KEEPS)) as (endpoint, seen):
        assert set(walk(fax, endpoint.url)) == {LATER}
        assert (len(seen.bodies), endpoint.connections) == (ATTEMPTS, 1)


@pytest.mark.usefixtures("unhurried")
def test_an_endpoint_that_promises_only_who_asks_is_asked_each_time(fax: FakeFax):
    """Apache says `Connection: keep-alive` only to a request that says it too: its connections are used again."""
    with keeper(keepers.promises_who_asks) as (endpoint, seen):
        assert set(walk(fax, endpoint.url)) == {LATER}
        assert (len(seen.bodies), endpoint.connections) == (ATTEMPTS, 1)


@pytest.mark.usefixtures("unhurried")
def test_a_promise_is_one_only_as_long_as_it_is_repeated(fax: FakeFax):
    """An endpoint that once answers without the promise gets a connection for each attempt from then on."""
    with keeper(answers(*11 * [KEEPS], SILENT)) as (endpoint, seen):
        assert set(walk(fax, endpoint.url)) == {LATER}
        assert len(seen.bodies) == ATTEMPTS
        assert endpoint.connections == 1 + ATTEMPTS - 12


def test_an_endpoint_that_breaks_its_promise_is_not_trusted_again(fax: FakeFax):
    """It says that it keeps connections and closes them: that may cost it one attempt, and never another one."""
    with keeper(answers(KEEPS)) as (endpoint, seen):
        failures = walk(fax, endpoint.url) + walk(fax, endpoint.url)
        lost = [failure for failure in failures if failure != LATER]
        assert len(lost) <= 1
        assert len(seen.bodies) == len(failures) - len(lost)


def test_more_endpoints_than_can_be_remembered_are_asked_anew(fax: FakeFax, monkeypatch: pytest.MonkeyPatch):
    """The memory for endpoints is bounded: one that was forgotten is asked again, and sees every attempt too."""
    monkeypatch.setattr(kept_connections, "MAX_SINGLE_USE", 1)
    with keeper(answers_always(SILENT)) as (one, seen), keeper(answers_always(SILENT)) as (other, _):
        for endpoint in (one, other, one):
            assert set(walk(fax, endpoint.url)) == {LATER}
        assert (len(seen.bodies), seen.asked) == (2 * ATTEMPTS, 2)


class _OneAtATime(BaseHTTPRequestHandler):
    """Says nothing of connections, and serves nobody else while one is open."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def test_an_endpoint_that_serves_one_connection_at_a_time_is_not_blocked(fax: FakeFax):
    """A plain http.server is free for the next attempt as soon as it has answered one."""
    with in_a_thread(HTTPServer(("127.0.0.1", 0), _OneAtATime)) as endpoint:
        assert set(walk(fax, f"http://127.0.0.1:{endpoint.server_port}/faxto")) == {LATER}


def test_a_kept_connection_that_nobody_needs_is_closed_soon(fax: FakeFax):
    """The endpoint sees the end of a connection without waiting for the end of fakefax."""
    with keeper(answers_always(KEEPS)) as (endpoint, seen):
        walk(fax, endpoint.url)
        seen.ended.clear()
        assert seen.ended.wait(DEADLINE)


def test_a_server_that_stops_leaves_no_connection_behind(a_day: str):
    """When fakefax ends, kept connections end with it."""
    with keeper(answers_always(KEEPS)) as (endpoint, seen):
        with FakeFax(a_day) as fax:
            walk(fax, endpoint.url)
            seen.ended.clear()
        assert seen.ended.wait(DEADLINE)


@pytest.mark.usefixtures("unhurried")
def test_an_attempt_that_hangs_on_a_kept_connection_ends_with_its_sandbox():
    """A reset drops the attempt and closes the connection under it, though the endpoint never answers."""
    with keeper(hangs_after(KEEPS, KEEPS)) as (endpoint, seen), FakeFax() as fax:
        fax.callback_url = endpoint.url
        send(fax)
        with pytest.raises(AdvanceGaveUp):
            fax.advance("1h", budget=0.5)
        assert (len(seen.bodies), endpoint.connections) == (3, 1)
        seen.ended.clear()
        fax.reset()
        assert seen.ended.wait(DEADLINE / 2)


def test_a_secure_endpoint_need_not_shake_hands_for_each_attempt(tmp_path: Path, a_day: str):
    """Over HTTPS a kept connection saves the handshake, and fakefax ends at once though the endpoint plays dead."""
    authority = trustme.CA()
    trusted = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    over = Event()

    def secure(connection: socket.socket, seen: Seen) -> None:
        with context.wrap_socket(connection, server_side=True) as wrapped:
            answers(*ATTEMPTS * [KEEPS])(wrapped, seen)
            over.wait(DEADLINE)

    with (
        keeper(secure) as (endpoint, seen),
        serving("--rate", "0", "--scenario", a_day, SSL_CERT_FILE=str(trusted)) as server,
    ):
        with FakeFax.connect(server.url) as fax:
            url = endpoint.url.replace("http://127.0.0.1", "https://localhost")
            assert set(walk(fax, url)) == {LATER}
            assert len(seen.bodies) == ATTEMPTS
            assert endpoint.connections < 20  # one, unless the machine pauses for longer than connections wait
        assert server.end() == 0
        over.set()


@pytest.mark.usefixtures("unhurried")
async def test_an_endpoint_that_says_when_it_closes_is_asked_to_keep_the_next_one():
    """`Connection: close` on the second answer of each connection is an honest word, no reason for distrust."""
    client = CallbackClient(timeout=DEADLINE)
    with keeper(answers(KEEPS, CLOSES)) as (endpoint, seen):
        answered = [await client.post(endpoint.url, BODY) for _ in range(6)]
        await client.close()
        assert [answer.status_code for answer in answered] == 6 * [503]
        assert (endpoint.connections, seen.asked) == (3, 6)


@pytest.mark.usefixtures("unhurried")
async def test_a_connection_that_was_idle_for_too_long_is_not_used(monkeypatch: pytest.MonkeyPatch):
    """Though it has not been swept up yet: its endpoint may be about to close it."""
    client = CallbackClient(timeout=DEADLINE)
    with keeper(answers_always(KEEPS)) as (endpoint, _):
        for idle in (DEADLINE, DEADLINE, 0.0):
            monkeypatch.setattr(kept_connections, "IDLE", idle)
            assert (await client.post(endpoint.url, BODY)).status_code == 503
            monkeypatch.setattr(kept_connections, "IDLE", DEADLINE)
        await client.close()
        assert endpoint.connections == 2


@pytest.mark.usefixtures("unhurried")
async def test_an_endpoint_that_goes_silent_is_trusted_on_none_of_its_connections():
    """Of two that it had promised to keep, the one that waits is not used after the other went without the word."""
    both = Barrier(2)

    def ending(connection: socket.socket, seen: Seen) -> None:
        seen.one(connection)
        if len(seen.bodies) <= 2:
            both.wait(DEADLINE)
            connection.sendall(KEEPS)
            seen.one(connection)
        connection.sendall(SILENT)

    client = CallbackClient(timeout=DEADLINE)
    with keeper(ending) as (endpoint, _):
        await asyncio.gather(client.post(endpoint.url, BODY), client.post(endpoint.url, BODY))
        connections = [endpoint.connections]
        for _ in range(2):
            assert (await client.post(endpoint.url, BODY)).status_code == 503
            connections.append(endpoint.connections)
        await client.close()
        assert connections == [2, 2, 3]
