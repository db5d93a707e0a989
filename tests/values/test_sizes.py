"""Sizes as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakefax.values.numbers import MAX_SIZE, format_size, parse_size


@pytest.mark.parametrize(
    ("text", "size"), [("1", 1), ("1023", 1023), ("1KB", 1024), ("20mb", 20 * 1024**2), ("1024 GB", MAX_SIZE)]
)
def test_sizes_are_read(text, size):
    """A kilobyte has 1024 bytes; a number alone is bytes."""
    assert parse_size(text) == size


@given(st.integers(min_value=1, max_value=MAX_SIZE))
def test_a_size_is_shown_as_it_is_read(size):
    """The text that is shown for a size means the same size."""
    assert parse_size(format_size(size).removesuffix(" bytes")) == size
