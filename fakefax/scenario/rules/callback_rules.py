"""The rules of `callbacks`: the first that matches says what goes wrong with an attempt at a callback."""

from collections.abc import Sequence
from functools import partial

from msgspec import UNSET

from fakefax.core.decisions import CallbackSubject, DecisionPoint
from fakefax.core.faults.callback_faults import CALLBACK_FAULTS, CallbackFault, callback_fault_maker
from fakefax.core.randomness import RandomChoices
from fakefax.scenario.rule_schema import DELIVER, CallbackEffect, CallbackRule, CallbackWhen, given
from fakefax.scenario.rules.conditions import Condition, Conditions
from fakefax.scenario.rules.matching import Rules
from fakefax.scenario.rules.rule import Action, Rule, steps

SECTION = "callbacks"

_DRAWN = {
    DELIVER: CallbackFault(),
    **{name: CallbackFault(**{name: True}) for name, entry in CALLBACK_FAULTS.items() if entry.in_mix},
}


class CallbackRules(Rules[CallbackRule, CallbackSubject, CallbackFault]):
    """The rules of one sandbox. A callback that no rule applies to is posted normally."""

    def __init__(self, rules: Sequence[CallbackRule], seed: int) -> None:
        super().__init__(SECTION, rules, partial(_rule, seed), lambda callback: callback.fax_number)


def _rule(seed: int, written: CallbackRule, rule_id: str, label: str) -> Rule[CallbackSubject, CallbackFault]:
    moment = DecisionPoint.SEND if any(map(_of_send, steps(written.then))) else DecisionPoint.ATTEMPT
    return Rule(written, rule_id, label, _conditions(written.when, moment), _fault_maker, seed, SECTION)


def _of_send(effect: CallbackEffect) -> bool:
    """Whether it is about the send or the status answer, and so has to be decided as the fax is accepted."""
    return any(entry.of_send for name, entry in CALLBACK_FAULTS.items() if given(effect, name))


def _conditions(when: CallbackWhen, moment: DecisionPoint) -> list[Condition[CallbackSubject]]:
    conditions: Conditions[CallbackSubject] = Conditions()
    conditions.value("moment", moment, lambda callback: callback.moment)
    conditions.value("kind", when.kind, lambda callback: callback.kind)
    conditions.pattern("fax_number", when.fax_number, lambda callback: callback.fax_number)
    conditions.value("document_id", when.document_id, lambda callback: callback.document_id)
    conditions.number("pages", when.pages, lambda callback: callback.pages)
    conditions.value("api_key", when.api_key, lambda callback: callback.api_key)
    conditions.value("msg_code", when.msg_code, lambda callback: callback.msg_code)
    conditions.number("attempt", when.attempt, lambda callback: callback.attempt)
    return conditions.listed


def _fault_maker(effect: CallbackEffect, _: str, choices: RandomChoices) -> Action[CallbackSubject, CallbackFault]:
    """A function that makes the faults of an attempt."""
    if effect.mix is not UNSET:
        weights = {name: getattr(effect.mix, name) for name in _DRAWN}
        return lambda _: _DRAWN[choices.pick(weights)]
    make = callback_fault_maker({name: given(effect, name) for name in CALLBACK_FAULTS})
    return lambda _: make(choices)
