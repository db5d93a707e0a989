"""Bundles of recorded sandboxes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.api.wire import Wire, open_wire


class Recorded:
    """A sandbox that is recorded, at the server of a wire."""

    def __init__(self, wire: Wire, key: str) -> None:
        self.wire = wire
        self.key = key

    async def send(self, number: str = "+123456789", document: str = "10") -> Any:
        target = f"/api/v2/fax?api_key={self.key}&fax_number={number.replace('+', '%2B')}&document_id={document}"
        return await self.wire.call("GET", target)

    async def control(self, method: str, path: str, body: object = None) -> Any:
        sent = {} if body is None else {"json": body}
        answer = await self.wire.call(method, f"/_fakefax{path}", headers={"api_key": self.key}, **sent)
        assert answer.status < 300, answer
        return answer.json

    async def advance(self, by: str) -> Any:
        return await self.control("POST", "/clock/advance", {"by": by})

    async def bundle(self) -> dict[str, Any]:
        bundle: dict[str, Any] = await self.control("GET", "/bundle")
        return bundle


@asynccontextmanager
async def recording(**settings: object) -> AsyncIterator[Recorded]:
    """A recorded sandbox on a paused clock."""
    async with open_wire() as wire:
        wanted = {"rate": 0, "start": "2026-01-05T09:00:00Z", "record": True, **settings}
        made = await wire.call("POST", "/_fakefax/sandboxes", json=wanted)
        assert made.status == 201, made
        yield Recorded(wire, made.json["api_key"])
