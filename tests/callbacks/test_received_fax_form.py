"""A received fax as its callback brings it: multipart with the PDF as a file, read by aiohttp's server side."""

import asyncio
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from fakefax.callbacks.client import CallbackClient
from fakefax.core.callbacks.callback import ReceiptState
from fakefax.core.ids import FaxJobIds
from fakefax.sandbox.sandbox import Sandbox
from fakefax.sandbox.services import SharedServices
from fakefax.scenario.loader import parse_scenario
from fakefax.values.forms import FilePart, Form
from tests.callbacks.endpoints import DEADLINE

pytestmark = pytest.mark.usefixtures("shared_pool")

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
FIELDS = ("uuid", "from", "to", "time", "file", "rsid", "speed", "duration", "ecm", "pages", "compression")


class Fax:
    """A fax that has arrived."""

    incoming_fax_id = 7
    api_key = "a"
    recipient = "+15550100"
    pages = 1

    def __init__(self, pdf: bytes) -> None:
        self.pdf = pdf

    @property
    def callback_form(self) -> Form:
        words: dict[str, str | FilePart] = {name: f"{name} \N{EURO SIGN}+&" for name in FIELDS}
        return words | {"file": FilePart("fax.pdf", "application/pdf", self.pdf)}


@pytest.mark.parametrize("size", [0, 1000, 3_000_000])
async def test_a_received_fax_arrives_whole(size: int):
    """The documented fields arrive in order, and the PDF to its last byte; a retry brings the same."""
    pdf = (b"%PDF-1.7\r\n--" + bytes(range(256))) * (size // 266)
    arrived: list[list[tuple[str, object]]] = []

    async def take(request: web.Request) -> web.Response:
        form = await request.post()
        arrived.append(
            [
                (name, (value.filename, value.content_type, value.file.read()))
                if isinstance(value, web.FileField)
                else (name, value)
                for name, value in form.items()
            ]
        )
        return web.Response(status=503 if len(arrived) == 1 else 200)

    app = web.Application(client_max_size=2**24)
    app.router.add_post("/received", take)
    client = CallbackClient()
    async with TestServer(app) as server:
        scenario = (
            f"clock: {{rate: 0}}\naccounts: [{{api_key: a, received_fax_url: '{server.make_url('/received')}'}}]"
        )
        sandbox = Sandbox(parse_scenario(scenario, "x.yaml"), SharedServices(client, FaxJobIds(), START))
        callback = sandbox.retry_scheduler.issue_received(Fax(pdf), sandbox.clock.now)
        async with asyncio.timeout(DEADLINE):
            await sandbox.clock.run_until_idle()
        await sandbox.close()
    await client.close()
    assert callback.state == ReceiptState.ACKNOWLEDGED
    assert arrived[0] == arrived[1]
    assert [name for name, _ in arrived[0]] == list(FIELDS)
    assert dict(arrived[0]) == {name: f"{name} \N{EURO SIGN}+&" for name in FIELDS} | {
        "file": ("fax.pdf", "application/pdf", pdf)
    }
