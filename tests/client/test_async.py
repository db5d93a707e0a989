"""In async code: what blocks says so, and can be awaited, under asyncio and under trio."""

import asyncio
import threading

import pytest
import trio
from aiohttp import web
from aiohttp.test_utils import TestServer

from fakefax import FakeFax
from fakefax.client import NeverHappened, UnderEventLoop
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
