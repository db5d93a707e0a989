"""Together with other plugins: pytest-asyncio, pytest-aiohttp, anyio, freezegun; and with none."""

from pathlib import Path
from typing import Any

import pytest

from fakefax.client.control_client import ControlClient
from tests.pytest_plugin.conftest import Run

AUTO = ("-o", "asyncio_mode=auto", "-o", "asyncio_default_fixture_loop_scope=function")

ASYNC = """
import asyncio

import pytest
from aiohttp import web


@pytest.fixture
async def app(aiohttp_server):
    app = web.Application()
    receipts = []

    async def receipt(request):
        receipts.append(dict(await request.post()))
        return web.Response()

    app.router.add_post("/faxto", receipt)
    server = await aiohttp_server(app)
    server.receipts = receipts
    return server


async def test_an_app_on_the_same_loop(fakefax, send, app):
    fakefax.callback_url = str(app.make_url("/faxto"))
    await asyncio.to_thread(send)
    await fakefax.aio.advance("1m")
    assert len(app.receipts) == 1
    fakefax.assert_acknowledged()


async def test_a_blocking_call_is_refused(fakefax):
    with pytest.raises(RuntimeError, match="await fakefax.aio.advance"):
        fakefax.advance("1m")


def test_sync_tests_as_ever(fakefax, send):
    send()
    fakefax.advance("1m")
"""


def test_with_pytest_asyncio_and_pytest_aiohttp(run: Run):
    """An async test awaits what blocks, and its app on the same loop is called back."""
    plugins = ("pytest_asyncio.plugin", "pytest_aiohttp.plugin")
    run(ASYNC, *AUTO, plugins=plugins).assert_outcomes(passed=3)


ANYIO = """
import anyio.to_thread
import pytest

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param


async def test_both_loops(fakefax, send):
    fakefax.receiver.answers(200)
    await anyio.to_thread.run_sync(send)
    await fakefax.aio.advance("1m")
    fakefax.assert_acknowledged()
    with pytest.raises(RuntimeError, match="await fakefax.aio.run_until_idle"):
        fakefax.run_until_idle()
"""


def test_with_anyio_on_both_loops(run: Run):
    """Under anyio the same is awaited, on asyncio and on trio."""
    run(ANYIO, plugins=("anyio.pytest_plugin",)).assert_outcomes(passed=2)


FROZEN = """
import __LIBRARY__
import pytest


@pytest.fixture(autouse=True)
def frozen():
    with __HOW__("2020-02-29 12:00:00"):
        yield


def test_time_is_frozen_before_anything_is_loaded(fakefax, send):
    fakefax.receiver.answers(503, 200)
    send()
    fakefax.advance("1h")
    fakefax.assert_acknowledged()
    assert fakefax.now.year == 2020


@pytest.mark.fakefax(rate=100_000)
def test_simulated_time_flows_though_the_programs_does_not(fakefax, send):
    fakefax.receiver.answers(200)
    send()
    assert fakefax.wait_for("receipt.acknowledged")
"""


@pytest.mark.parametrize("how", ["freezegun.freeze_time", "time_machine.travel"])
def test_with_frozen_time(run: Run, how: str):
    """A program's frozen time stops neither the server nor the client, even when both are loaded under it."""
    result = run(FROZEN.replace("__HOW__", how).replace("__LIBRARY__", how.partition(".")[0]), apart=True)
    result.assert_outcomes(passed=2)


def test_nothing_heavy_is_loaded_by_who_does_not_use_it(run: Run):
    """A run that uses no fixture of fakefax loads two modules of the plugin, and no server or client."""
    result = run(
        """
        import sys

        def test_it():
            heavy = {"aiohttp", "msgspec", "yaml", "fakefax.core", "fakefax.client", "fakefax.server"}
            if sys.version_info < (3, 14):  # in which pytest's debugger has it
                heavy.add("asyncio")
            assert heavy & set(sys.modules) == set()
            plugin = "fakefax.pytest_plugin"
            ours = {name for name in sys.modules if name.startswith("fakefax")}
            assert ours == {"fakefax", plugin, f"{plugin}.hooks", f"{plugin}.options"}
        """,
        apart=True,
    )
    result.assert_outcomes(passed=1)


MANY = """
import pytest

@pytest.mark.parametrize("number", range(20))
def test_it(fakefax, number):
    pass
"""


def test_a_sandbox_is_three_requests(run: Run, monkeypatch: pytest.MonkeyPatch):
    """A sandbox is made, judged and deleted by one request each; `python -m benchmarks fixture` times them."""
    asked: list[tuple[str, str]] = []
    ask = ControlClient.ask_bytes

    def counting(self: ControlClient, method: str, path: str, *rest: Any, **more: Any) -> bytes:
        asked.append((method, path))
        return ask(self, method, path, *rest, **more)

    monkeypatch.setattr(ControlClient, "ask_bytes", counting)
    run(MANY).assert_outcomes(passed=20)
    of_a_test = [("POST", "/sandboxes"), ("GET", "/verdict"), ("DELETE", "/sandboxes")]
    assert asked == [("GET", "/account"), *(20 * of_a_test)]


HANGING = """
import json
import threading
import urllib.request

from tests.documents.hostile import tiling


def test_hanging(fakefax):
    body = b'--b\\r\\nContent-Disposition: form-data; name="file"; filename="a.pdf"\\r\\n\\r\\n' + tiling()
    body += b"\\r\\n--b--\\r\\n"
    head = {"Content-Type": "multipart/form-data; boundary=b"}
    files, key = fakefax.base_url + "/files", "?api_key=" + fakefax.api_key
    document_id = json.load(urllib.request.urlopen(urllib.request.Request(files + key, body, head)))["document_id"]
    preview = f"{files}/{document_id}/preview.jpg{key}"
    threading.Thread(target=lambda: urllib.request.urlopen(preview), daemon=True).start()
    while b"is rendered" not in urllib.request.urlopen(fakefax.url + "/_fakefax/clock" + key).read():
        pass
"""


def test_a_run_ends_while_a_picture_is_drawn(run: Run, monkeypatch: pytest.MonkeyPatch):
    """A preview that would be drawn for ever keeps no run from its end."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent.parent))
    run(HANGING, "-p", "no:threadexception", apart=True).assert_outcomes(passed=1)
