"""A charged fax was answered, or the journal says why not: clients that are gone before their answer."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from typing import Any

import pytest
from yarl import URL

from fakefax.core.real_time import real_sleep
from tests.api.test_strange_requests import HOST
from tests.api.wire import DEADLINE, QUERY, Wire, open_wire

SEND = f"GET /api/v2/fax?{QUERY} HTTP/1.1\r\n".encode() + HOST + b"\r\n"
RESET = struct.pack("ii", 1, 0)
DELAYED = "requests: [{when: {operation: send_fax}, then: {delay: 1h}}]"
GONE = "the client had closed the connection before its answer was written"


def ask_and_reset(wire: Wire, request: bytes) -> None:
    """Send a request and end the connection by a TCP reset, in one turn of the event loop."""
    with socket.create_connection(("127.0.0.1", URL(wire.url).port or 0)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.sendall(request)


async def faults(wire: Wire) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await wire.get("journal?kind=fault.request"))["entries"]
    return found


async def until_faults(wire: Wire, count: int) -> None:
    """Wait until the journal has so many."""
    assert (await wire.post("wait", {"for": {"kind": "fault.request"}, "count": count}))["found"]


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with open_wire() as opened:
        yield opened


async def test_a_charge_whose_answer_could_not_be_written_is_in_the_journal(wire):
    """A client that resets after its request was charged nothing, or the journal says that it got no answer."""
    for _ in range(5):
        ask_and_reset(wire, SEND)
        await real_sleep(0.01)
    assert (await wire.send())["status"] == "executed"
    (*charged, reported) = wire.server.sandbox.fax_jobs(wire.server.sandbox.first_account)
    noted = await faults(wire)
    assert [entry["fax_job_id"] for entry in noted] == [job.fax_job_id for job in charged]
    assert reported.fax_job_id not in {entry["fax_job_id"] for entry in noted}


async def test_the_entry_says_what_was_charged():
    """A client that goes away during a delay: the entry names the fax and its cost."""
    async with open_wire(DELAYED) as wire:
        ask_and_reset(wire, SEND)
        await until_faults(wire, 1)  # the delay
        await wire.post("clock/advance", {"by": "2h"})
        await until_faults(wire, 2)
        *_, entry = await faults(wire)
    assert entry["message"] == (
        f"GET send_fax: {GONE}; fax 200 was accepted and 0.15 charged, and the program did not get the answer; "
        "no rule"
    )
    assert (entry["fax_job_id"], entry["detail"]["committed"], entry["detail"]["status"]) == (200, True, None)


@pytest.mark.parametrize("end", ["half-close", "read"])
async def test_an_answer_that_was_written_is_not_noted(wire, end):
    """A client that reads its answer, half-closed or not, leaves a request in the journal and nothing else."""
    reader, writer = await asyncio.open_connection("127.0.0.1", URL(wire.url).port)
    writer.write(SEND)
    if end == "half-close":
        writer.write_eof()
    async with asyncio.timeout(DEADLINE):
        assert (await reader.readline()) == b"HTTP/1.1 200 OK\r\n"
    writer.close()
    await writer.wait_closed()
    assert (await faults(wire)) == []


async def test_an_answer_that_waits_for_its_reader_is_noted_when_the_reader_goes():
    """Of answers that pile up because nobody reads, those the system had no room for are in the journal."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    async with open_wire(sock=listening) as wire:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", URL(wire.url).port or 0))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        client.setblocking(False)
        sent = client.send(SEND * 400)
        assert sent > len(SEND)
        before = -1
        async with asyncio.timeout(DEADLINE):
            while before != (before := wire.server.sandbox.journal.last_seq):
                await real_sleep(0.1)
        client.close()
        await until_faults(wire, 1)
        jobs = wire.server.sandbox.fax_jobs(wire.server.sandbox.first_account)
        assert [entry["fax_job_id"] for entry in await faults(wire)] == [jobs[-1].fax_job_id]
