"""Rules put in front at run time: how faxes end, faults of the API, faults of callbacks."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypedDict, Unpack

from fakefax.client.errors import WrongValue
from fakefax.client.sandboxes import Section
from fakefax.schemas import CallbackFaults as CallbackFault
from fakefax.schemas import RequestFaults as RequestFault
from fakefax.schemas import RuleList

if TYPE_CHECKING:
    from fakefax.client.fakefax import FakeFax


__all__ = ["CallbackFault", "RequestFault", "When"]

Condition = int | str
"""A number, or a condition such as ">20", "<=3" or "1..5"."""


class When(TypedDict, total=False):
    """The conditions of a rule: all fields given must fit. A `*` in text fits anything.

    Of faxes: fax_number, document_id, filename, pages, nth. Of requests: operation, method, fax_number,
    document_id, header, nth. Of callbacks: kind, fax_number, document_id, pages, msg_code, attempt, nth.
    """

    fax_number: str
    document_id: int
    filename: str
    pages: Condition
    nth: Condition
    operation: str
    method: Literal["GET", "POST", "DELETE"]
    header: Mapping[str, str]
    kind: Literal["receipt", "received_fax"]
    msg_code: str
    attempt: Condition


class Given:
    """The beginning of a rule, completed by one of the methods: `fakefax.given(fax_number="+44*").busy(times=2)`.

    Each method puts one rule in front of all others. `times` uses it up; without, it stays until it is removed.
    Raises WrongValue, with every problem of the rule.
    """

    def __init__(self, fakefax: "FakeFax", when: When) -> None:
        self._fakefax = fakefax
        self._when = when
        self.place = ("", 0)
        """The file and the line of the test."""

    def __str__(self) -> str:
        """Say that it was never completed."""
        when = ", ".join(f"{name}={value!r}" for name, value in self._when.items())
        return (
            f"fakefax.given({when}) was never completed, and did nothing: say what shall happen, by .busy(), "
            f'.then("no_answer", "ok"), .fault(...) or .callback_fault(...)'
        )

    def ok(self, *, after: str = "30s", times: int | None = None) -> "PutRule":
        """The fax is sent."""
        return self.then("ok", after=after, times=times)

    def busy(self, *, after: str = "30s", times: int | None = None) -> "PutRule":
        """The line is busy."""
        return self.then("busy", after=after, times=times)

    def no_answer(self, *, after: str = "30s", times: int | None = None) -> "PutRule":
        """No answer."""
        return self.then("no_answer", after=after, times=times)

    def hangup(self, *, after: str = "30s", times: int | None = None) -> "PutRule":
        """The other side hangs up."""
        return self.then("hangup", after=after, times=times)

    def file_error(self, *, after: str = "30s", times: int | None = None) -> "PutRule":
        """The document cannot be converted."""
        return self.then("file_error", after=after, times=times)

    def unknown(self, *, after: str = "30s", times: int | None = None) -> "PutRule":
        """The vendor does not know what went wrong."""
        return self.then("unknown", after=after, times=times)

    def then(self, *msg_codes: str, after: str = "30s", times: int | None = None) -> "PutRule":
        """Successive faxes end so, one after the other; the last msg_code stays.

        fakefax.given().then("busy", "busy", "ok")     # every third try gets through, and all later ones
        """
        self._end()
        outcomes = [{"msg_code": msg_code, "after": after} for msg_code in msg_codes]
        return self._put("faxes", outcomes, times)

    def fault(self, *, times: int | None = None, **effect: Unpack[RequestFault]) -> "PutRule":
        """A fault of the API itself.

        fakefax.given(operation="send_fax").fault(lose_reply="after_commit", times=1)
        fakefax.given(nth=3).fault(status=500)
        """
        self._end()
        return self._put("requests", _something(effect, "fault(status=500)"), times)

    def callback_fault(self, *, times: int | None = None, **effect: Unpack[CallbackFault]) -> "PutRule":
        """A fault on the way to the callback URL.

        fakefax.given(msg_code="busy").callback_fault(lose_ack=True, times=1)
        """
        self._end()
        return self._put("callbacks", _something(effect, "callback_fault(drop=True)"), times)

    def _end(self) -> None:
        """Note that it was completed, be it right or wrong."""
        if self in self._fakefax._open_givens:
            self._fakefax._open_givens.remove(self)

    def _put(self, section: Section, then: object, times: int | None) -> "PutRule":
        return self._fakefax.put_rule(section, {"when": dict(self._when), "then": then, "times": times})


def _something(effect: Mapping[str, object], example: str) -> dict[str, object]:
    """The effect of a fault. Raises WrongValue when it is empty."""
    if not effect:
        raise WrongValue(f"say what goes wrong, such as {example}")
    return dict(effect)


class PutRule:
    """A rule that was put in front."""

    def __init__(self, fakefax: "FakeFax", section: Section, rule_id: str) -> None:
        self._fakefax = fakefax
        self._section = section
        self.id = rule_id

    @property
    def used(self) -> int:
        """How often it has decided."""
        listed = self._fakefax._ask("GET", f"/rules/{self._section}", RuleList).rules
        return next((rule.used for rule in listed if rule.id == self.id), 0)

    def remove(self) -> None:
        """Take it away again. Raises Unknown when it is gone already."""
        self._fakefax._ask("DELETE", f"/rules/{self._section}", RuleList, id=self.id)
