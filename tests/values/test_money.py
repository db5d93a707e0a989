"""Exact amounts, in and out."""

import json
import re
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakefax.values.money import EXPECTED, as_json, as_plain, as_text, parse_amount

JSON = msgspec.json.Encoder(decimal_format="number")

amounts = st.decimals(-999_999_999, 999_999_999, places=6)


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (0, "0"),
        (100, "100"),
        ("0.15", "0.15"),
        (" 0.15 ", "0.15"),
        ("100.00", "100"),
        ("-3.5", "-3.5"),
        (0.15, "0.15"),
        (0.1, "0.1"),
        (99.85, "99.85"),
        (123456789.123456, "123456789.123456"),
        (Decimal("0.000001"), "0.000001"),
        ("1e3", "1000"),
        ("1.0000000000", "1"),
        ("999999999.999999", "999999999.999999"),
    ],
)
def test_an_amount_is_read(value: object, amount: str):
    """A number or its text becomes exactly what it says; a float is taken as it prints."""
    assert parse_amount(value) == Decimal(amount)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "ten",
        "0,15",
        "$5",
        "0.0000001",
        0.1 + 0.2,
        "1.0000000000000000000000000000000001",
        "1000000000",
        "-1000000000",
        1e300,
        "1E+1000000",
        "1E-1000000",
        "NaN",
        "sNaN",
        "Infinity",
        float("nan"),
        float("-inf"),
        True,
        None,
        [1],
    ],
)
def test_a_wrong_amount_is_refused(value: object):
    """Anything else, too fine or too large included, is refused with the value as it was and what is right."""
    with pytest.raises(ValueError, match=f"^{re.escape(f'{value!r} is not {EXPECTED}')}$"):
        parse_amount(value)
    assert EXPECTED == "an amount such as 0.15, with at most 6 decimals, below 1,000,000,000"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("100", "100"),
        ("100.00", "100"),
        ("1E+3", "1000"),
        ("0", "0"),
        ("-0.00", "0"),
        ("99.850", "99.85"),
        ("0.15", "0.15"),
        ("-0.15", "-0.15"),
        ("0.000001", "0.000001"),
        ("0.1000000", "0.1"),
    ],
)
def test_an_amount_is_printed_as_fax_to_prints_it(amount: str, text: str):
    """A whole amount is an integer, any other the shortest decimal, the same in JSON as in text."""
    assert as_plain(Decimal(amount)) == text
    assert JSON.encode(as_json(Decimal(amount))) == text.encode()


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("100", "100.00"),
        ("99.7", "99.70"),
        ("-0.3", "-0.30"),
        ("0.125", "0.125"),
        ("-0.00", "0.00"),
        ("1E+3", "1000.00"),
    ],
)
def test_people_see_two_decimals_or_more(amount: str, text: str):
    """An amount that is written for people keeps the zeros of a price."""
    assert as_text(Decimal(amount)) == text


@given(amounts)
def test_an_amount_survives_the_way_out_and_in(amount: Decimal):
    """Every amount is read again exactly as it was printed, from text and from JSON, decimal or float."""
    assert parse_amount(amount) == amount
    assert parse_amount(as_text(amount)) == parse_amount(as_plain(amount)) == amount
    printed = JSON.encode(as_json(amount))
    assert parse_amount(json.loads(printed)) == amount
    assert json.loads(printed, parse_float=Decimal) == amount


@given(st.lists(amounts, max_size=100))
def test_sums_are_exact(amounts: list[Decimal]):
    """Adding amounts up gives what whole millionths would give."""
    total = sum((parse_amount(str(amount)) for amount in amounts), Decimal(0))
    assert total * 1_000_000 == sum(int(amount * 1_000_000) for amount in amounts)
