"""Large objects are freed immediately, without the garbage collector."""

import asyncio
import gc
import socket
import tracemalloc
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from yarl import URL

from fakefax.callbacks.client import CallbackClient
from fakefax.core.ids import FaxJobIds
from fakefax.documents.pool import FilePool
from fakefax.sandbox.registry import Sandboxes
from fakefax.sandbox.services import SharedServices
from fakefax.scenario.loader import check_rule, load_scenario
from fakefax.values.forms import PostedBody
from tests.api.wire import Wire, open_wire
from tests.callbacks.endpoints import closes, raw_endpoint

SIZE = 700_000
TIMES = 12
ENOUGH = TIMES * SIZE // 2
"""The bytes of twelve bodies that may be left; the last ones may still be on their way."""

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
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
async def wire(shared_pool: FilePool) -> AsyncIterator[Wire]:
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
            answer = await client.post(endpoint.url, PostedBody("application/octet-stream", bytes(SIZE)))
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


async def test_rules_of_run_time_leave_nothing_after_a_reset(wire):
    """A test that puts large answers in front, and resets, again and again does not fill the memory."""
    rule = {"then": {"status": 200, "body": "x" * SIZE}}

    async def put_and_reset() -> None:
        assert (await wire.call("POST", "/_fakefax/rules/requests", json=rule)).status == 201
        assert (await wire.call("GET", SEND)).status == 200
        assert (await wire.call("POST", "/_fakefax/reset")).status == 200

    assert await left_of(put_and_reset) < ENOUGH


async def test_uploads_that_are_broken_off_leave_nothing(wire):
    """Clients that go away in the middle of their upload leave none of what they had sent."""
    head = (
        "POST /api/v2/files?api_key=f@x2r0ckkz HTTP/1.1\r\nHost: fax.to\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    )

    async def break_off() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", URL(wire.url).port)
        writer.write(head.encode() + b"a" * SIZE)
        await writer.drain()
        await wire.get("clock")
        writer.transport.abort()
        await wire.get("clock")

    assert await left_of(break_off) < ENOUGH


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "busy"])
async def test_a_closed_sandbox_is_freed_by_nobody_but_its_users(busy):
    """Its parts hold each other no longer: rules, journal and faxes are gone without the garbage collector."""
    sandboxes = Sandboxes(load_scenario("default"), SharedServices(CallbackClient(), FaxJobIds(), START))
    sandbox, _ = sandboxes.create(sandboxes.given)
    account = sandbox.first_account
    written = check_rule("requests", {"then": {"status": 200, "body": "x" * SIZE}})
    rule = sandbox.rules.requests.put_in_front(written)
    gone = [weakref.ref(part) for part in (rule, sandbox, sandbox.journal, sandbox.store, sandbox.rules)]
    if busy:
        sandbox.change_account(account, urls={"callback_url": "http://127.0.0.1:9/"})
        sandbox.send(account, "+15005550001", 10)
        sandbox.send(account, "+15005550202", 10)
        await sandbox.walk(lambda clock: clock.advance(timedelta(minutes=1)))
        sandbox.send(account, "+123456789", 10)
    with without_collector():
        await sandboxes.delete(sandbox)
        del rule, sandbox, account, written
        await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.05)
        assert [reference() for reference in gone] == [None] * len(gone)
    await sandboxes.close()
