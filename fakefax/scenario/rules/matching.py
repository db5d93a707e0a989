"""Rules for any kind of subject: the first that matches decides, and the misses can be explained afterwards.

A subject is a fax, a request or a callback; an action is what becomes of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice, takewhile
from typing import Any, Generic, Protocol, TypeVar, overload

from msgspec import UNSET, Struct, UnsetType

from fakefax.core.decisions import Decision
from fakefax.core.randomness import RandomChoices
from fakefax.scenario.rules.conditions import Condition, exact_or_beginning, number_test, shown


class WhenFields(Protocol):
    """The conditions of a rule as its file has them. Rules of every section can name a fax number."""

    @property
    def fax_number(self) -> str | UnsetType: ...


class Written(Protocol):
    """A rule as its file has it: a msgspec Struct with a name and conditions, for one."""

    @property
    def name(self) -> str | UnsetType: ...

    @property
    def when(self) -> WhenFields: ...


W = TypeVar("W", bound=Written)
S = TypeVar("S")
A = TypeVar("A")
T = TypeVar("T")

Action = Callable[[S], A]
"""Makes the action for a subject; it is called once for each, since making it may draw from chance."""

S_contra = TypeVar("S_contra", contravariant=True)


class FinalCondition(Protocol[S_contra]):
    """Asked last, when all else of a rule fits."""

    @property
    def passed(self) -> Mapping[str, Iterable[datetime]]:
        """The times of what it let through, by api_key."""

    def why_not(self, subject: S_contra, /) -> str | None:
        """None lets the rule take the subject; a sentence says why not."""

    def put_back(self, api_key: str, passed: Iterable[datetime]) -> None:
        """Go on with what was let through in another run."""


MAX_MISSES = 50
"""Rules listed as misses."""

MAX_COMPARED = 10_000
"""Rules that are compared with a subject to find the misses to list."""

MAX_REMEMBERED = 1_000
"""Numbers for which the rules to go through are remembered."""


class UnknownRule(Exception):
    """A rule that was not put in front at run time, or not any more."""


class Rule(Generic[S, A]):
    """One rule with its counters.

    `fitted` counts what fits its conditions, whichever rule takes it in the end; `nth` is about that count.
    `used` counts what the rule took; `times` is about that one. `written` is the rule as its file has it.
    `make_choices` makes what it draws from, given its id.
    """

    __slots__ = (
        "__weakref__",
        "_actions",
        "_choices",
        "_make_actions",
        "_make_choices",
        "_nth",
        "_times",
        "conditions",
        "fitted",
        "gate",
        "label",
        "rule_id",
        "used",
        "written",
    )

    def __init__(
        self,
        written: object,
        rule_id: str,
        label: str,
        conditions: Iterable[Condition[S]],
        make_actions: Callable[[RandomChoices], Sequence[Action[S, A]]],
        make_choices: Callable[[str], RandomChoices],
        *,
        nth: int | str | UnsetType = UNSET,
        times: int | UnsetType = UNSET,
        gate: FinalCondition[S] | None = None,
    ) -> None:
        self.written = written
        self.rule_id = rule_id
        self.label = label
        self.conditions = tuple(conditions)
        self.fitted = 0
        self.used = 0
        self._make_actions = make_actions
        self._make_choices = make_choices
        self._choices: RandomChoices | None = None
        self._actions: Sequence[Action[S, A]] = ()
        self._nth = None if nth is UNSET else (number_test(nth), nth)
        self._times = None if times is UNSET else times
        self.gate = gate

    def missed_on(self, subject: S) -> str:
        """Which of its conditions a subject does not fit, and why: `faxes[1] missed on pages: 3 is not >20`."""
        missed = [condition.miss(subject) for condition in self.conditions if not condition.fit(subject)]
        return f"{self.label} missed on {', '.join(missed)}"

    def explainer(self) -> "Explainer[S, A]":
        """The functions that explain quickly why it did not apply: of one condition or of several."""
        if len(self.conditions) != 1:
            return self, None, "", ""
        before, after = self.conditions[0].around_miss()
        return self, self.conditions[0].look, f"{self.label} missed on {before}", after

    def fits(self, subject: S) -> bool:
        """Whether all its conditions do, apart from the counted ones."""
        for condition in self.conditions:  # noqa: SIM110 (a generator would double the time of the hottest path)
            if not condition.fit(subject):
                return False
        return True

    def closed(self, subject: S) -> str | None:
        """The reason why a rule whose conditions fit does not apply after all; None when it does."""
        if self._nth is not None and not self._nth[0](self.fitted):
            return f"nth: {self.fitted} is not {self._nth[1]}"
        if self._times is not None and self.used >= self._times:
            return f"times: it was used up after {self._times}"
        return None if self.gate is None else self.gate.why_not(subject)

    @property
    def left(self) -> int | None:
        """The uses that remain, or None without a limit."""
        return None if self._times is None else max(0, self._times - self.used)

    def act(self, subject: S) -> A:
        """The next action of the sequence; its last one stays.

        They are made with the first, because most rules of a large scenario never take a subject.
        """
        self._actions = self._actions or self._make_actions(self._random_choices())
        action = self._actions[min(self.used, len(self._actions) - 1)]
        self.used += 1
        return action(subject)

    def _random_choices(self) -> RandomChoices:
        if self._choices is None:
            self._choices = self._make_choices(self.rule_id)
        return self._choices

    @property
    def drawn(self) -> int:
        """How far the series has come that it draws from."""
        return 0 if self._choices is None else self._choices.position

    def put_back(self, fitted: int, used: int, drawn: int) -> None:
        """Go on with the counts of another run."""
        self.fitted, self.used = fitted, used
        if drawn:
            self._random_choices().skip_to(drawn)


Make = Callable[[W, str, str], Rule[S, A]]
Explainer = tuple[Rule[S, A], Callable[[S], object] | None, str, str]
"""A rule; of one with a single condition also what that looks at, and the text of a miss before and after it."""


class ScenarioRules(Sequence[Rule[S, A]], Generic[W, S, A]):
    """The rules of a section of a scenario, each made when it is first asked for.

    A scenario may have 100,000 of them, most for a number that is never dialled.
    """

    def __init__(self, section: str, written: Sequence[W], make: Make[W, S, A]) -> None:
        self.written = written
        self._section = section
        self.make = make
        self._made: dict[int, Rule[S, A]] = {}
        self._explainers: tuple[tuple[Rule[S, A], ...], dict[Rule[S, A] | None, list[Explainer[S, A]]]] = (), {}

    def __len__(self) -> int:
        return len(self.written)

    def explainers(self, at_run_time: tuple[Rule[S, A], ...], taken: Rule[S, A] | None) -> list[Explainer[S, A]]:
        """The functions that explain why the rules before `taken` did not apply: those listed and one more.

        Remembered for the run-time rules of the last call; other threads may call it too.
        """
        after, remembered = self._explainers
        if at_run_time is not after:
            remembered = {}
            self._explainers = at_run_time, remembered
        known = remembered.get(taken)
        if known is None:
            before = takewhile(lambda rule: rule is not taken, chain(at_run_time, self))
            known = [rule.explainer() for rule in islice(before, MAX_MISSES + 1)]
            if len(remembered) < MAX_REMEMBERED:
                remembered[taken] = known
        return known

    def __iter__(self) -> Iterator[Rule[S, A]]:
        made = self._made
        for place in range(len(self.written)):
            yield made.get(place) or self[place]

    @property
    def made(self) -> list[Rule[S, A]]:
        """Those that were asked for, in their order."""
        return [self._made[place] for place in sorted(self._made)]

    def find(self, rule_id: str) -> Rule[S, A] | None:
        """A rule by its id, which is its place: `faxes[2]`."""
        section, _, place = rule_id.removesuffix("]").partition("[")
        known = section == self._section and place.isdecimal() and rule_id.endswith("]")
        return self[int(place)] if known and len(place) < 9 and int(place) < len(self) else None

    @overload
    def __getitem__(self, place: int) -> Rule[S, A]: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Rule[S, A]]: ...

    def __getitem__(self, place: int | slice) -> Rule[S, A] | Sequence[Rule[S, A]]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        rule = self._made.get(place)
        if rule is None:
            written, rule_id = self.written[place], f"{self._section}[{place}]"
            rule = self._made[place] = self.make(written, rule_id, labelled(rule_id, written))
        return rule


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

    def names_beginning(self, number: object) -> bool:
        """Whether a rule names the beginning of a number."""
        if not self.lengths or not isinstance(number, str):
            return False
        return any(number[:length] in self._beginning for length in self.lengths)

    def found(self, number: object) -> list[Rule[S, A]]:
        """The rules that this number may fit, in their order."""
        text = number if isinstance(number, str) else ""
        begun = [self._beginning.get(text[:length], ()) for length in self.lengths if length <= len(text)]
        places = chain(self.exact.get(number, ()), self._others, *begun)
        return [self._rules[place] for place in sorted(places)]


class MismatchReasons(Struct, Generic[S, A], eq=False, gc=False):
    """Why the rules before the deciding one did not apply. Call it for the sentences.

    With `near`, only of the rules that fit in some field, and not of those for one other `number`.
    """

    at_run_time: tuple[Rule[S, A], ...]
    of_scenario: ScenarioRules[Any, S, A]
    taken: Rule[S, A] | None
    subject: S
    number: object
    closed: list[tuple[Rule[S, A], str]] | None
    near: bool = False

    def __call__(self) -> list[str]:
        sentences = list(islice(self._sentences(), MAX_MISSES + 1)) if self.near or self.closed else self._of_all()
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
        whys = dict(self.closed or ())
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
        self._beginnings = bool(self._run_time_index.lengths or self._scenario_index.lengths)
        self._by_number: dict[object, list[Rule[S, A]]] = {}

    def _of_number(self, number: object) -> list[Rule[S, A]]:
        """The rules to go through for a number, in their order."""
        indexes = self._run_time_index, self._scenario_index
        exactly = number in indexes[0].exact or number in indexes[1].exact
        if not exactly and not (self._beginnings and any(index.names_beginning(number) for index in indexes)):
            return self._without_number
        found = self._by_number.get(number)
        if found is None:
            if len(self._by_number) >= MAX_REMEMBERED:
                self._by_number.clear()
            found = self._by_number[number] = [*indexes[0].found(number), *indexes[1].found(number)]
        return found

    def concern(self, number: object) -> bool:
        """False if no rule can apply to a subject with this number, so that none need be made."""
        return bool(self._of_number(number))

    def match(self, subject: S) -> tuple[Rule[S, A] | None, MismatchReasons[S, A]]:
        """Find the first rule that takes a subject; every rule whose conditions fit counts it for its `nth`."""
        taken: Rule[S, A] | None = None
        closed: list[tuple[Rule[S, A], str]] | None = None
        number = self._number_of(subject)
        for rule in self._of_number(number):
            if not rule.fits(subject):
                continue
            rule.fitted += 1
            if self.changed is not None:
                self.changed.add(rule)
            if taken is None:
                why = rule.closed(subject)
                if why is None:
                    taken = rule
                else:
                    closed = [*(closed or ()), (rule, why)]
        return taken, MismatchReasons(self._at_run_time, self.of_scenario, taken, subject, number, closed)

    def decide(self, subject: S) -> Decision[A] | None:
        """The decision of the first rule that applies to a subject; None without such a rule."""
        rule, misses = self.match(subject)
        return None if rule is None else Decision(rule.act(subject), rule.label, misses)


def labelled(place: str, rule: Written) -> str:
    """How the journal calls a rule: its place, and its name if it has one."""
    return place if rule.name is UNSET else f"{place} '{rule.name}'"


def steps(then: T | tuple[T, ...]) -> tuple[T, ...]:
    """The steps of a `then`, which is one or a list of them."""
    return then if isinstance(then, tuple) else (then,)


def choices_of(seed: int, section: str, rule_id: str) -> RandomChoices:
    """The random choices of one rule, independent of all others."""
    return RandomChoices(seed, rule_id if rule_id.startswith(section) else f"{section} {rule_id}")


def _is_far(rule: Rule[S, A], subject: S) -> bool:
    missed = [condition for condition in rule.conditions if not condition.fit(subject)]
    other_number = any(condition.field == "fax_number" and condition.exact for condition in missed)
    return other_number or len(missed) == len(rule.conditions)
