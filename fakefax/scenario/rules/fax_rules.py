"""The rules of `faxes`: the first that matches says what becomes of a fax."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from msgspec import UNSET

from fakefax.core.decisions import Decision
from fakefax.core.models import FaxOrder, Plan
from fakefax.core.msg_codes import MsgCode
from fakefax.core.randomness import RandomChoices
from fakefax.scenario.rule_schema import FaxOutcome, FaxRule, FaxWhen
from fakefax.scenario.rules.conditions import Condition, Conditions
from fakefax.scenario.rules.matching import Rules
from fakefax.scenario.rules.rule import Action, Rule, choices_of, steps
from fakefax.values.durations import format_duration, parse_range

NO_RULE = "no rule matched"


class FaxRules(Rules[FaxRule, FaxOrder, Plan]):
    """The rules of one sandbox, with the counters that `nth`, `times` and sequences need."""

    def __init__(self, rules: Sequence[FaxRule], seed: int) -> None:
        super().__init__("faxes", rules, partial(_rule, partial(choices_of, seed, "faxes")), _fax_number)
        self._otherwise = _planner(FaxOutcome(), NO_RULE, RandomChoices(seed, "faxes"))

    def decide(self, subject: FaxOrder) -> Decision[Plan]:
        """The plan of the first rule that matches; without one the fax ends after 30s, as its document lets it."""
        rule, misses = self.match(subject)
        if rule is None:
            return Decision(self._otherwise(subject), NO_RULE, misses)
        return Decision(rule.act(subject), rule.label, misses)


def _rule(
    choices: Callable[[str], RandomChoices], written: FaxRule, rule_id: str, label: str
) -> Rule[FaxOrder, Plan]:
    def actions(chance: RandomChoices) -> list[Action[FaxOrder, Plan]]:
        return [_planner(outcome, label, chance) for outcome in steps(written.then)]

    nth, times = written.when.nth, written.times
    return Rule(written, rule_id, label, _conditions(written.when), actions, choices, nth=nth, times=times)


def _conditions(when: FaxWhen) -> list[Condition[FaxOrder]]:
    conditions: Conditions[FaxOrder] = Conditions()
    conditions.pattern("fax_number", when.fax_number, _fax_number)
    conditions.value("document_id", when.document_id, lambda order: order.document.document_id)
    conditions.pattern("filename", when.filename, lambda order: order.document.filename)
    conditions.number("pages", when.pages, lambda order: order.document.pages)
    conditions.value("api_key", when.api_key, lambda order: order.api_key)
    return conditions.listed


def _fax_number(order: FaxOrder) -> str:
    """The same function for all rules, so that the misses of a fax look at its number once."""
    return order.fax_number


def _planner(outcome: FaxOutcome, label: str, chance: RandomChoices) -> Action[FaxOrder, Plan]:
    """A function that makes the plans of an outcome: always the same ones, unless a value is drawn."""
    shortest, longest = parse_range(outcome.after)
    if outcome.mix is not UNSET:
        weights = {code: getattr(outcome.mix, code) for code in MsgCode}
        return lambda _: _plan(chance.pick(weights), chance.span(shortest, longest), label)
    sound = MsgCode.OK if outcome.msg_code is UNSET else outcome.msg_code
    broken = MsgCode.FILE_ERROR if outcome.msg_code is UNSET else outcome.msg_code
    if shortest == longest:
        fixed, failing = _plan(sound, shortest, label), _plan(broken, shortest, label)
        return lambda order: fixed if order.document.convertible else failing
    return lambda order: _plan(
        sound if order.document.convertible else broken, chance.span(shortest, longest), label
    )


def _plan(code: MsgCode, after: timedelta, label: str) -> Plan:
    return Plan(code, after, f"{label}: {code} after {format_duration(after)}")
