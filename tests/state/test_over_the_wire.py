"""A server that was given another's snapshot answers from there on as that one does: every fault, to the byte."""

import re
from typing import Any

import pytest

from tests.api.wire import KEY, Receiver, Wire, open_wire
from tests.test_replay import NUMBERS, Endpoint, advance, attempt

pytestmark = pytest.mark.usefixtures("shared_pool")

PORT = re.compile(rb"http://127\.0\.0\.1:[0-9]+/faxto")
LATENCY = re.compile(rb'"latency[a-z_]*":[-+.e0-9]+')


async def sends(wire: Wire) -> None:
    """Each number of the default scenario, which has all faults among its outcomes."""
    for number in NUMBERS:
        order = {"api_key": KEY, "fax_number": number, "document_id": "10"}
        await attempt(wire, "POST", "/api/v2/fax", data=order)


async def before(wire: Wire) -> None:
    await sends(wire)
    await advance(wire, {"by": "17m"})
    await attempt(wire, "POST", "/_fakefax/incoming-faxes", json={"from": "+4420123456", "pages": 2, "after": "1h"})
    await attempt(wire, "POST", "/_fakefax/rules/faxes", json={"then": {"mix": {"ok": 1, "busy": 1}}, "times": 9})
    await sends(wire)
    await advance(wire, {"by": "40s"})


async def after(wire: Wire, receiver: Receiver) -> None:
    urls = {"callback_url": receiver.url, "received_fax_url": receiver.url}
    await attempt(wire, "PATCH", "/_fakefax/account", json=urls)
    await sends(wire)
    await attempt(wire, "POST", "/_fakefax/faxes/201/resend")
    await advance(wire, {"by": "2h"})
    await attempt(wire, "GET", f"/api/v2/fax/203/status?api_key={KEY}")
    await attempt(wire, "GET", f"/api/v2/incoming-faxes?api_key={KEY}")
    await attempt(wire, "POST", "/api/v2/user", data={"email": "me@example.com", "password": "secret"})
    await advance(wire, {"until": "idle"})


async def seen(wire: Wire) -> dict[str, bytes]:
    """All that a tester can look at; only the endpoint's port and real time are made the same."""
    answers: dict[str, bytes] = {}
    for path in ("journal", "ledger", "audit", "verdict", "rules", "faxes?detail=true", "incoming-faxes", "clock"):
        answer = await wire.call("GET", f"/_fakefax/{path}")
        answers[path] = LATENCY.sub(b"", PORT.sub(b"", answer.body))
    return answers


def counted(endpoint: Endpoint) -> Endpoint:
    """Another endpoint that has got the same so far."""
    other = Endpoint()
    other._asked = dict(endpoint._asked)
    return other


@pytest.mark.parametrize("keys", ["?keys=true", ""], ids=["with keys", "masked"])
async def test_it_goes_on_in_another_server(keys: str):
    """The same requests and advances bring about the same journal, ledger, faxes, rules and timers in both."""
    endpoint = Endpoint()
    async with Receiver(endpoint.answer).listening() as receiver, open_wire(callback_url=receiver.url) as wire:
        await before(wire)
        snapshot = await wire.call("GET", f"/_fakefax/snapshot{keys}")
        other_endpoint: Any = counted(endpoint)
        async with Receiver(other_endpoint.answer).listening() as other_receiver, open_wire() as other:
            assert (await other.call("PUT", "/_fakefax/snapshot", data=snapshot.body)).status == 200
            assert await seen(other) == await seen(wire)
            await after(wire, receiver)
            await after(other, other_receiver)
            there, here = await seen(other), await seen(wire)
            for path, answer in here.items():
                assert there[path] == answer, path
