"""A server of the default scenario for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.api.wire import Wire, open_wire


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with open_wire() as opened:
        yield opened
