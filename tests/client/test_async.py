"""In async code: what blocks says so, and can be awaited, under asyncio and under trio."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any, cast

import pytest
import trio
from aiohttp import web
from aiohttp.test_utils import TestServer

from fakefax import FakeFax
from fakefax.client import NeverHappened, UnderEventLoop
from fakefax.client.aio import Aio
from tests.callbacks.endpoints import DEADLINE, receiver, send


async def test_an_endpoint_on_the_same_loop_is_called_back():
    """The loop goes on while time is advanced, so an endpoint of the test's own loop answers."""
    posted = []

    async def answer(request: web.Request) -> web.Response:
        posted.append(dict(await request.post()))
        return web.Response()

    app = web.Application()
    app.router.add_post("/faxto", answer)
    async with (
        TestServer(app) as server,
        FakeFax(callback_url=str(server.make_url("/faxto"))) as fax,
        asyncio.timeout(5),
    ):
        await asyncio.to_thread(send, fax)
        await fax.aio.advance("1m")
        await fax.aio.run_until_idle()
        await fax.aio.advance_to(fax.now)
        await fax.aio.wait_for("receipt.acknowledged")
        await fax.aio.run(fax.assert_acknowledged)
        assert [fields["msg_code"] for fields in posted] == ["ok"]
        await fax.aio.reset()
        assert fax.faxes == []


class Asked:
    """In the place of a FakeFax: each member notes what it is asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[object, ...], dict[str, object]]] = []

    def __getattr__(self, member: str) -> Callable[..., None]:
        return lambda *given, **named: self.calls.append((member, given, named))


@pytest.mark.parametrize(
    ("member", "given", "named"),
    [
        ("advance", ("1m",), {"budget": "5s"}),
        ("advance_to", ("2030-01-01",), {"budget": "5s"}),
        ("run_until_idle", (), {"within": "2h", "budget": "5s"}),
        ("wait_for", ("request",), {"count": 2, "after": 7, "timeout": "3s", "status": 200}),
        ("reset", (), {}),
        ("snapshot", (), {"keys": False}),
        ("restore", ("saved.json",), {}),
    ],
)
async def test_what_is_awaited_is_asked_for_as_it_is_written(
    member: str, given: tuple[Any, ...], named: dict[str, Any]
):
    """`aio` hands on every argument."""
    asked = Asked()
    await getattr(Aio(cast("FakeFax", asked)), member)(*given, **named)
    assert asked.calls == [(member, given, named)]


@pytest.mark.parametrize("member", ["advance", "advance_to", "run_until_idle", "wait_for"])
async def test_a_blocking_call_under_a_loop_names_the_cure(fax: FakeFax, member: str):
    """Instead of stopping the endpoint that it waits for, it raises, with what to write."""
    arguments = {"advance": ["1m"], "advance_to": ["2030-01-01"], "run_until_idle": [], "wait_for": ["request"]}
    with pytest.raises(UnderEventLoop, match=f"write `await fakefax.aio.{member}"):
        getattr(fax, member)(*arguments[member])


def test_under_trio():
    """The same members can be awaited under trio, which anyio may run on."""

    async def advance() -> None:
        async with FakeFax() as fax:
            with pytest.raises(UnderEventLoop):
                fax.advance("1m")
            fax.receiver.answers(200)
            await trio.to_thread.run_sync(send, fax)
            with trio.fail_after(DEADLINE):
                await fax.aio.advance("1m")
            fax.assert_acknowledged()

    trio.run(advance)


def test_waiting_for_a_program_that_works_by_itself():
    """wait_for returns as soon as it has happened, and says what came close when it does not."""
    with receiver() as endpoint, FakeFax(rate=1000, callback_url=endpoint.url()) as fax:
        worker = threading.Thread(target=send, args=(fax, "+15005550002"))
        worker.start()
        entry = fax.wait_for("receipt.acknowledged")
        worker.join()
        assert entry.fax_job_id == fax.faxes[0].fax_job_id
        with pytest.raises(
            NeverHappened, match=r"(?s)^waited for fax.finished with msg_code .hangup.: it.*close:.*busy"
        ):
            fax.wait_for("fax.finished", msg_code="hangup", timeout=0.05)
