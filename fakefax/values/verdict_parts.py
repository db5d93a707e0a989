"""The parts of a verdict: what a program can do wrong in Fax.to's eyes."""

from enum import StrEnum


class Part(StrEnum):
    """The parts of a verdict. Each can be left out."""

    UNACKNOWLEDGED = "unacknowledged"
    NOT_200 = "not_200"
    MALFORMED = "malformed"
    AUDIT = "audit"
    DOUBLE_CHARGE = "double_charge"


DEFAULT_PARTS = tuple(part.value for part in Part if part is not Part.DOUBLE_CHARGE)
"""The parts that every test is checked for. Only a test knows whether the same fax twice is wrong."""
