"""The rules of `faxes`: the first that matches says what becomes of a fax."""

from collections.abc import Sequence
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
from fakefax.scenario.rules.rule import Action, Rule
from fakefax.values.durations import format_duration, parse_range

SECTION = "faxes"

NO_RULE = "no rule matched"


class FaxRules(Rules[FaxRule, FaxOrder, Plan]):
    """The rules of one sandbox, with the counters that `nth`, `times` and sequences need."""

    def __init__(self, rules: Sequence[FaxRule], seed: int) -> None:
        super().__init__(SECTION, rules, partial(_rule, seed), _fax_number)
        self._otherwise = _plan_maker(FaxOutcome(), NO_RULE, RandomChoices(seed, SECTION))

    def decide(self, subject: FaxOrder) -> Decision[Plan]:
        """The plan of the first rule that matches.

        Without one the fax ends after 30s: in OK, or in file_error if its document is not convertible.
        """
        rule, misses = self.match(subject)
        if rule is None:
            return Decision(self._otherwise(subject), NO_RULE, misses)
        return Decision(rule.act(subject), rule.label, misses)


def _rule(seed: int, written: FaxRule, rule_id: str, label: str) -> Rule[FaxOrder, Plan]:
    return Rule(written, rule_id, label, _conditions(written.when), _plan_maker, seed, SECTION)


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


def _plan_maker(outcome: FaxOutcome, label: str, choices: RandomChoices) -> Action[FaxOrder, Plan]:
    """A function that returns the plan of a fax with this outcome.

    Unless the outcome names a code or draws one, the code depends on whether the document is convertible.
    """
    shortest, longest = parse_range(outcome.after)
    if outcome.mix is not UNSET:
        weights = {code: getattr(outcome.mix, code) for code in MsgCode}
        return lambda _: _plan(choices.pick(weights), choices.span(shortest, longest), label)
    code_if_convertible = MsgCode.OK if outcome.msg_code is UNSET else outcome.msg_code
    code_if_not = MsgCode.FILE_ERROR if outcome.msg_code is UNSET else outcome.msg_code
    if shortest == longest:  # nothing is drawn, so every fax has one of two plans
        plan_if_convertible = _plan(code_if_convertible, shortest, label)
        plan_if_not = _plan(code_if_not, shortest, label)
        return lambda order: plan_if_convertible if order.document.convertible else plan_if_not
    return lambda order: _plan(
        code_if_convertible if order.document.convertible else code_if_not, choices.span(shortest, longest), label
    )


def _plan(code: MsgCode, after: timedelta, label: str) -> Plan:
    return Plan(code, after, f"{label}: {code} after {format_duration(after)}")
