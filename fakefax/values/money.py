"""Exact amounts of the simulated balance, and how Fax.to prints them: 100, 99.85, 0.15."""

from decimal import Decimal, InvalidOperation
from functools import lru_cache

MAX_AMOUNT = Decimal(10) ** 9
"""With six decimals that is fifteen digits, which a float of a YAML or JSON file still carries exactly."""
MAX_PLACES = 6
EXPECTED = f"an amount such as 0.15, with at most {MAX_PLACES} decimals, below {MAX_AMOUNT:,}"


def parse_amount(value: object) -> Decimal:
    """Turn a number or its text into an exact Decimal; a float is taken as it prints, 0.15 as 0.15.

    Raises ValueError naming the value unless it is a finite amount of at most six decimals.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ValueError(f"{value!r} is not {EXPECTED}")
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError(f"{value!r} is not {EXPECTED}") from None
    # Only comparisons here: arithmetic would round a number of many digits, or overflow.
    if not amount.is_finite() or not -MAX_AMOUNT < amount < MAX_AMOUNT or amount != round(amount, MAX_PLACES):
        raise ValueError(f"{value!r} is not {EXPECTED}")
    return amount


Money = int | Decimal
"""An amount as a JSON number, as `as_json` makes it."""


def as_json(amount: Decimal) -> Money:
    """The JSON number Fax.to prints: an integer when whole (100), else the shortest exact decimal (99.85)."""
    return int(amount) if amount == amount.to_integral_value() else amount.normalize()


def as_plain(amount: Decimal) -> str:
    """The same number as text, never in exponents: 100, 99.7, 0.15."""
    return f"{Decimal(as_json(amount)):f}"


def as_text(amount: Decimal) -> str:
    """An amount for people, with two decimals or more: 100.00, 99.70, 0.125."""
    whole, _, decimals = as_plain(amount).partition(".")
    return f"{whole}.{decimals:0<2}"


# The same few prices come again and again, and an entry or a job that shares its amount is a fifth smaller.
@lru_cache(maxsize=1024)
def product(price: Decimal, count: int) -> Decimal:
    """So many times a price, exactly."""
    return price * count


@lru_cache(maxsize=1024)
def negative(amount: Decimal) -> Decimal:
    """The same amount going the other way."""
    return -amount
