"""The members that put rules in front at run time: the ends of faxes, faults of the API, faults of callbacks."""

from collections.abc import Mapping
from typing import Any, Literal, TypedDict, Unpack

from fakefax.handle.connected import Connected
from fakefax.handle.errors import WrongValue, choice
from fakefax.handle.worlds import SECTIONS, Section, checked_rule
from fakefax.views import RuleList, RuleView

Condition = int | str
"""A number, or a condition such as ">20", "<=3" or "1..5"."""


class When(TypedDict, total=False):
    """What a rule takes: all fields given must fit. A `*` in text fits anything.

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


class RequestFault(TypedDict, total=False):
    """What is done to a request; scenarios/README.md says what each key is for."""

    status: int
    body: str | dict[str, Any] | list[Any]
    content_type: str
    refuse: str
    rate_limit: Mapping[str, int | str]
    mix: Mapping[str, float]
    lose_reply: Literal["before_commit", "after_commit"]
    reset: bool
    truncate: bool
    commit: bool
    delay: str
    real_delay: str


class CallbackFault(TypedDict, total=False):
    """What is done to a callback; scenarios/README.md says what each key is for."""

    drop: bool
    delay: str
    duplicate: bool
    reorder: bool
    lose_ack: bool
    before_reply: bool
    poll: Literal["ahead", "behind"]
    poll_by: str
    change: Mapping[str, str | int | None]
    mix: Mapping[str, float]


class Given:
    """A condition that waits for what shall happen: `fakefax.given(fax_number="+44*").busy(times=2)`.

    Each method puts one rule in front of all others. `times` uses it up; without, it stays until it is removed.
    Raises WrongValue, with every problem of the rule.
    """

    def __init__(self, rules: "RuleMembers", when: When) -> None:
        self._rules = rules
        self._when = when

    def ok(self, *, after: str = "30s", times: int | None = None) -> "PutRule":
        """The fax is sent."""
        return self.then("ok", after=after, times=times)

    def busy(self, *, after: str = "30s", times: int | None = None) -> "PutRule":
        """The line is busy."""
        return self.then("busy", after=after, times=times)

    def no_answer(self, *, after: str = "30s", times: int | None = None) -> "PutRule":
        """Nobody answers."""
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
        outcomes = [{"msg_code": msg_code, "after": after} for msg_code in msg_codes]
        return self._put("faxes", outcomes, times)

    def fault(self, *, times: int | None = None, **effect: Unpack[RequestFault]) -> "PutRule":
        """A fault of the API itself.

        fakefax.given(operation="send_fax").fault(lose_reply="after_commit", times=1)
        fakefax.given(nth=3).fault(status=500)
        """
        return self._put("requests", _something(effect, "fault(status=500)"), times)

    def callback_fault(self, *, times: int | None = None, **effect: Unpack[CallbackFault]) -> "PutRule":
        """A fault on the way to the callback URL.

        fakefax.given(msg_code="busy").callback_fault(lose_ack=True, times=1)
        """
        return self._put("callbacks", _something(effect, "callback_fault(drop=True)"), times)

    def _put(self, section: Section, then: object, times: int | None) -> "PutRule":
        return self._rules.put_rule(section, {"when": dict(self._when), "then": then, "times": times})


def _something(effect: Mapping[str, object], example: str) -> dict[str, object]:
    """What a fault does. Raises WrongValue when that is nothing."""
    if not effect:
        raise WrongValue(f"say what goes wrong, such as {example}")
    return dict(effect)


class PutRule:
    """A rule that was put in front."""

    def __init__(self, rules: "RuleMembers", section: Section, rule_id: str) -> None:
        self._rules = rules
        self._section = section
        self.id = rule_id

    @property
    def used(self) -> int:
        """How often it has decided."""
        listed = self._rules._ask("GET", f"/rules/{self._section}", RuleList).rules
        return next((rule.used for rule in listed if rule.id == self.id), 0)

    def remove(self) -> None:
        """Take it away again. Raises Unknown when it is gone already."""
        self._rules._ask("DELETE", f"/rules/{self._section}", RuleList, id=self.id)


class RuleMembers(Connected):
    """given, fault, callback_fault, put_rule."""

    def given(self, **when: Unpack[When]) -> Given:
        """For what fits these fields, something else shall happen than the scenario says; without fields, for all.

        fakefax.given(fax_number="+44*").busy(times=2)            # then the scenario decides again
        fakefax.given(pages=">20").then("busy", "ok")             # the second try gets through
        fakefax.given(operation="send_fax").fault(status=500)
        fakefax.given(attempt=1).callback_fault(lose_ack=True)
        """
        return Given(self, when)

    def fault(self, *, times: int | None = None, **effect: Unpack[RequestFault]) -> PutRule:
        """A fault of the API for every request; with `times`, for the next ones.

        fakefax.fault(lose_reply="after_commit", times=1)         # accepted and charged, and nobody is told
        """
        return Given(self, {}).fault(times=times, **effect)

    def callback_fault(self, *, times: int | None = None, **effect: Unpack[CallbackFault]) -> PutRule:
        """A fault of every callback; with `times`, of the next ones.

        fakefax.callback_fault(duplicate=True)                    # every receipt comes twice
        """
        return Given(self, {}).callback_fault(times=times, **effect)

    def put_rule(self, section: Section, rule: Mapping[str, object]) -> PutRule:
        """A rule of `faxes`, `requests` or `callbacks` in front of the others, written as in a scenario file.

        fakefax.put_rule("faxes", {"when": {"pages": ">20"}, "then": {"mix": {"ok": 9, "busy": 1}}})

        Raises WrongValue, with every problem of the rule.
        """
        if section not in SECTIONS:
            raise WrongValue(f"{section!r} is no section of rules; {choice(section, SECTIONS)}")
        written = {name: value for name, value in checked_rule(rule).items() if value is not None}
        put = self._ask("POST", f"/rules/{section}", RuleView, written)
        return PutRule(self, section, put.id)
