"""A paused clock, on its own."""

import pytest

from fakefax.core.clock import Clock
from tests.core.time_tools import START


@pytest.fixture
def clock() -> Clock:
    return Clock(START)
