"""Plain answers, which are written in one piece, are those that aiohttp would have written."""

import asyncio

import pytest
from yarl import URL

from fakefax.server import handler
from tests.api.test_strange_requests import HOST
from tests.api.wire import DEADLINE, QUERY, Wire, open_wire

ASKED = {
    "a fax": f"/api/v2/fax?{QUERY}",
    "a refusal": "/api/v2/fax?api_key=wrong&fax_number=%2B15550100&document_id=10",
    "an unknown document": f"/api/v2/fax?{QUERY}".replace("document_id=10", "document_id=999"),
}


async def answered(wire: Wire, target: str) -> tuple[str, dict[str, str], bytes]:
    """The status line, the headers without the date, and the body of an answer on a connection that is kept."""
    reader, writer = await asyncio.open_connection("127.0.0.1", URL(wire.url).port)
    async with asyncio.timeout(DEADLINE):
        writer.write(f"GET {target} HTTP/1.1\r\n".encode() + HOST + b"\r\n")
        status, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()[:-1]
        headers = dict(line.split(": ", 1) for line in lines)
        assert headers.pop("Date").endswith(" GMT")
        body = await reader.readexactly(int(headers["Content-Length"]))
    writer.close()
    await writer.wait_closed()
    return status, headers, body


@pytest.mark.parametrize("target", ASKED.values(), ids=ASKED)
async def test_a_plain_answer_is_as_aiohttp_would_have_written_it(monkeypatch, target):
    """Status line, headers and body are the same in both ways."""
    async with open_wire() as wire:
        plain = await answered(wire, target)
    monkeypatch.setattr(handler, "is_plain", lambda *_: False)
    async with open_wire() as wire:
        assert await answered(wire, target) == plain
