"""The rules of `faxes`: the first that matches says what becomes of a fax."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from msgspec import UNSET

from fakefax.core.chance import Chance
from fakefax.core.durations import format_duration, parse_range
from fakefax.core.models import FaxOrder, Plan
from fakefax.core.msg_codes import MsgCode
from fakefax.scenario.conditions import number_test, pattern_test
from fakefax.scenario.schema import FaxRule, FaxWhen, Outcome

OrderTest = Callable[[FaxOrder], bool]


class FaxRules:
    """The rules of one sandbox, with the counters that `nth`, `times` and sequences need."""

    def __init__(self, rules: Sequence[FaxRule], seed: int) -> None:
        self._rules = [_Rule(rule, f"faxes[{index}]", seed) for index, rule in enumerate(rules)]
        self._counting = [rule for rule in self._rules if rule.counts]
        self._fallback = _planner(Outcome(), "no rule matched", Chance(seed, "faxes"))

    def decide(self, order: FaxOrder) -> Plan:
        """The plan of the first rule that matches; without one the fax ends ok after 30s."""
        for rule in self._counting:
            rule.count(order)
        for rule in self._rules:
            if rule.matches(order):
                return rule.plan()
        return self._fallback()


class _Rule:
    def __init__(self, rule: FaxRule, place: str, seed: int) -> None:
        label = place if rule.name is UNSET else f"{place} '{rule.name}'"
        self._fits = _all(_tests(rule.when))
        self._nth = None if rule.when.nth is UNSET else number_test(rule.when.nth)
        self._times = None if rule.times is UNSET else rule.times
        chance = Chance(seed, place)
        outcomes = rule.then if isinstance(rule.then, tuple) else (rule.then,)
        self._plans = [_planner(outcome, label, chance) for outcome in outcomes]
        self._fitted = 0
        self._used = 0

    @property
    def counts(self) -> bool:
        """Whether this rule has an `nth`."""
        return self._nth is not None

    def count(self, order: FaxOrder) -> None:
        """Count the order for `nth` when all else fits, whichever rule takes it in the end."""
        if self._fits(order):
            self._fitted += 1

    def matches(self, order: FaxOrder) -> bool:
        """Whether this rule takes the order, which has been counted."""
        if not self._fits(order) or (self._nth is not None and not self._nth(self._fitted)):
            return False
        return self._times is None or self._used < self._times

    def plan(self) -> Plan:
        """The next outcome of the sequence; its last one stays."""
        plan = self._plans[min(self._used, len(self._plans) - 1)]
        self._used += 1
        return plan()


def _planner(outcome: Outcome, label: str, chance: Chance) -> Callable[[], Plan]:
    """What makes the plans of an outcome: always the same one, unless something in it is drawn."""
    shortest, longest = parse_range(outcome.after)
    fixed = MsgCode.OK if outcome.msg_code is UNSET else outcome.msg_code
    weights = {} if outcome.mix is UNSET else {code: getattr(outcome.mix, code) for code in MsgCode}
    if not weights and shortest == longest:
        plan = _plan(fixed, shortest, label)
        return lambda: plan
    return lambda: _plan(chance.pick(weights) if weights else fixed, chance.span(shortest, longest), label)


def _plan(code: MsgCode, after: timedelta, label: str) -> Plan:
    return Plan(code, after, f"{label}: {code} after {format_duration(after)}")


def _all(tests: list[OrderTest]) -> OrderTest:
    if len(tests) == 1:
        return tests[0]
    return lambda order: all(test(order) for test in tests)


def _tests(when: FaxWhen) -> list[OrderTest]:
    tests: list[OrderTest] = []
    if when.fax_number is not UNSET:
        fits = pattern_test(when.fax_number)
        tests.append(lambda order: fits(order.fax_number))
    if when.document_id is not UNSET:
        document_id = when.document_id
        tests.append(lambda order: order.document.document_id == document_id)
    if when.pages is not UNSET:
        pages = number_test(when.pages)
        tests.append(lambda order: pages(order.document.pages))
    if when.api_key is not UNSET:
        api_key = when.api_key
        tests.append(lambda order: order.api_key == api_key)
    return tests
