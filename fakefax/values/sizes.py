"""Sizes of files: "20MB" as a number of bytes, and back. A kilobyte has 1024 bytes."""

import re

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
