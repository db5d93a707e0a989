"""The guard: no test reaches the real Fax.to by a forgotten address."""

import socket

import pytest

from fakefax.pytest_plugin.guard import Guard, RealFaxToStopped, is_guarded
from tests.pytest_plugin.conftest import Run

CONNECTING = """
import asyncio
import contextlib
import socket
import urllib.request

import pytest


def by_urllib():
    urllib.request.urlopen("https://fax.to/api/v2/balance", timeout=1)


def by_socket():
    with socket.socket() as client:
        client.connect(("api.fax.to", 443))


def by_address():
    socket.getaddrinfo(b"API.FAX.TO.", 443)


def by_asyncio():
    async def connect():
        await asyncio.open_connection("fax.to", 443)

    asyncio.run(connect())


@pytest.mark.parametrize("connect", [by_urllib, by_socket, by_address, by_asyncio])
@pytest.mark.parametrize("swallowed", [False, True])
def test_it(connect, swallowed):
    with contextlib.suppress(OSError if swallowed else ()):
        connect()
"""
STOPPED = "*a test tried to reach the real *fax.to*, and was stopped: nothing was sent. *fakefax.base_url*"


def test_every_way_to_the_real_host_is_stopped(run: Run):
    """Whatever connects, the test fails with a sentence that says what to set, though the program swallows it."""
    result = run(CONNECTING, "-W", "ignore")
    result.assert_outcomes(failed=8)
    result.stdout.fnmatch_lines([STOPPED, "*--fakefax-allow-real, or fakefax_guard = false*"])
    assert result.stdout.str().count("and was stopped: nothing was sent") >= 8


def test_a_client_with_words_of_its_own_hides_nothing(run: Run):
    """Where the program's HTTP client says only that it cannot connect, the report says what was stopped."""
    result = run(
        """
        import asyncio

        import aiohttp

        async def connect():
            async with aiohttp.ClientSession() as session, session.get("http://api.fax.to/api/v2/balance"):
                pass

        def test_it():
            asyncio.run(connect())

        def test_the_next(): assert False
        """,
        "-W",
        "ignore",
    )
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["E *Cannot connect to host api.fax.to:80*", "*- fakefax -*", STOPPED])
    assert result.stdout.str().count("- fakefax -") == 1, "the next test has tried nothing"


@pytest.mark.parametrize("how", ["option", "ini"])
def test_it_can_be_turned_off(run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, how: str):
    """With the option or the ini file's word, the connection is the test's own affair."""
    if how == "ini":
        pytester.makeini("[pytest]\nfakefax_guard = false")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [])
    result = run(
        "import socket\ndef test_it(): assert socket.getaddrinfo('fax.to', 443) == []",
        *(["--fakefax-allow-real"] if how == "option" else []),
    )
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("name", "guarded"),
    [("fax.to", True), ("www.FAX.to.", True), ("telefax.to", False), ("fax.to.example.com", False), ("", False)],
)
def test_which_names_are_guarded(name: str, guarded: bool):
    """Only Fax.to's own names are."""
    assert is_guarded(name) is guarded


def test_a_name_that_leads_here_is_let_through(monkeypatch: pytest.MonkeyPatch):
    """Where fax.to is an alias of a fakefax, by a hosts file or in a container, the program may use its name."""
    found = {"fax.to": "127.0.0.1", "api.fax.to": "203.0.113.7"}

    def resolve(host: str, port: object) -> list[object]:
        return [(2, 1, 6, "", (found[host], port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    found["api.fax.to"] = "8.8.8.8"
    guard = Guard()
    guard.start()
    try:
        assert socket.getaddrinfo("fax.to", 80) == [(2, 1, 6, "", ("127.0.0.1", 80))]
        with pytest.raises(RealFaxToStopped):
            socket.getaddrinfo("api.fax.to", 80)
        assert guard.stopped == ["api.fax.to"]
    finally:
        guard.end()
    assert socket.getaddrinfo is resolve


def test_what_others_have_patched_stays(monkeypatch: pytest.MonkeyPatch):
    """At its end the guard puts back what was there, and leaves alone what somebody has put over it."""
    before = socket.getaddrinfo
    guard = Guard()
    guard.start()
    connect = socket.socket.connect
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [])
    other = socket.getaddrinfo
    guard.end()
    assert socket.getaddrinfo is other
    assert socket.socket.connect is not connect
    monkeypatch.undo()
    socket.getaddrinfo = before
