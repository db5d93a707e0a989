"""What was large goes at once: nobody has to wait until the garbage collector comes for it."""

import gc
import socket
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager

import aiohttp
import pytest

from fakefax.callbacks.client import CallbackClient
from fakefax.values.forms import Body
from tests.api.wire import Wire, open_wire
from tests.callbacks.endpoints import closes, raw_endpoint

SIZE = 700_000
TIMES = 12
ENOUGH = TIMES * SIZE // 2
"""What may be left of twelve bodies; the last ones may still be on their way."""

SEND = "/api/v2/fax?api_key=f@x2r0ckkz&fax_number=%2B123456789&document_id=10"


@contextmanager
def without_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def left_of(work: Callable[[], Awaitable[None]]) -> int:
    """The bytes that are left of doing something many times, without the garbage collector."""
    await work()
    with without_collector():
        tracemalloc.start()
        try:
            for _ in range(TIMES):
                await work()
            return tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with open_wire() as opened:
        yield opened


@pytest.mark.parametrize(
    "content_type", ["application/json", "multipart/form-data; boundary=b"], ids=["json", "multipart"]
)
async def test_a_broken_body_leaves_nothing(wire, content_type):
    """A program that sends rubbish again and again does not fill the memory."""

    async def send_rubbish() -> None:
        answer = await wire.call("POST", SEND, data=b"{" * SIZE, headers={"Content-Type": content_type})
        assert answer.status == 400

    assert await left_of(send_rubbish) < ENOUGH


def closes_at_once(_: socket.socket) -> None:
    """Take the connection, read nothing."""


@pytest.mark.parametrize("behaviour", [closes, closes_at_once])
async def test_a_failed_attempt_leaves_nothing(behaviour):
    """An endpoint that is down for two days while large faxes arrive does not either."""
    client = CallbackClient(timeout=5)
    with raw_endpoint(behaviour) as endpoint:

        async def attempt() -> None:
            answer = await client.post(endpoint.url, Body("application/octet-stream", bytes(SIZE)))
            assert answer.failure is not None

        assert await left_of(attempt) < ENOUGH
    await client.close()


async def test_a_deleted_sandbox_leaves_no_file(wire):
    """Tests that upload files to sandboxes of their own do not add up."""

    async def upload_and_delete() -> None:
        made = await wire.call("POST", "/_fakefax/sandboxes", json={})
        key = made.json["api_key"]
        form = aiohttp.FormData()
        form.add_field("file", b"a" * SIZE, filename="a.txt")
        document = await wire.call("POST", f"/api/v2/files?api_key={key}", data=form)
        assert document.status == 200
        await wire.call("DELETE", f"/_fakefax/sandboxes?api_key={key}")

    assert await left_of(upload_and_delete) < ENOUGH
