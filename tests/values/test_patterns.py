"""Texts with a wildcard: the same answer as a regular expression gives, in linear time."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakefax.values.patterns import wildcard

TEXTS = st.text("ab\n*", max_size=12)


@given(pattern=TEXTS, text=TEXTS)
def test_it_fits_what_the_expression_fits(pattern: str, text: str):
    """A star fits any characters, also none and line breaks; all else fits itself only."""
    expression = ".*".join(re.escape(part) for part in pattern.split("*"))
    assert wildcard(pattern)(text) is (re.fullmatch(expression, text, re.DOTALL) is not None)


@pytest.mark.parametrize("pattern", ["*a*a*a*b", "*" * 2_000 + "b", "*ab" * 1_000 + "c", "*a" * 40_000 + "b*"])
def test_a_long_text_is_no_trouble(pattern: str):
    """A pattern with many stars is done with at once: an expression would take longer than there is time."""
    fits = wildcard(pattern)
    for _ in range(20):
        assert not fits("a" * 80_000)
