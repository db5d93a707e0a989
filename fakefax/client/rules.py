"""The members that put rules in front at run time: the ends of faxes, faults of the API, faults of callbacks."""

import sys
from collections.abc import Mapping
from functools import cached_property
from typing import Unpack

from fakefax.client.connected import Connected
from fakefax.client.errors import WrongValue, choice
from fakefax.client.rule_fields import CallbackFault, RequestFault, When
from fakefax.client.sandboxes import SECTIONS, Section, checked_rule
from fakefax.schemas import RuleList, RuleView


class Given:
    """A condition that waits for what shall happen: `fakefax.given(fax_number="+44*").busy(times=2)`.

    Each method puts one rule in front of all others. `times` uses it up; without, it stays until it is removed.
    Raises WrongValue, with every problem of the rule.
    """

    def __init__(self, rules: "RuleMembers", when: When) -> None:
        self._rules = rules
        self._when = when
        self.place = ("", 0)
        """The file and the line of the test."""

    def __str__(self) -> str:
        """What is wrong with one that nobody has completed."""
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
        """Note that it was said what shall happen, be it right or wrong."""
        if self in self._rules._open_givens:
            self._rules._open_givens.remove(self)

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

    @cached_property
    def _open_givens(self) -> list[Given]:
        """Those of which nobody has said yet what shall happen."""
        return []

    def given(self, **when: Unpack[When]) -> Given:
        """For what fits these fields, something else shall happen than the scenario says; without fields, for all.

        fakefax.given(fax_number="+44*").busy(times=2)            # then the scenario decides again
        fakefax.given(pages=">20").then("busy", "ok")             # the second try gets through
        fakefax.given(operation="send_fax").fault(status=500)
        fakefax.given(attempt=1).callback_fault(lose_ack=True)
        """
        given = Given(self, when)
        asking = sys._getframe(1)
        given.place = (asking.f_code.co_filename, asking.f_lineno)
        self._open_givens.append(given)
        return given

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
