"""Whole numbers, fax numbers and their patterns: one reading of each for both APIs and the client."""

import pytest

from fakefax.values.numbers import fax_number, number_pattern, whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("10", 10),
        ("007", 7),
        ("9" * 16, 10**16 - 1),
        ("9" * 17, None),
        ("", None),
        ("-1", None),
        (" 1", None),
        ("1.0", None),
        ("٣", None),
        ("²", None),
    ],
)
def test_a_whole_number_is_at_most_sixteen_ascii_digits(text: str, number: int | None):
    """Signs, blanks, fractions, other scripts' digits and endless numbers are not whole numbers."""
    assert whole_number(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+12048134699", "+12048134699"),
        (" 12048134699", "+12048134699"),
        ("0044 20 7183-8750", "+442071838750"),
        ("+1 (204) 813.46/99", "+12048134699"),
        ("+0012048134699", "+12048134699"),
        ("1234", None),
        ("+1234567890123456", None),
        ("+1204abc4699", None),
        ("", None),
    ],
)
def test_a_fax_number_is_read_however_it_is_written(text: str, number: str | None):
    """Separators are dropped, and 00 or a missing plus is a plus."""
    assert fax_number(text) == number


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("+44*", "+44*"),
        ("44*", "+44*"),
        ("0044*", "+44*"),
        ("+1 (500) 555-*", "+1500555*"),
        ("*", "*"),
        ("*99", "*99"),
        ("+", None),
        ("", None),
        ("+44?", None),
        ("fax", None),
    ],
)
def test_a_pattern_is_a_number_with_stars(text: str, pattern: str | None):
    """A pattern is read as a number is; one that no number can fit is refused."""
    assert number_pattern(text) == pattern
