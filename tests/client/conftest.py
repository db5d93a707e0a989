"""A paused fakefax in this process."""

from collections.abc import Iterator

import pytest

from fakefax import FakeFax


@pytest.fixture
def fax() -> Iterator[FakeFax]:
    with FakeFax(start="2026-01-05T09:00:00Z", callback_timeout=1) as running:
        yield running
