"""A paused fakefax whose attempts give up after a real second, and the loops that a client alone can run on."""

from collections.abc import Iterator

import pytest

from fakefax import FakeFax
from tests.callbacks.attempts import Run, loop_of


@pytest.fixture
def fax() -> Iterator[FakeFax]:
    with FakeFax(start="2026-01-05T09:00:00Z", callback_timeout=1) as running:
        yield running


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    """Runs a coroutine to its end, once on either loop."""
    with loop_of(request.param) as running:
        yield running
