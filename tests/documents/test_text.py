"""Text laid out on pages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakefax.documents.text import COLUMNS, LINES, lay_out, wrap


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("", [1]),
        ("one line", [1]),
        ("x\n" * 60, [60]),
        ("x\n" * 61, [60, 1]),
        ("a\fb", [1, 1]),
        ("a\fb\f", [1, 1]),
        ("a\f\fb", [1, 1, 1]),
        ("x" * 80, [1]),
        ("x" * 81, [2]),
        ("\t" * 11, [2]),
        ("a\r\nb\rc", [3]),
    ],
)
def test_lines_and_form_feeds_make_the_pages(text, pages):
    """Sixty lines of eighty columns are a page; a form feed begins the next one; wide lines are wrapped."""
    assert [len(lines) for lines in lay_out(text)] == pages


def test_a_wide_line_breaks_at_a_blank():
    """Words stay whole where they can."""
    assert list(wrap("word " * 20)) == [("word " * 16)[:-1], "word " * 4]


@given(st.text(alphabet=" ab", max_size=400))
def test_wrapping_loses_nothing_but_blanks(line):
    """The page has the whole text, and no line is wider than the page."""
    pieces = list(wrap(line))
    assert max(map(len, pieces)) <= COLUMNS
    assert "".join(pieces).replace(" ", "") == line.replace(" ", "")


def test_a_long_line_takes_no_more_time_than_its_length():
    """Two megabytes without a line break are laid out at once."""
    assert len(lay_out("x" * 2_000_000)) == -(-2_000_000 // (COLUMNS * LINES))
