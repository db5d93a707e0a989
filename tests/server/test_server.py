"""Both APIs on one port: start, stop, .url, and why an address cannot be listened on."""

import asyncio
import json
import re
import socket
from datetime import timedelta
from urllib.request import urlopen

import pytest

from fakefax.scenario.loader import load_scenario
from fakefax.server.app import Server, ServerOptions
from fakefax.server.listener import CannotListen
from tests.callbacks.endpoints import DEADLINE, receiver


def server(host: str = "127.0.0.1", port: int = 0) -> Server:
    return Server(load_scenario("default"), ServerOptions(host, port))


async def get(url: str) -> dict[str, object]:
    def ask() -> dict[str, object]:
        with urlopen(url, timeout=DEADLINE) as answer:
            found: dict[str, object] = json.load(answer)
            return found

    return await asyncio.to_thread(ask)


async def test_it_listens_where_its_url_says():
    """With port 0 the URL has the port that was taken, and both APIs answer there."""
    async with server() as running:
        assert re.fullmatch(r"http://127\.0\.0\.1:[1-9]\d*", running.url)
        assert (await get(f"{running.url}/_fakefax/readyz"))["status"] == "ready"
        for version in ("v1", "v2"):
            answer = await get(f"{running.url}/api/{version}/balance?api_key=f@x2r0ckkz")
            assert answer["balance"] == 100


async def test_an_ipv6_address_stands_in_brackets():
    """The URL of a server on ::1 can be opened as it is."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            pass
    except OSError:
        pytest.skip("this machine has no IPv6")
    async with server("::1") as running:
        assert running.url.startswith("http://[::1]:")
        assert (await get(f"{running.url}/_fakefax/readyz"))["status"] == "ready"


async def test_a_stopped_server_is_gone():
    """After stop its port is free for another server."""
    async with server() as first:
        port = int(first.url.rpartition(":")[2])
    async with server(port=port) as second:
        assert second.url == first.url


async def test_stopping_does_not_wait_for_idle_clients():
    """A client that keeps its connection open does not hold the end up."""
    async with server() as running:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(running.url.rpartition(":")[2]))
        writer.write(b"GET /_fakefax/readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
        async with asyncio.timeout(1):
            await running.stop()
    writer.close()
    await writer.wait_closed()


async def test_a_server_that_was_not_started_has_no_sandboxes():
    """Asking for the sandbox too early is an error that says what is missing."""
    with pytest.raises(RuntimeError, match=r"^the server has not been started$"):
        _ = server().sandbox


async def test_a_port_in_use_is_named():
    """A second server on a port is refused with the address and the cure, and leaves nothing open."""
    async with server() as running:
        port = int(running.url.rpartition(":")[2])
        message = f"cannot listen on 127.0.0.1:{port}: the port is in use; give another --port, or 0 for a free one"
        with pytest.raises(CannotListen, match=f"^{re.escape(message)}$"):
            await server(port=port).start()
        assert (await get(f"{running.url}/_fakefax/readyz"))["status"] == "ready"


@pytest.mark.parametrize(
    ("host", "port", "reason"),
    [
        ("192.0.2.1", 0, "this machine has no such address; give another --host"),
        ("nowhere.invalid", 0, "the host name is not known; give another --host"),
        ("h" * 70, 0, ".*label.*"),
        ("127.0.0.1", 65536, ".*0-65535.*"),
    ],
)
async def test_an_address_that_cannot_be_used_is_named(host: str, port: int, reason: str):
    """The error names a wrong address and says why."""
    with pytest.raises(CannotListen, match=f"^cannot listen on {re.escape(host)}:{port}: {reason}$"):
        await server(host, port).start()


async def test_two_servers_share_nothing():
    """Two servers in one process have sandboxes of their own."""
    async with server() as one, server() as other:
        await get(f"{one.url}/api/v2/fax?api_key=f@x2r0ckkz&fax_number=%2B123456789&document_id=10")
        assert [len(each.sandbox.fax_jobs(each.sandbox.first_account)) for each in (one, other)] == [1, 0]


async def test_a_server_that_is_started_again_calls_back_again():
    """Its connections to callback URLs are new ones too."""
    running = server()
    with receiver() as endpoint:
        for times in (1, 2):
            async with running:
                sandbox = running.sandbox
                sandbox.first_account.callback_url = f"http://127.0.0.1:{endpoint.server_port}/faxto"
                sandbox.clock.rate = 0
                sandbox.send(sandbox.first_account, "+123456789", 10)
                assert (await sandbox.clock.advance(timedelta(minutes=1), budget=DEADLINE)).settled
            assert len(endpoint.posted) == times


@pytest.mark.parametrize(
    ("host", "token", "is_open"),
    [("127.0.0.1", None, False), ("0.0.0.0", None, True), ("0.0.0.0", "secret", False), ("::1", None, False)],
)
def test_a_server_that_others_reach_is_open_without_a_token(host: str, token: str | None, is_open: bool):
    """Only then is there something to advise about."""
    assert Server(load_scenario("default"), ServerOptions(host, 0, control_token=token)).is_open is is_open
