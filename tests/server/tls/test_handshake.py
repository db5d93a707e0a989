"""Journal entries of connections to the port for HTTPS whose handshake failed."""

import asyncio
import http.client
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from yarl import URL

from fakefax.server.tls.context import TlsOptions
from tests.api.wire import DEADLINE, Wire, open_wire


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with open_wire(tls=TlsOptions(tmp_path / "tls", port=0)) as wire:
        yield wire


async def reported(wire: Wire) -> str:
    """The sentence of the first connection without HTTP."""
    answer = await wire.post("wait", {"for": {"kind": "connection.no_http"}, "timeout": "5s"})
    assert answer["found"], answer
    message: str = answer["entries"][0]["message"]
    return message


def port_of(wire: Wire) -> int | None:
    return URL(wire.server.tls_url or "").port


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            b"GET / HTTP/1.1\r\n\r\n",
            "the client speaks plain HTTP on the port for HTTPS; use https://, or the port of HTTP",
        ),
        (
            b"CONNECT fax.example:443 HTTP/1.1\r\n\r\n",
            "the client takes the port for HTTPS for a proxy; point its URL there",
        ),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "its TLS handshake failed: "),
    ],
)
async def test_input_that_is_not_tls_leaves_a_trace(wire: Wire, said: bytes, reason: str):
    """Plain HTTP on the port for HTTPS gets an empty reply; the journal says so, with the cure."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(wire))
    writer.write(said)
    async with asyncio.timeout(DEADLINE):
        await reader.read()
    writer.close()
    assert (await reported(wire)).startswith(
        f"a connection without an HTTP request was closed without an answer: {reason}"
    )


async def test_a_client_that_does_not_trust_us_leaves_a_trace(wire: Wire):
    """A program whose certificate check fails is reported in the journal how it is made to trust."""
    connection = http.client.HTTPSConnection("127.0.0.1", port_of(wire), timeout=DEADLINE)
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.to_thread(connection.request, "GET", "/")
    connection.close()
    assert "the client does not trust the certificate; `fakefax ca` shows how" in await reported(wire)


async def test_a_client_that_only_disconnects_leaves_none(wire: Wire):
    """A probe that only opens the port is not a failure."""
    _, writer = await asyncio.open_connection("127.0.0.1", port_of(wire))
    writer.close()
    await writer.wait_closed()
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(wire))
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    async with asyncio.timeout(DEADLINE):
        await reader.read()
    writer.close()
    await reported(wire)
    assert len((await wire.get("journal?kind=connection"))["entries"]) == 1
