"""The faxes that a test means; if there are none, the one that comes closest and where it differs."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fnmatch import fnmatchcase

from fakefax.client.errors import HistoryGone, WrongValue
from fakefax.schemas import FaxDetail, JobState, MsgCode
from fakefax.values.money import as_text
from fakefax.values.numbers import number_pattern, whole_number

MAX_STEPS = 12
"""Steps of a timeline that are shown; a dead endpoint has 193 of them."""


class FaxQuery:
    """The fields that a fax must have; None means any. A `*` in the number fits any digits.

    Raises WrongValue for what no fax can have: an assertion that nothing of it was sent would always hold.
    """

    def __init__(self, fields: Mapping[str, object]) -> None:
        self._fields = {name: _checked(name, value) for name, value in fields.items() if value is not None}

    def __str__(self) -> str:
        """ " with fax_number '+44*' and document_id 10"; nothing where any fax will do."""
        fields = " and ".join(f"{name} {value!r}" for name, value in self._fields.items())
        return f" with {fields}" if fields else ""

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
        """The fax with the fewest differences: how it differs, and its timeline.

        Of several one to the number that is meant, and of these the newest.
        """
        fax = min(reversed(faxes), key=self._distance)
        lines = [f"closest: {summary(fax)}", *(f"  {line}" for line in self.differences(fax)), *timeline(fax)]
        return "\n".join(lines)

    def _distance(self, fax: FaxDetail) -> tuple[int, bool]:
        number = self._fields.get("fax_number")
        elsewhere = number is not None and not _fits("fax_number", number, fax.fax_number)
        return len(self.differences(fax)), elsewhere


def summary(fax: FaxDetail) -> str:
    """A fax in one line."""
    ended = fax.status.value if fax.msg_code is None else f"{fax.status}, {fax.msg_code}"
    receipt = "" if fax.receipt is None else f", receipt {fax.receipt.replace('_', ' ')}"
    return (
        f"fax {fax.fax_job_id} to {fax.fax_number}, document {fax.document_id}, cost {as_text(fax.cost)}: "
        f"{ended}{receipt}"
    )


def timeline(fax: FaxDetail) -> list[str]:
    """The timeline of a fax, a line for each step."""
    steps = [f"  {step.at:%Y-%m-%d %H:%M:%S}  {step.event}" for step in fax.timeline]
    if len(steps) <= MAX_STEPS:
        return steps
    half = MAX_STEPS // 2
    return [*steps[:half], f"  … {len(steps) - 2 * half} more …", *steps[-half:]]


def count(faxes: Sequence[FaxDetail]) -> str:
    """ "1 fax was", "2 faxes were"."""
    return "1 fax was" if len(faxes) == 1 else f"{len(faxes)} faxes were"


def listed(faxes: Sequence[FaxDetail]) -> str:
    """All faxes that were sent, a line for each."""
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


def _checked(name: str, value: object) -> object:
    """A field as faxes have it. Raises WrongValue for what it cannot be."""
    if name == "fax_number":
        return _number(str(value))
    if name == "document_id":
        return _document_id(value)
    known = {"msg_code": MsgCode, "status": JobState}.get(name)
    if known is not None and value not in list(known):
        raise WrongValue(f"{name} {value!r} is none of {', '.join(sorted(known))}")
    return value


def _document_id(value: object) -> int:
    number = whole_number(str(value))
    if number is None:
        raise WrongValue(f"document_id {value!r} is not a whole number such as 10")
    return number


def _number(text: str) -> str:
    """A number as faxes have it, + and digits, however it was written."""
    pattern = number_pattern(text)
    if pattern is None:
        raise WrongValue(f"fax_number {text!r} is not a number such as +123456789, or a pattern such as +44*")
    return pattern


def require_all(evicted: int, what: str) -> None:
    """Raise HistoryGone when faxes are gone that the answer may depend on."""
    __tracebackhide__ = True
    if evicted:
        raise HistoryGone(
            f"{what} cannot be known any more: {evicted:,} finished faxes were evicted; "
            f"start fakefax with a larger --fax-limit"
        )
