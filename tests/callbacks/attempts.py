"""Attempts of a client alone, on each event loop that `fakefax serve` may run on."""

import asyncio
import importlib
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import pytest

from fakefax.callbacks.client import CallbackClient
from fakefax.core.callbacks.callback import Answer
from fakefax.values.forms import PostedBody
from tests.callbacks.endpoints import DEADLINE

SMALL = PostedBody("application/x-www-form-urlencoded", b"fax_job_id=200")
LARGE = PostedBody("application/octet-stream", bytes(range(256)) * 10_000)
KEPT = b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n"
KEEPS = KEPT + b"Content-Length: 2\r\n\r\nOK"

Run = Callable[[Coroutine[Any, Any, Any]], Any]


@contextmanager
def loop_of(name: str) -> Iterator[Run]:
    """Runs a coroutine to its end, on the loop of asyncio or of uvloop."""
    if not find_spec(name):
        pytest.skip(f"{name} is an extra")

    async def within(work: Coroutine[Any, Any, Any]) -> Any:
        async with asyncio.timeout(DEADLINE):
            return await work

    with asyncio.Runner(loop_factory=importlib.import_module(name).new_event_loop) as runner:
        yield lambda work: runner.run(within(work))


def post(run: Run, *urls: str, body: PostedBody = SMALL, **options: Any) -> list[Answer]:
    """One attempt after the other with one client."""

    async def attempts() -> list[Answer]:
        client = CallbackClient(**options)
        try:
            return [await client.post(url, body) for url in urls]
        finally:
            await client.close()

    answered: list[Answer] = run(attempts())
    return answered


def reported(*made: Answer) -> list[tuple[int | None, str | None]]:
    return [(answer.status_code, answer.failure) for answer in made]
