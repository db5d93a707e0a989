"""The guard: no test reaches the real Fax.to by a forgotten address."""

import socket
import ssl
from typing import Any

import httpx  # noqa: F401 (here once, and not for each run inside of a test)
import pytest
import requests  # noqa: F401 (likewise)

from fakefax.pytest_plugin.guard import (
    WRAPPER,
    NetworkGuard,
    RealFaxToStopped,
    asked_of_proxy,
    is_guarded,
    is_near,
)
from tests.callbacks.endpoints import raw_endpoint
from tests.pytest_plugin.conftest import Run

CONNECTING = """
import asyncio
import contextlib
import socket
import urllib.request
from concurrent.futures import ThreadPoolExecutor

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


def by_thread():
    with ThreadPoolExecutor() as pool:
        pool.submit(by_urllib).result()


@pytest.mark.parametrize("connect", [by_urllib, by_socket, by_address, by_asyncio, by_thread])
@pytest.mark.parametrize("swallowed", [False, True])
def test_it(fakefax, connect, swallowed):
    with contextlib.suppress(OSError if swallowed else ()):
        connect()
"""
FAR = "203.0.113.7"
STOPPED = "*::test_it* tried to reach the real *fax.to*, and was stopped: nothing was sent. *fakefax.base_url*"


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fax.to's names lead to some address of the internet, whatever the hosts file of this machine says."""
    real = socket.getaddrinfo

    def resolve(host: Any, *port: Any, **how: Any) -> Any:
        return real(FAR if "fax.to" in str(host).lower() else host, *port, **how)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


@pytest.fixture
def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's own functions are in place, though the run that has this test may have a guard of its own."""
    for owner in (socket, socket.socket, ssl.SSLSocket, ssl.SSLObject, ssl.SSLContext):
        for name, function in list(vars(owner).items()):
            original = function
            while hasattr(original, WRAPPER):
                original = getattr(original, WRAPPER)
            if original is not function:
                monkeypatch.setattr(owner, name, original)


@pytest.mark.usefixtures("elsewhere")
def test_every_way_to_the_real_host_is_stopped(run: Run):
    """For every library the test fails with a sentence that says what to set, though the program swallows it."""
    result = run(CONNECTING, "-W", "ignore")
    result.assert_outcomes(failed=10)
    result.stdout.fnmatch_lines([STOPPED, "*--fakefax-allow-real, or fakefax_guard = false*"])
    assert result.stdout.str().count("and was stopped: nothing was sent") >= 10


@pytest.mark.usefixtures("elsewhere")
def test_a_client_with_words_of_its_own_hides_nothing(run: Run):
    """Where the program's HTTP client says only that it cannot connect, the report says what was stopped."""
    result = run(
        """
        import asyncio

        import aiohttp

        async def connect():
            async with aiohttp.ClientSession() as session, session.get("http://api.fax.to/api/v2/balance"):
                pass

        def test_it(fakefax):
            asyncio.run(connect())

        def test_the_next(): assert False
        """,
        "-W",
        "ignore",
    )
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["E *Cannot connect to host api.fax.to:80*", "*- fakefax -*", STOPPED])
    assert result.stdout.str().count("- fakefax -") == 1, "the next test has tried nothing"


@pytest.mark.usefixtures("unguarded", "elsewhere")
@pytest.mark.parametrize("how", ["option", "ini"])
def test_it_can_be_turned_off(run: Run, pytester: pytest.Pytester, how: str):
    """With the option or the ini file's word, the connection is the test's own affair."""
    if how == "ini":
        pytester.makeini("[pytest]\nfakefax_guard = false")
    result = run(
        f"import socket\ndef test_it(fakefax): assert '{FAR}' in str(socket.getaddrinfo('fax.to', 443))",
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
    guard = NetworkGuard()
    guard.start()
    try:
        assert socket.getaddrinfo("fax.to", 80) == [(2, 1, 6, "", ("127.0.0.1", 80))]
        with pytest.raises(RealFaxToStopped):
            socket.getaddrinfo("api.fax.to", 80)
        assert [stopped.host for stopped in guard.stopped] == ["api.fax.to"]
        with (
            socket.socket() as client,
            pytest.raises(RealFaxToStopped, match=r"8\.8\.8\.8, which a name"),
        ):
            client.connect(("8.8.8.8", 443))
    finally:
        guard.end()
    assert socket.getaddrinfo is resolve


def test_patches_of_others_stay(monkeypatch: pytest.MonkeyPatch):
    """At its end the guard puts back what was there, and leaves alone what somebody has put over it."""
    before = socket.getaddrinfo
    guard = NetworkGuard()
    guard.start()
    connect = socket.socket.connect
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [])
    other = socket.getaddrinfo
    guard.end()
    assert socket.getaddrinfo is other
    assert socket.socket.connect is not connect
    monkeypatch.undo()
    socket.getaddrinfo = before


THROUGH_PROXY = """
import asyncio
import contextlib
import socket
import urllib.request

import aiohttp
import httpx
import pytest
import requests

PROXY = "__PROXY__"


def by_environment(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    requests.get("https://fax.to/api/v2/balance", timeout=5)


def by_requests(_):
    requests.get("http://api.fax.to/api/v2/balance", proxies={"http": PROXY}, timeout=5)


def by_httpx(_):
    try:
        httpx.get("https://fax.to/api/v2/balance", proxy=PROXY, trust_env=False)
    except httpx.RemoteProtocolError:
        print("httpx read although it could not send, and need not wait")


def by_aiohttp(_):
    async def get():
        async with aiohttp.ClientSession() as session, session.get("https://fax.to/", proxy=PROXY):
            pass

    asyncio.run(get())


def by_socks5(_):
    with socket.create_connection(("127.0.0.1", int(PROXY.rpartition(":")[2]))) as client:
        client.sendall(b"\\x05\\x01\\x00")
        client.sendall(b"\\x05\\x01\\x00\\x03\\x06fax.to\\x01\\xbb")


@pytest.mark.parametrize("get", [by_environment, by_requests, by_httpx, by_aiohttp, by_socks5])
def test_it(fakefax, monkeypatch, get):
    with contextlib.suppress(Exception):
        get(monkeypatch)
"""


@pytest.mark.usefixtures("unguarded")
def test_no_proxy_is_asked_for_the_real_host(run: Run):
    """Behind a proxy, by environment or by a setting of the client, the test fails and no proxy is asked."""
    heard: list[bytes] = []

    def listen(connection: socket.socket) -> None:
        connection.settimeout(10)
        while data := connection.recv(1024):
            heard.append(data)

    with raw_endpoint(listen) as proxy:
        url = proxy.url.removesuffix("/faxto")
        result = run(THROUGH_PROXY.replace("__PROXY__", url), "-W", "ignore")
    result.assert_outcomes(failed=5)
    result.stdout.fnmatch_lines(["*::test_it*by_environment* real fax.to through a proxy, and was stopped*"])
    result.stdout.fnmatch_lines(["httpx read although it could not send, and need not wait"])
    assert b"".join(heard) == b"\x05\x01\x00", "the greeting of SOCKS names nobody"


@pytest.mark.parametrize(
    ("data", "host"),
    [
        (b"CONNECT fax.to:443 HTTP/1.1\r\nHost: fax.to:443\r\n\r\n", "fax.to"),
        (b"POST http://u:p@api.fax.to:80/api HTTP/1.1\r\n", "api.fax.to"),
        (b"POST /api/v2/fax HTTP/1.1\r\nHost: fax.to\r\n\r\n", ""),
        (b"\x05\x01\x00\x03\x06fax.to\x01\xbb", "fax.to"),
        (b"\x04\x01\x01\xbb\x00\x00\x00\x01me\x00fax.to\x00", "fax.to"),
        (b"\x05\x01\x00\x03", ""),
        (b"", ""),
        (b"\xff" * 5000, ""),
        (memoryview(b"CONNECT fax.to:443"), "fax.to"),
        (None, ""),
    ],
)
def test_requests_to_a_proxy(data: Any, host: str):
    """The host is read from the request to the proxy: HTTP's CONNECT and absolute form, SOCKS 5 and 4a."""
    assert asked_of_proxy(data) == host


@pytest.mark.parametrize(
    ("address", "near"),
    [
        *((near, True) for near in ("127.0.0.1", "10.1.2.3", "172.17.0.2", "192.168.1.9", "::1", "fd00::5")),
        *((near, True) for near in ("::ffff:127.0.0.1", "0.0.0.0")),
        *((far, False) for far in ("198.18.0.9", "198.19.255.1", "8.8.8.8", "100.64.0.1", "::ffff:8.8.8.8")),
    ],
)
def test_which_addresses_are_near(address: str, near: bool):
    """Addresses of this machine and of private networks are; those that VPN clients make up for names are not."""
    assert is_near(address) is near


@pytest.mark.usefixtures("elsewhere")
def test_a_handshake_with_the_real_host_is_stopped():
    """A client that resolves names by itself is stopped when TLS begins, before it has sent its key."""
    guard = NetworkGuard()
    guard.start()
    try:
        with socket.socket() as far:
            guard._check_connected(far, ("203.0.113.1", 443))
        with pytest.raises(RealFaxToStopped):
            ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="fax.to")
    finally:
        guard.end()


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize(
    ("ini", "uses", "wrapped"),
    [
        ("", "", False),
        ("", "fakefax", True),
        ("fakefax_guard = true", "", True),
        ("fakefax_guard = false", "fakefax", False),
    ],
)
def test_sockets_are_touched_only_where_fakefax_is_used(
    run: Run, pytester: pytest.Pytester, ini: str, uses: str, wrapped: bool
):
    """A run without the fixture keeps Python's own functions, unless the ini file asks for the guard."""
    pytester.makeini(f"[pytest]\n{ini}")
    run(
        f"""
        import socket

        def test_the_first():
            assert hasattr(socket.socket.connect, "__fakefax_guards__") is {wrapped}

        def test_the_second({uses}): pass
        """
    ).assert_outcomes(passed=2)
    assert not hasattr(socket.socket.connect, WRAPPER), "at its end the run puts back what was there"


def test_a_proxy_of_the_environment_is_not_asked_for_fakefax(run: Run, monkeypatch: pytest.MonkeyPatch):
    """Where HTTP_PROXY is set and NO_PROXY is not, programs reach fakefax all the same."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("no_proxy", "intranet.example")
    result = run(
        """
        import os
        import requests

        def test_urllib(send, fakefax):
            assert send()["status"] == "executed"

        def test_requests(fakefax):
            requests.get(fakefax.base_url + "/balance", {"api_key": fakefax.api_key}, timeout=10).raise_for_status()
            assert os.environ["no_proxy"] == "intranet.example,127.0.0.1,localhost"
        """
    )
    result.assert_outcomes(passed=2)
