"""One rule: its conditions, its counters and its actions; and the rules of a scenario, made when they are needed.

A subject is a fax, a request or a callback; an action is what becomes of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice, takewhile
from typing import Any, Generic, Protocol, TypeVar, overload

from msgspec import UNSET, UnsetType

from fakefax.core.randomness import RandomChoices
from fakefax.scenario.rules.conditions import Condition, number_test


class WhenFields(Protocol):
    """The conditions of a rule as its file has them. Rules of every section can name a fax number."""

    @property
    def fax_number(self) -> str | UnsetType: ...

    @property
    def nth(self) -> int | str | UnsetType: ...


class Written(Protocol):
    """A rule as its file has it: a msgspec Struct with a name and conditions, for one.

    `then` is one step or a sequence of them.
    """

    @property
    def name(self) -> str | UnsetType: ...

    @property
    def when(self) -> WhenFields: ...

    @property
    def then(self) -> Any: ...

    @property
    def times(self) -> int | UnsetType: ...


W = TypeVar("W", bound=Written)
S = TypeVar("S")
A = TypeVar("A")
T = TypeVar("T")

Action = Callable[[S], A]
"""Makes the action for a subject; it is called once for each, since making it may draw from chance."""

MakeAction = Callable[[Any, str, RandomChoices], Action[S, A]]
"""Makes an `Action` from one step of a rule's `then`, the rule's label, and what it may draw from."""

S_contra = TypeVar("S_contra", contravariant=True)


class FinalCondition(Protocol[S_contra]):
    """The condition that a rule asks last, when all else fits."""

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
    `make_action` makes the action of each step of its `then`. `seed` and `section` say, with the id, what the rule
    draws from.
    """

    __slots__ = (
        "__weakref__",
        "_actions",
        "_choices",
        "_make_action",
        "_nth",
        "_section",
        "_seed",
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
        written: Written,
        rule_id: str,
        label: str,
        conditions: Iterable[Condition[S]],
        make_action: MakeAction[S, A],
        seed: int,
        section: str,
        gate: FinalCondition[S] | None = None,
    ) -> None:
        self.written = written
        self.rule_id = rule_id
        self.label = label
        self.conditions = tuple(conditions)
        self.fitted = 0
        self.used = 0
        self._make_action = make_action
        self._seed = seed
        self._section = section
        self._choices: RandomChoices | None = None
        self._actions: Sequence[Action[S, A]] = ()
        nth, times = written.when.nth, written.times
        self._nth = None if nth is UNSET else (number_test(nth), nth)
        self._times = None if times is UNSET else times
        self.gate = gate

    def missed_on(self, subject: S) -> str:
        """Which of its conditions a subject does not fit, and why: `faxes[1] missed on pages: 3 is not >20`."""
        missed = [condition.miss(subject) for condition in self.conditions if not condition.fits(subject)]
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
            if not condition.fits(subject):
                return False
        return True

    def why_not(self, subject: S) -> str | None:
        """None if the rule, whose conditions fit, applies; a sentence says why it does not after all."""
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
        """Take a subject: make its action, by the next step of `then`; the last step stays.

        `_make_action`, such as `_plan_maker` of fax_rules.py, makes a function of each step. It is only called when
        the rule takes its first subject, because most rules of a large scenario never take one. The function of
        the step then makes the action, such as the plan of a fax.
        """
        if not self._actions:
            choices = self._random_choices()
            self._actions = [self._make_action(step, self.label, choices) for step in steps(self.written.then)]
        action = self._actions[min(self.used, len(self._actions) - 1)]
        self.used += 1
        return action(subject)

    def _random_choices(self) -> RandomChoices:
        if self._choices is None:
            self._choices = choices_of(self._seed, self._section, self.rule_id)
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


def labelled(place: str, rule: Written) -> str:
    """How the journal calls a rule: its place, and its name if it has one."""
    return place if rule.name is UNSET else f"{place} '{rule.name}'"


def steps(then: T | tuple[T, ...]) -> tuple[T, ...]:
    """The steps of a `then`, which is one or a list of them."""
    return then if isinstance(then, tuple) else (then,)


def choices_of(seed: int, section: str, rule_id: str) -> RandomChoices:
    """The random choices of one rule, independent of all others."""
    return RandomChoices(seed, rule_id if rule_id.startswith(section) else f"{section} {rule_id}")
