"""The same seed, scenario, calls and advances give the same journal, to the byte."""

import asyncio
import re
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from fakefax.scenario.loader import shipped_scenarios
from tests.api.wire import KEY, Answer, Receiver, Wire, open_wire

pytestmark = pytest.mark.usefixtures("shared_pool")

DEFAULT = shipped_scenarios()["default"].read_text(encoding="utf-8")
AFTER_REAL_SECONDS = "+15005550116"
NUMBERS = sorted({"+123456789", *re.findall(r"\+1500555[0-9]{4}", DEFAULT)} - {AFTER_REAL_SECONDS})
"""The numbers that the default scenario knows, without those that only cost real time."""

OK, NOT_NOW, GONE = (
    b"HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status
    for status in (b"200 OK", b"503 Service Unavailable", b"410 Gone")
)
PORT = re.compile(rb"(http://127\.0\.0\.1:)[0-9]+")


class Endpoint:
    """Answers by the receipt and by how often it came, so that what came between does not matter."""

    def __init__(self) -> None:
        self._asked: dict[bytes, int] = {}

    async def answer(self, request: bytes) -> bytes:
        body = request.partition(b"\r\n\r\n")[2]
        times = self._asked[body] = self._asked.get(body, 0) + 1
        return OK if times == 3 or not len(body) % 3 else (NOT_NOW, GONE)[times % 2]


def numbers(name: str) -> list[str]:
    """Those that a scenario knows, or every third, where one is as good as another."""
    text = shipped_scenarios()[name].read_text(encoding="utf-8")
    return NUMBERS if any(number in text for number in NUMBERS) else NUMBERS[::3]


async def script(wire: Wire, numbers: list[str]) -> None:
    """Sends, errors, polls and advances; the answers do not matter."""
    for number in numbers:
        order = {"api_key": KEY, "fax_number": number, "document_id": "10"}
        await attempt(wire, "GET", f"/api/v2/fax?{urlencode(order)}")
        if number.endswith("5"):
            await attempt(wire, "POST", "/api/v1/fax?api_key=unknown")
            await attempt(wire, "POST", f"/api/v2/fax?api_key={KEY}&document_id=9999&fax_number=123")
            await advance(wire, {"by": "20s"})
    await attempt(wire, "GET", f"/api/v2/fax/203/status?api_key={KEY}")
    await attempt(wire, "GET", f"/api/v2/balance?api_key={KEY}")
    await attempt(wire, "PATCH", "/_fakefax/account", json={"balance": 55.5})
    await advance(wire, {"by": "16m"})
    await attempt(wire, "POST", "/_fakefax/faxes/201/resend")
    await attempt(wire, "POST", "/_fakefax/incoming-faxes", json={"from": "+4420123456", "pages": 2})
    await advance(wire, {"by": "1h"})
    await attempt(wire, "PATCH", "/_fakefax/account", json={"callback_url": None})
    await attempt(wire, "GET", f"/api/v2/fax?api_key={KEY}&fax_number=%2B4420123456&document_id=10")
    await advance(wire, {"until": "idle"})


async def advance(wire: Wire, how: dict[str, str]) -> None:
    assert (await wire.call("POST", "/_fakefax/clock/advance", json=how)).status == 200


async def attempt(wire: Wire, method: str, target: str, **options: Any) -> Answer | None:
    """One request; a scenario may cut the connection, or answer only when simulated time has gone by."""
    calling = asyncio.ensure_future(wire.call(method, target, **options))
    while not (await asyncio.wait([calling], timeout=0.005))[0]:
        if any(timer.name.startswith("answer to ") for timer in wire.server.sandbox.clock.timers()):
            await advance(wire, {"by": "10s"})
    try:
        return await calling
    except aiohttp.ClientError:
        return None


async def played(name: str, seed: int = 7) -> bytes:
    """The journal of a fresh server after the script; only the port of the endpoint is made the same."""
    endpoint = Endpoint()
    text = f"seed: {seed}\n{shipped_scenarios()[name].read_text(encoding='utf-8').replace('seed: 7', '')}"
    async with (
        Receiver(endpoint.answer).listening() as receiver,
        open_wire(text, callback_url=receiver.url) as wire,
    ):
        await script(wire, numbers(name))
        journal = await wire.call("GET", "/_fakefax/journal")
    return PORT.sub(rb"\1PORT", journal.body)


@pytest.mark.parametrize("name", shipped_scenarios())
async def test_every_shipped_scenario_replays_to_the_byte(name: str):
    """Two fresh servers that are asked the same have the same history: times, ids, order, reasons."""
    first, second = await played(name), await played(name)
    assert first.count(b'"seq":') > 3 * len(numbers(name))
    assert first == second


async def test_another_seed_gives_other_data():
    """Random choices come from the seed: with another one the ordinary day is another day."""
    assert await played("ordinary-day", 7) != await played("ordinary-day", 8)
