"""The rules of `callbacks`: the first that matches says what goes wrong with an attempt at a callback."""

from collections.abc import Sequence
from functools import partial

from msgspec import UNSET

from fakefax.core.decisions import CallbackSubject, DecisionPoint
from fakefax.core.faults import CallbackFault
from fakefax.core.randomness import RandomChoices
from fakefax.scenario.rule_schema import CallbackEffect, CallbackRule, CallbackWhen
from fakefax.scenario.rules.conditions import Condition, Conditions
from fakefax.scenario.rules.matching import Action, Rule, Rules, choices_of, steps
from fakefax.values.durations import parse_duration, parse_range

_DRAWN = {
    "deliver": CallbackFault(),
    "drop": CallbackFault(drop=True),
    "duplicate": CallbackFault(duplicate=True),
    "lose_ack": CallbackFault(lose_ack=True),
}


class CallbackRules(Rules[CallbackRule, CallbackSubject, CallbackFault]):
    """The rules of one sandbox; a callback that none of them takes is posted as ever."""

    def __init__(self, rules: Sequence[CallbackRule], seed: int) -> None:
        super().__init__(
            "callbacks", rules, partial(_rule, seed), "fax_number", lambda callback: callback.fax_number
        )


def _rule(seed: int, written: CallbackRule, rule_id: str, label: str) -> Rule[CallbackSubject, CallbackFault]:
    chance = choices_of(seed, "callbacks", rule_id)
    actions = [_fault_maker(effect, chance) for effect in steps(written.then)]
    nth, times = written.when.nth, written.times
    moment = DecisionPoint.SEND if any(map(_of_send, steps(written.then))) else DecisionPoint.ATTEMPT
    conditions = _conditions(written.when, moment)
    return Rule(written, rule_id, label, conditions, actions, nth=nth, times=times)


def _of_send(effect: CallbackEffect) -> bool:
    """Whether it is about the send or the status answer, and so has to be decided as the fax is accepted."""
    return effect.before_reply or effect.poll is not UNSET


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


def _fault_maker(effect: CallbackEffect, chance: RandomChoices) -> Action[CallbackSubject, CallbackFault]:
    if effect.mix is not UNSET:
        weights = {name: getattr(effect.mix, name) for name in _DRAWN}
        return lambda _: _DRAWN[chance.pick(weights)]
    shortest, longest = parse_range(effect.delay)
    fault = CallbackFault(
        drop=effect.drop,
        duplicate=effect.duplicate,
        reorder=effect.reorder,
        lose_ack=effect.lose_ack,
        before_reply=effect.before_reply,
        poll=None if effect.poll is UNSET else effect.poll,
        poll_by=parse_duration(effect.poll_by),
        change={name: None if value is None else str(value) for name, value in effect.change.items()},
    )
    return lambda _: fault._replace(delay=chance.span(shortest, longest))
