"""An endpoint for received faxes, whose multipart is parsed by aiohttp's own server."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import NamedTuple

from aiohttp import web

from tests.api.wire import DEADLINE


class ReceivedForm(NamedTuple):
    """One callback: its text fields in their order, and the file."""

    names: list[str]
    fields: dict[str, str]
    filename: str
    content_type: str
    content: bytes


class FaxEndpoint:
    """Answers each callback with the next of `statuses`, and with the last from then on."""

    def __init__(self, statuses: Iterable[int] = (200,)) -> None:
        self.url = ""
        self._statuses = list(statuses)
        self._arrived: asyncio.Queue[ReceivedForm] = asyncio.Queue()

    async def next(self) -> ReceivedForm:
        """The next callback, waited for."""
        async with asyncio.timeout(DEADLINE):
            return await self._arrived.get()

    @property
    def waiting(self) -> int:
        """How many callbacks nobody has asked for yet."""
        return self._arrived.qsize()

    async def take(self, request: web.Request) -> web.Response:
        form = await request.post()
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        file = form["file"]
        assert isinstance(file, web.FileField)
        self._arrived.put_nowait(
            ReceivedForm(list(form), fields, file.filename, file.content_type, file.file.read())
        )
        status = self._statuses.pop(0) if len(self._statuses) > 1 else self._statuses[0]
        return web.Response(status=status)


@asynccontextmanager
async def fax_endpoint(*statuses: int) -> AsyncIterator[FaxEndpoint]:
    """A real HTTP server that takes received faxes."""
    endpoint = FaxEndpoint(statuses or (200,))
    app = web.Application()
    app.router.add_post("/received", endpoint.take)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        endpoint.url = f"http://127.0.0.1:{runner.addresses[0][1]}/received"
        yield endpoint
    finally:
        await runner.cleanup()
