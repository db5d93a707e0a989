"""Durations as people write them."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakefax.values.durations import (
    EXPECTED,
    MAX_SECONDS,
    PATTERN,
    RANGE_PATTERN,
    format_duration,
    parse_duration,
    parse_range,
    parse_timeout,
)

MICROSECOND = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("limit", "seconds"), [("5", 5), ("0.5", 0.5), (".5", 0.5), ("5.", 5), (5, 5), (0.25, 0.25), ("1m", 60)]
)
def test_a_limit_of_real_time_may_be_a_number_of_seconds(limit: object, seconds: float):
    """Wherever a timeout is given: 5, "5" and "5s" are the same."""
    assert parse_timeout(limit) == seconds


@pytest.mark.parametrize("limit", ["0", "3601", "2h", "-1", "1e3", "inf", "nan", " 5", "soon", "9" * 5000, True])
def test_a_wrong_timeout_is_refused(limit: object):
    """From a millisecond to an hour, and nothing that only Python reads as a number."""
    with pytest.raises(ValueError, match=r"is not|are not"):
        parse_timeout(limit)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("0", timedelta()),
        ("0s", timedelta()),
        ("250ms", timedelta(milliseconds=250)),
        ("45s", timedelta(seconds=45)),
        ("15m", timedelta(minutes=15)),
        ("1h30m", timedelta(minutes=90)),
        ("48h", timedelta(hours=48)),
        ("2d", timedelta(days=2)),
        ("1d2h3m4s5ms", timedelta(days=1, hours=2, minutes=3, seconds=4, milliseconds=5)),
        ("30s1m", timedelta(seconds=90)),
        ("1.5h", timedelta(minutes=90)),
        ("0.1s", timedelta(milliseconds=100)),
        ("0.001ms", MICROSECOND),
        ("0.0019ms", MICROSECOND),
        ("36500d", timedelta(days=36500)),
    ],
)
def test_a_duration_is_read(text: str, span: timedelta):
    """Numbers with units add up, decimals are exact, and what is finer than a microsecond is cut off."""
    assert parse_duration(text) == span


NO_DURATIONS = [
    "",
    "15",
    "00",
    "m",
    "15 m",
    "15min",
    "15M",
    "-5m",
    "+5m",
    "1,5h",
    ".5h",
    "1.h",
    "1e3s",
    "1h-30m",
    "m15",
]


@pytest.mark.parametrize("text", [*NO_DURATIONS, " 15m", "15m ", "15m\n", "٣s", "15m..30m"])
def test_a_wrong_duration_is_refused(text: str):
    """Anything else is refused with the text as it was and examples of what is right."""
    with pytest.raises(ValueError, match=f"^{re.escape(f'{text!r} is not {EXPECTED}')}$"):
        parse_duration(text)
    assert EXPECTED == "a duration such as 45s, 15m, 1h30m or 48h"


def test_an_endless_number_is_refused_without_being_read():
    """Two million digits are neither calculated with nor repeated in the message."""
    message = "'99999999999999999999' and 1999981 more characters are not " + EXPECTED
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        parse_duration("9" * 2_000_000 + "s")


@pytest.mark.parametrize("text", ["36501d", "36500d1ms", "9" * 500 + "h"])
def test_a_duration_of_more_than_a_century_is_refused(text: str):
    """A duration too long for any clock is refused with the longest one."""
    with pytest.raises(ValueError, match=f"^'{text}' is longer than the longest duration, 876000h$"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("20s..2m", (timedelta(seconds=20), timedelta(minutes=2))),
        ("0..1h", (timedelta(), timedelta(hours=1))),
        ("5m..5m", (timedelta(minutes=5), timedelta(minutes=5))),
        ("30s", (timedelta(seconds=30), timedelta(seconds=30))),
    ],
)
def test_a_range_is_read(text: str, ends: tuple[timedelta, timedelta]):
    """Two durations with dots between them are a range; a single one is a range of itself."""
    assert parse_range(text) == ends
    assert re.match(RANGE_PATTERN, text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2m..20s", "'2m..20s' starts with its longer end; write 20s..2m"),
        ("..2m", f"'' is not {EXPECTED}"),
        ("20s..", f"'' is not {EXPECTED}"),
        ("20s...2m", f"'.2m' is not {EXPECTED}"),
        ("1s..2s..3s", f"'2s..3s' is not {EXPECTED}"),
        ("20..2m", f"'20' is not {EXPECTED}"),
    ],
)
def test_a_wrong_range_is_refused(text: str, problem: str):
    """A range with an end that is missing, wrong or on the wrong side is refused with the reason."""
    with pytest.raises(ValueError, match=f"^{re.escape(problem)}$"):
        parse_range(text)


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(), "0s"),
        (timedelta(seconds=45), "45s"),
        (timedelta(minutes=15), "15m"),
        (timedelta(minutes=90), "1h30m"),
        (timedelta(days=2), "48h"),
        (timedelta(hours=1, seconds=1), "1h1s"),
        (timedelta(milliseconds=1500), "1.5s"),
        (MICROSECOND, "0.000001s"),
        (timedelta(minutes=1, microseconds=10), "1m0.00001s"),
        (-timedelta(minutes=15), "-15m"),
        (-MICROSECOND, "-0.000001s"),
    ],
)
def test_a_span_is_written(span: timedelta, text: str):
    """A span is written short, with hours as the largest unit."""
    assert format_duration(span) == text


@given(st.integers(0, MAX_SECONDS * 1_000_000))
def test_a_written_duration_can_be_read(microseconds: int):
    """Every span up to a century is read again exactly as it was, and fits the form that files are checked by."""
    span = microseconds * MICROSECOND
    text = format_duration(span)
    assert parse_duration(text) == span
    assert re.match(PATTERN, text)


@given(st.text(alphabet="0123456789.smhd", max_size=12))
def test_the_form_and_the_reader_agree(text: str):
    """A text that the pattern in the scenario's schema allows can be read, unless it is too long; no other can."""
    try:
        problem = "" if parse_duration(text) >= timedelta() else "below zero"
    except ValueError as error:
        problem = str(error)
    if re.match(PATTERN, text):
        assert problem == "" or "is longer than" in problem
    else:
        assert problem == f"{text!r} is not {EXPECTED}"
