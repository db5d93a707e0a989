"""Rules for any kind of subject: the first that matches decides, and the misses can be explained afterwards.

A subject is a fax, a request or a callback; an action is what becomes of it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from operator import itemgetter
from typing import Generic, Protocol, TypeVar

from msgspec import UNSET, UnsetType

from fakefax.core.decisions import Decision
from fakefax.core.randomness import RandomChoices
from fakefax.scenario.rules.conditions import Condition, number_test


class Written(Protocol):
    """A rule as its file has it: a msgspec Struct with a name, for one."""

    @property
    def name(self) -> str | UnsetType: ...


W = TypeVar("W", bound=Written)
S = TypeVar("S")
A = TypeVar("A")
T = TypeVar("T")

Action = Callable[[S], A]
"""Makes the action for a subject; it is called once for each, since making it may draw from chance."""

Gate = Callable[[S], str | None]
"""Asked last, when all else of a rule fits: None lets the rule take the subject, a sentence says why not."""


MAX_MISSES = 50
"""Rules listed as misses."""

MAX_REMEMBERED = 1_000
"""Values for which the rules to go through are remembered."""


class UnknownRule(Exception):
    """A rule that was not put in front at run time, or not any more."""


class Rule(Generic[S, A]):
    """One rule with its counters.

    `fitted` counts what fits its conditions, whichever rule takes it in the end; `nth` is about that count.
    `used` counts what the rule took; `times` is about that one. `written` is the rule as its file has it.
    """

    def __init__(
        self,
        written: object,
        rule_id: str,
        label: str,
        conditions: Iterable[Condition[S]],
        actions: Iterable[Action[S, A]],
        *,
        nth: int | str | UnsetType = UNSET,
        times: int | UnsetType = UNSET,
        gate: Gate[S] | None = None,
    ) -> None:
        self.written = written
        self.rule_id = rule_id
        self.label = label
        self.conditions = tuple(conditions)
        self.fitted = 0
        self.used = 0
        self._actions = tuple(actions)
        self._nth = None if nth is UNSET else (number_test(nth), nth)
        self._times = None if times is UNSET else times
        self._gate = gate

    def fits(self, subject: S) -> bool:
        """Whether all its conditions do, apart from the counted ones."""
        for condition in self.conditions:  # noqa: SIM110 (a generator would double the time of the hottest path)
            if not condition.fit(subject):
                return False
        return True

    def closed(self, subject: S) -> str | None:
        """Why a rule whose conditions fit does not take the subject after all; None when it does."""
        if self._nth is not None and not self._nth[0](self.fitted):
            return f"nth: {self.fitted} is not {self._nth[1]}"
        if self._times is not None and self.used >= self._times:
            return f"times: it was used up after {self._times}"
        return None if self._gate is None else self._gate(subject)

    @property
    def left(self) -> int | None:
        """The uses that remain, or None without a limit."""
        return None if self._times is None else max(0, self._times - self.used)

    def act(self, subject: S) -> A:
        """The next action of the sequence; its last one stays."""
        action = self._actions[min(self.used, len(self._actions) - 1)]
        self.used += 1
        return action(subject)

    def condition(self, field: str) -> Condition[S] | None:
        """What it asks of a field, if it asks for it."""
        return next((condition for condition in self.conditions if condition.field == field), None)


Make = Callable[[W, str, str], Rule[S, A]]


@dataclass(slots=True, eq=False)
class MismatchReasons(Generic[S, A]):
    """Why the rules before the deciding one did not apply. Call it for the sentences.

    With `near`, only of the rules that fit in some field, and not of those for one other number.
    """

    rules: tuple[Rule[S, A], ...]
    taken: Rule[S, A] | None
    subject: S
    closed: list[tuple[Rule[S, A], str]] | None
    near: bool = False

    def __call__(self) -> list[str]:
        sentences = list(islice(self._sentences(), MAX_MISSES + 1))
        if len(sentences) > MAX_MISSES:
            sentences[-1] = f"and others: only the first {MAX_MISSES} rules that missed are listed"
        return sentences

    def _sentences(self) -> Iterator[str]:
        whys = dict(self.closed or ())
        for rule in self.rules:
            if rule is self.taken:
                return
            missed = [condition for condition in rule.conditions if not condition.fit(self.subject)]
            if self.near and rule not in whys and _is_far(rule, missed):
                continue
            why = whys.get(rule) or ", ".join(condition.miss(self.subject) for condition in missed)
            yield f"{rule.label} missed on {why}"


class Rules(Generic[W, S, A]):
    """The rules of one section in one sandbox: those put in front at run time, then those of the scenario.

    `make` turns a rule as it was written into one that counts; it is given the rule's id and label. `field`,
    which `look` finds in a subject, is the one that rules most often name exactly or by its beginning, such as
    `+44*`: such rules are found by the value, and only the others are gone through one by one.
    """

    def __init__(
        self, name: str, written: Sequence[W], make: Make[W, S, A], field: str, look: Callable[[S], object]
    ) -> None:
        self._make = make
        self._field = field
        self._look = look
        self._taken_ids = 0
        self._of_scenario = tuple(
            make(rule, place, labelled(place, rule)) for place, rule in _places(name, written)
        )
        self.at_run_time: tuple[Rule[S, A], ...] = ()
        self._list()

    def put_in_front(self, written: W) -> Rule[S, A]:
        """Let a rule stand before all others, from now on."""
        self._taken_ids += 1
        rule_id = f"r{self._taken_ids}"
        rule = self._make(written, rule_id, labelled(f"run-time rule {rule_id}", written))
        self.at_run_time = (rule, *self.at_run_time)
        self._list()
        return rule

    def take_away(self, rules: Iterable[Rule[S, A]]) -> None:
        """Remove rules that were added at run time. Their past decisions can still be explained."""
        gone = set(rules)
        self.at_run_time = tuple(rule for rule in self.at_run_time if rule not in gone)
        self._list()

    def _list(self) -> None:
        """Sort the rules by what they say of `field`: one value, its beginning, or neither; each with its place."""
        self.listed = (*self.at_run_time, *self._of_scenario)
        self._others: list[tuple[int, Rule[S, A]]] = []
        self._exact: dict[object, list[tuple[int, Rule[S, A]]]] = {}
        self._beginning: dict[str, list[tuple[int, Rule[S, A]]]] = {}
        for place, rule in enumerate(self.listed):
            condition = rule.condition(self._field)
            if condition is not None and condition.exact is not None:
                self._exact.setdefault(condition.exact, []).append((place, rule))
            elif condition is not None and condition.beginning:
                self._beginning.setdefault(condition.beginning, []).append((place, rule))
            else:
                self._others.append((place, rule))
        self._lengths = sorted({len(beginning) for beginning in self._beginning})
        self._plain = [rule for _, rule in self._others]
        self._by_value: dict[object, list[Rule[S, A]]] = {}

    def _of_value(self, value: object) -> list[Rule[S, A]]:
        """The rules to go through for a value, in their order."""
        if value not in self._exact and not self._begins(value):
            return self._plain
        found = self._by_value.get(value)
        if found is None:
            if len(self._by_value) >= MAX_REMEMBERED:
                self._by_value.clear()
            found = self._by_value[value] = self._gathered(value)
        return found

    def _begins(self, value: object) -> bool:
        """Whether a rule names the beginning of a value."""
        if not self._lengths or not isinstance(value, str):
            return False
        return any(value[:length] in self._beginning for length in self._lengths)

    def _gathered(self, value: object) -> list[Rule[S, A]]:
        text = value if isinstance(value, str) else ""
        begun = [self._beginning.get(text[:length], ()) for length in self._lengths if length <= len(text)]
        placed = chain(self._exact.get(value, ()), self._others, *begun)
        return [rule for _, rule in sorted(placed, key=itemgetter(0))]

    def concern(self, value: object) -> bool:
        """False if no rule can apply to a subject with this value of `field`, so that none need be made."""
        return bool(self._of_value(value))

    def match(self, subject: S) -> tuple[Rule[S, A] | None, MismatchReasons[S, A]]:
        """Find the first rule that takes a subject; every rule whose conditions fit counts it for its `nth`."""
        taken: Rule[S, A] | None = None
        closed: list[tuple[Rule[S, A], str]] | None = None
        value = self._look(subject)
        for rule in self._of_value(value):
            if not rule.fits(subject):
                continue
            rule.fitted += 1
            if taken is None:
                why = rule.closed(subject)
                if why is None:
                    taken = rule
                else:
                    closed = [*(closed or ()), (rule, why)]
        return taken, MismatchReasons(self.listed, taken, subject, closed)

    def decide(self, subject: S) -> Decision[A] | None:
        """What the first rule that takes a subject does with it; None without such a rule."""
        rule, misses = self.match(subject)
        return None if rule is None else Decision(rule.act(subject), rule.label, misses)


def labelled(place: str, rule: Written) -> str:
    """How the journal calls a rule: its place, and its name if it has one."""
    return place if rule.name is UNSET else f"{place} '{rule.name}'"


def steps(then: T | tuple[T, ...]) -> tuple[T, ...]:
    """The steps of a `then`, which is one or a list of them."""
    return then if isinstance(then, tuple) else (then,)


def choices_of(seed: int, section: str, rule_id: str) -> RandomChoices:
    """What a rule draws from, for itself alone."""
    return RandomChoices(seed, rule_id if rule_id.startswith(section) else f"{section} {rule_id}")


def _places(name: str, written: Sequence[W]) -> Iterator[tuple[str, W]]:
    return ((f"{name}[{index}]", rule) for index, rule in enumerate(written))


def _is_far(rule: Rule[S, A], missed: list[Condition[S]]) -> bool:
    other_number = any(condition.field == "fax_number" and condition.exact is not None for condition in missed)
    return other_number or len(missed) == len(rule.conditions)
