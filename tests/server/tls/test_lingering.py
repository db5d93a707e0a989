"""An HTTPS client that keeps its side open after the end: nobody else feels it."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from yarl import URL

from fakefax.server.tls.context import TlsOptions
from tests.api.wire import DEADLINE, QUERY, open_wire

IMPATIENT = 0.2
"""Real seconds that a client gets in these tests."""

SEND = f"POST /api/v2/fax?{QUERY} HTTP/1.1\r\nHost: fax\r\nContent-Length: 0\r\n{{}}\r\n"


@contextmanager
def asked(url: str, request: str) -> Iterator[ssl.SSLSocket]:
    """A connection on which this was asked, and that its client does not close."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    raw = socket.create_connection(("127.0.0.1", URL(url).port or 0), timeout=DEADLINE)
    with context.wrap_socket(raw) as secure:
        secure.sendall(request.encode())
        yield secure


@pytest.mark.parametrize(
    ("then", "more"),
    [
        pytest.param("{lose_reply: after_commit}", "", id="lost"),
        pytest.param("{truncate: true}", "", id="cut"),
        pytest.param("{delay: 0s}", "Connection: close\r\n", id="closed"),
    ],
)
async def test_a_lingering_client_takes_nothing_from_others(tmp_path, then, more):
    """Slow clients are still dropped when their time is up, and the server stops without a complaint."""
    story = f"requests: [{{when: {{operation: send_fax}}, times: 1, then: {then}}}]"
    complaints: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context["message"]))
    tls = TlsOptions(tmp_path / "tls", port=0)
    async with open_wire(story, tls=tls, client_timeout=IMPATIENT) as wire, asyncio.timeout(DEADLINE):
        lingering = asked(wire.server.tls_url or "", SEND.format(more))
        secure = await asyncio.to_thread(lingering.__enter__)
        await asyncio.to_thread(secure.recv, 1)
        for _ in range(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", URL(wire.url).port)
            writer.write(b"POST /api/v2/fax HTTP/1.1\r\nHost: fax\r\nContent-Length: 100\r\n\r\nabc")
            assert b"400" in await reader.readline()
            writer.close()
    await asyncio.to_thread(lingering.__exit__, None, None, None)
    assert complaints == []
