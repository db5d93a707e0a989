"""Numbers in text: ids and counts, sizes of files, fax numbers, and patterns of fax numbers.

As elsewhere, an expression that the start of a server does not need is a text, which `re` compiles and keeps.
"""

import re

MAX_DIGITS = 16
"""Digits of a whole number: more would only cost time."""

MAX_PORT = 65_535

_SEPARATORS = r"[\s().\-/]"
_FAX_NUMBER = re.compile(r"\+[0-9]{5,15}")
_PATTERN = r"\+[0-9*]+|\*[0-9*]*"


def whole_number(text: str) -> int | None:
    """The number that the text says, or None unless it is 1 to 16 ASCII digits."""
    return int(text) if len(text) <= MAX_DIGITS and text.isascii() and text.isdigit() else None


def fax_number(text: str) -> str | None:
    """The text as `+` and 5 to 15 digits (E.164), or None if it is not a fax number.

    Blanks, dashes, dots, slashes and brackets are dropped. A leading 00 means a plus, and so does a leading blank:
    that is a plus that was not percent-encoded.
    """
    if _FAX_NUMBER.fullmatch(text) and text[1:3] != "00":
        return text
    number = "+" + re.sub(_SEPARATORS, "", text).removeprefix("+").removeprefix("00")
    return number if _FAX_NUMBER.fullmatch(number) else None


def number_pattern(text: str) -> str | None:
    """The text as a pattern of fax numbers, with `*` for any digits, or None if it is not one.

    Separators are dropped as in `fax_number`, and a missing plus is added.
    """
    bare = re.sub(_SEPARATORS, "", text)
    pattern = bare if bare.startswith("*") else "+" + bare.removeprefix("+").removeprefix("00")
    return pattern if re.fullmatch(_PATTERN, pattern) else None


UNITS = {"": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}
MAX_SIZE = 1024**4
EXPECTED = "a size such as 500KB, 20MB or 1GB"

_SIZE = re.compile(r"([0-9]{1,13}) ?(KB|MB|GB|)", re.IGNORECASE)


def parse_size(text: str) -> int:
    """A size in bytes, at least one and at most a terabyte. Raises ValueError naming the text."""
    found = _SIZE.fullmatch(text.strip())
    size = int(found.group(1)) * UNITS[found.group(2).upper()] if found else 0
    if not 1 <= size <= MAX_SIZE:
        raise ValueError(f"{text!r} is not {EXPECTED}")
    return size


def format_size(size: int) -> str:
    """The same for people, in the largest unit that needs no fraction."""
    unit = next(unit for unit in reversed(UNITS) if size % UNITS[unit] == 0)
    return f"{size // UNITS[unit]}{unit}" if unit else f"{size} bytes"
