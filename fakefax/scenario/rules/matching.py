"""Matching: the first rule that fits a subject decides, and the misses can be explained afterwards."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, Generic

from msgspec import UNSET, Struct

from fakefax.core.decisions import Decision
from fakefax.scenario.rules.conditions import exact_or_beginning, shown
from fakefax.scenario.rules.rule import (
    MAX_COMPARED,
    MAX_MISSES,
    MAX_REMEMBERED,
    A,
    Make,
    Rule,
    S,
    ScenarioRules,
    W,
    Written,
    labelled,
)


class _Index(Generic[S, A]):
    """Rules by the number that they name: one number, the beginning of several, or none.

    So a subject is compared with those that its number may fit, in their order, and not with all.
    """

    def __init__(self, rules: Sequence[Rule[S, A]], written: Iterable[Written]) -> None:
        self._rules = rules
        self.exact: dict[object, list[int]] = {}
        self._beginning: dict[str, list[int]] = {}
        self._others: list[int] = []
        for place, rule in enumerate(written):
            wanted = rule.when.fax_number
            exact, beginning = (None, "") if wanted is UNSET else exact_or_beginning(wanted)
            if exact is not None:
                self.exact.setdefault(exact, []).append(place)
            elif beginning:
                self._beginning.setdefault(beginning, []).append(place)
            else:
                self._others.append(place)
        self.lengths = sorted({len(beginning) for beginning in self._beginning})
        self.without_number = [rules[place] for place in self._others]

    def names(self, number: object) -> bool:
        """Whether a rule names this number or its beginning."""
        if number in self.exact:
            return True
        if isinstance(number, str):
            for length in self.lengths:
                if number[:length] in self._beginning:
                    return True
        return False

    def found(self, number: object) -> list[Rule[S, A]]:
        """The rules that this number may fit, in their order."""
        text = number if isinstance(number, str) else ""
        begun = [self._beginning.get(text[:length], ()) for length in self.lengths if length <= len(text)]
        places = chain(self.exact.get(number, ()), self._others, *begun)
        return [self._rules[place] for place in sorted(places)]


class MismatchReasons(Struct, Generic[S, A], eq=False, gc=False):
    """Why the rules before the deciding one did not apply. Call it for the sentences.

    With `near`, only of the rules that fit in some field, and not of those for one other `number`. `not_applied`
    has the rules whose conditions fit, but which did not apply, each with the reason.
    """

    at_run_time: tuple[Rule[S, A], ...]
    of_scenario: ScenarioRules[Any, S, A]
    taken: Rule[S, A] | None
    subject: S
    number: object
    not_applied: list[tuple[Rule[S, A], str]] | None
    near: bool = False

    def __call__(self) -> list[str]:
        sentences = (
            list(islice(self._sentences(), MAX_MISSES + 1)) if self.near or self.not_applied else self._of_all()
        )
        if len(sentences) > MAX_MISSES:
            sentences[-1] = f"and others: only the first {MAX_MISSES} rules that missed are listed"
        return sentences

    def _of_all(self) -> list[str]:
        """The sentences when nothing but conditions kept rules from applying. With --state each send needs them."""
        subject, sentences, looked, text = self.subject, [], None, ""
        for rule, look, before, after in self.of_scenario.explainers(self.at_run_time, self.taken):
            if look is None:
                sentences.append(rule.missed_on(subject))
                continue
            if look is not looked:
                looked, text = look, shown(look(subject))
            sentences.append(f"{before}{text}{after}")
        return sentences

    def _sentences(self) -> Iterator[str]:
        taken, subject = self.taken, self.subject
        whys = dict(self.not_applied or ())
        for looked_at, rule in enumerate(self._rules()):
            if rule is taken:
                return
            if looked_at >= MAX_COMPARED:
                yield f"and perhaps others: only the first {MAX_COMPARED:,} rules were compared"
                return
            if rule in whys:
                yield f"{rule.label} missed on {whys[rule]}"
            elif not (self.near and _is_far(rule, subject)):
                yield rule.missed_on(subject)

    def _rules(self) -> Iterator[Rule[S, A]]:
        """All rules in their order; with `near` without those of the scenario that are for one other number."""
        if not self.near:
            return chain(self.at_run_time, self.of_scenario)
        places = (
            place
            for place, written in enumerate(self.of_scenario.written)
            if (wanted := written.when.fax_number) is UNSET or wanted == self.number or "*" in wanted
        )
        return chain(self.at_run_time, map(self.of_scenario.__getitem__, places))


class Rules(Generic[W, S, A]):
    """The rules of one section in one sandbox: those put in front at run time, then those of the scenario.

    `make` turns a rule as it was written into one that counts; it is given the rule's id and label. `number_of`
    finds the fax number of a subject. Rules most often name one, exactly or by its beginning, such as `+44*`:
    such rules are found by the number, and only the others are gone through one by one.
    """

    def __init__(
        self, section: str, written: Sequence[W], make: Make[W, S, A], number_of: Callable[[S], object]
    ) -> None:
        self._make = make
        self._number_of = number_of
        self.given_ids = 0
        self.changed: set[Rule[S, A]] | None = None
        """The rules whose counters have changed since `made` was first read; None as long as nobody does."""
        self.of_scenario = ScenarioRules(section, written, make)
        self._scenario_index: _Index[S, A] = _Index(self.of_scenario, written)
        self._written_at_run_time: dict[Rule[S, A], W] = {}
        self._change_run_time_rules({})

    @property
    def at_run_time(self) -> tuple[Rule[S, A], ...]:
        """The rules put in front at run time, the newest first."""
        return self._at_run_time

    @property
    def listed(self) -> Iterator[Rule[S, A]]:
        """All rules in their order."""
        return chain(self._at_run_time, self.of_scenario)

    def __len__(self) -> int:
        return len(self._at_run_time) + len(self.of_scenario)

    def put_in_front(self, written: W) -> Rule[S, A]:
        """Let a rule stand before all others, from now on."""
        self.given_ids += 1
        rule = self._run_time_rule(f"r{self.given_ids}", written)
        self._change_run_time_rules({rule: written, **self._written_at_run_time})
        return rule

    def put_back(self, rules: Iterable[tuple[str, W]], given_ids: int) -> None:
        """Have the run-time rules of another run, each with its id; so many ids were given there."""
        self.given_ids = given_ids
        self._change_run_time_rules({self._run_time_rule(rule_id, written): written for rule_id, written in rules})

    def find(self, rule_id: str) -> Rule[S, A] | None:
        """A rule by its id."""
        return next((rule for rule in self._at_run_time if rule.rule_id == rule_id), self.of_scenario.find(rule_id))

    def _run_time_rule(self, rule_id: str, written: W) -> Rule[S, A]:
        return self._make(written, rule_id, labelled(f"run-time rule {rule_id}", written))

    def take_away(self, rules: Iterable[Rule[S, A]]) -> None:
        """Remove rules that were added at run time. Their past decisions can still be explained."""
        gone = set(rules)
        self._change_run_time_rules(
            {rule: written for rule, written in self._written_at_run_time.items() if rule not in gone}
        )

    def _change_run_time_rules(self, written: dict[Rule[S, A], W]) -> None:
        self._written_at_run_time = written
        self._at_run_time = tuple(written)
        self.empty = not written and not self.of_scenario.written
        self._run_time_index: _Index[S, A] = _Index(self._at_run_time, written.values())
        self._without_number = [*self._run_time_index.without_number, *self._scenario_index.without_number]
        both = self._run_time_index, self._scenario_index
        self._indexes = [index for index in both if index.exact or index.lengths]
        self._by_number: dict[object, list[Rule[S, A]]] = {}

    def _of_number(self, number: object) -> list[Rule[S, A]]:
        """The rules to go through for a number, in their order."""
        for index in self._indexes:
            if index.names(number):
                return self._of_named(number)
        return self._without_number

    def _of_named(self, number: object) -> list[Rule[S, A]]:
        """The rules to go through for a number that a rule names, exactly or by its beginning.

        Those of the last numbers are remembered.
        """
        found = self._by_number.get(number)
        if found is None:
            if len(self._by_number) >= MAX_REMEMBERED:
                self._by_number.clear()
            found = [*self._run_time_index.found(number), *self._scenario_index.found(number)]
            self._by_number[number] = found
        return found

    def concern(self, number: object) -> bool:
        """Whether a rule may apply to subjects with this number; if not, the caller need not make a subject."""
        return bool(self._of_number(number))

    def match(self, subject: S) -> tuple[Rule[S, A] | None, MismatchReasons[S, A]]:
        """Find the first rule that takes a subject; every rule whose conditions fit counts it for its `nth`."""
        taken: Rule[S, A] | None = None
        not_applied: list[tuple[Rule[S, A], str]] | None = None
        number = self._number_of(subject)
        for rule in self._of_number(number):
            if not rule.fits(subject):
                continue
            rule.fitted += 1
            if self.changed is not None:
                self.changed.add(rule)
            if taken is None:
                why = rule.why_not(subject)
                if why is None:
                    taken = rule
                else:
                    not_applied = [*(not_applied or ()), (rule, why)]
        return taken, MismatchReasons(self._at_run_time, self.of_scenario, taken, subject, number, not_applied)

    def decide(self, subject: S) -> Decision[A] | None:
        """The decision of the first rule that applies to a subject; None without such a rule."""
        rule, misses = self.match(subject)
        return None if rule is None else Decision(rule.act(subject), rule.label, misses)


def _is_far(rule: Rule[S, A], subject: S) -> bool:
    missed = [condition for condition in rule.conditions if not condition.fits(subject)]
    other_number = any(condition.field == "fax_number" and condition.exact for condition in missed)
    return other_number or len(missed) == len(rule.conditions)
