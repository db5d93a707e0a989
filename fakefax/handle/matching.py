"""Which faxes a test means, and of those that it does not get, which one comes closest and where it differs."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fnmatch import fnmatchcase

from fakefax.core.money import as_text
from fakefax.views import FaxDetail

MOST_TOLD = 12
"""Steps of a timeline that are told; a dead endpoint has 193 of them."""


class Wanted:
    """The fields that a fax shall have; None means any. A `*` in the number fits any digits."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        self._fields = {name: value for name, value in fields.items() if value is not None}
        number = self._fields.get("fax_number")
        if number is not None:
            self._fields["fax_number"] = _number(str(number))

    def __str__(self) -> str:
        return " and ".join(f"{name} {value!r}" for name, value in self._fields.items()) or "whatever fields"

    def fits(self, fax: FaxDetail) -> bool:
        return not self.differences(fax)

    def differences(self, fax: FaxDetail) -> list[str]:
        """One line for each field that is otherwise."""
        return [
            f"{name}: expected {value!r}, was {_plain(getattr(fax, name))!r}"
            for name, value in self._fields.items()
            if not _fits(name, value, getattr(fax, name))
        ]

    def closest(self, faxes: Sequence[FaxDetail]) -> str:
        """The fax with the fewest differences, the newest of several: how it differs, and its timeline."""
        fax = min(reversed(faxes), key=lambda each: len(self.differences(each)))
        lines = [f"closest: {summary(fax)}", *(f"  {line}" for line in self.differences(fax)), *timeline(fax)]
        return "\n".join(lines)


def summary(fax: FaxDetail) -> str:
    """A fax in one line."""
    ended = fax.status.value if fax.msg_code is None else f"{fax.status}, {fax.msg_code}"
    receipt = "" if fax.receipt is None else f", receipt {fax.receipt.replace('_', ' ')}"
    return (
        f"fax {fax.fax_job_id} to {fax.fax_number}, document {fax.document_id}, cost {as_text(fax.cost)}: "
        f"{ended}{receipt}"
    )


def timeline(fax: FaxDetail) -> list[str]:
    """What happened to a fax and when, a line for each step."""
    steps = [f"  {step.at:%Y-%m-%d %H:%M:%S}  {step.event}" for step in fax.timeline]
    if len(steps) <= MOST_TOLD:
        return steps
    half = MOST_TOLD // 2
    return [*steps[:half], f"  … {len(steps) - 2 * half} more …", *steps[-half:]]


def listed(faxes: Sequence[FaxDetail]) -> str:
    """What was sent in all, a line for each fax."""
    return "\n".join(f"  {summary(fax)}" for fax in faxes) or "  nothing"


def _fits(name: str, wanted: object, found: object) -> bool:
    if name == "fax_number":
        return fnmatchcase(str(found), str(wanted))
    return found == wanted


def _plain(value: object) -> object:
    """A value as a test would write it: 'busy', not its enum."""
    if isinstance(value, Decimal):
        return as_text(value)
    return str(value) if isinstance(value, str) else value


def _number(text: str) -> str:
    """A number as faxes have it, + and digits, however it was written."""
    digits = "".join(char for char in text if char.isdigit() or char == "*")
    return digits if digits.startswith("*") else f"+{digits}"
