"""The loop: the plain run, then one run for each fault at each point, until all is run or the time is over."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import NamedTuple

from fakefax.core.real_time import real_seconds
from fakefax.explore.cases import Case, WrongName, budget, find_case, fitting, needless
from fakefax.explore.causes import FlawedRun, cause_of
from fakefax.explore.oracle import Flaw
from fakefax.explore.points import Point, points_of
from fakefax.schemas import JournalEntry
from fakefax.values.durations import parse_duration

PLAIN = "no fault"
"""The name of the run without a fault."""

AND = "+"
"""Between the names of two faults of one run."""

MAX_PAIRS = 200
"""Pairs of faults that are run for one test, unless another number is asked for."""


class Result(NamedTuple):
    """The result of a run. `flaws` are in the order of the oracle; `failure` is the test's own, if it had one.

    `struck`: whether each fault met its point. `report` is the file that the run was written to, if any.
    """

    flaws: Sequence[Flaw] = ()
    failure: str | None = None
    struck: bool = True
    entries: Sequence[JournalEntry] = ()
    report: str | None = None


def name_of(cases: Sequence[Case]) -> str:
    """The name of a run under these faults."""
    return AND.join(case.name for case in cases) or PLAIN


def sentence(cases: Sequence[Case], flaw: Flaw) -> str:
    """A run and its result in words, without a full stop."""
    happened = " and ".join(case.happened for case in cases) or "without any fault"
    return f"{happened}, {flaw.what}" if not cases else f"{happened}, and {flaw.what}"


class Asked(NamedTuple):
    """The runs to make: single faults, and so many `pairs`; or `only` names that fit; `time` is in seconds."""

    only: str | None = None
    pairs: int = 0
    time: float = 600

    @property
    def wants_entries(self) -> bool:
        """Whether the journal of each run is needed: the points of the second fault are read from it."""
        return self.pairs > 0 or AND in (self.only or "")


_MODES = re.compile(r"points|pairs(?::(\d+))?")


def asked_of(what: str, time: str) -> Asked:
    """Parse an option: points, pairs, pairs:NUMBER, or a name, where * fits anything. Raises ValueError."""
    seconds = parse_duration(time).total_seconds()
    mode = _MODES.fullmatch(what)
    if mode is not None:
        return Asked(pairs=0 if what == "points" else int(mode[1] or MAX_PAIRS), time=seconds)
    if not set("#*?").intersection(what):
        raise WrongName(
            f"{what!r} is not pairs, pairs:NUMBER, or a fault at a point such as send_fax#1:lose_reply=after_commit"
        )
    return Asked(only=what, time=seconds)


Run = Callable[[tuple[Case, ...]], Result]
"""Runs the test once under these faults."""

Tell = Callable[[str], None]
"""Told the budget first, and then how far it is."""


@dataclass
class Exploration:
    """All that an exploration has found out. `results` are by name, in the order in which they were run.

    `left_out` has the needless runs with the reason of each, `not_run` the names for which there was no time.
    `pairs_left` is how many pairs of faults were above the limit of pairs.
    """

    cases: list[Case] = field(default_factory=list)
    results: dict[str, Result] = field(default_factory=dict)
    findings: list[FlawedRun] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    not_run: list[str] = field(default_factory=list)
    pairs_left: int = 0
    base: Result = field(default_factory=Result)

    @property
    def runs(self) -> int:
        """How many runs were made under a fault."""
        return len(self.results)

    @property
    def summary(self) -> str:
        """ "81 runs: 77 ok, 3 paid twice, 1 never acknowledged", and what was not run."""
        kinds = Counter(finding.kind for finding in self.findings if finding.name != PLAIN)
        ok = self.runs - sum(kinds.values())
        said = [f"{ok} ok", *(f"{count} {kind}" for kind, count in kinds.items())]
        text = f"{self.runs} run{'' if self.runs == 1 else 's'}: {', '.join(said)}"
        plain = [finding.kind for finding in self.findings if finding.name == PLAIN]
        if plain:
            text = f"{plain[0]} without any fault"
        missed = sum(not result.struck for result in self.results.values())
        failed = sum(result.failure is not None for result in self.results.values())
        notes = [
            f"{len(self.left_out)} needless left out" if self.left_out else "",
            f"{missed} whose fault never struck" if missed else "",
            f"{failed} in which the test itself failed" if failed else "",
            f"{len(self.not_run)} not run, the time was over" if self.not_run else "",
            f"{self.pairs_left} pairs above the limit not run" if self.pairs_left else "",
        ]
        detail = "; ".join(filter(None, notes))
        return f"{text} ({detail})" if detail else text


class BaseFailed(Exception):
    """The test fails, or is skipped, without any fault: there is nothing to explore."""


class Explorer:
    """One exploration. `tell` gets the budget and the progress, `seconds` is the real clock."""

    def __init__(
        self, run: Run, asked: Asked, tell: Tell = lambda _: None, seconds: Callable[[], float] = real_seconds
    ) -> None:
        self._run = run
        self._asked = asked
        self._tell = tell
        self._seconds = seconds
        self._began = seconds()
        self._reported = self._began
        self._of_a_run = 0.0
        self._points: Sequence[Point] = ()
        self._wanted: Sequence[Case] = ()
        self.found = Exploration()

    def explore(self) -> Exploration:
        """Run all of it. Raises what `begin` and `go_on` raise."""
        self.begin()
        return self.go_on()

    def begin(self) -> None:
        """Make the plain run, and report the budget. Raises BaseFailed."""
        found = self.found
        found.base = self._run(())
        self._of_a_run = self._seconds() - self._began
        if found.base.failure is not None:
            raise BaseFailed(found.base.failure)
        if found.base.flaws:  # every other run would say the same
            self._note((), found.base)
            return
        self._points = points_of(found.base.entries)
        found.cases = [case for point in self._points for case in fitting(point)]
        if self._asked.only is None:
            self._wanted = self._worth_a_run()
            left_out = len(found.left_out)
            needless_ones = f", {left_out} of them needless" if left_out else ""
            self._tell(f"{budget(found.cases)}{needless_ones}{self._estimate(len(self._wanted))}")

    def go_on(self) -> Exploration:
        """Make the runs under faults. Raises WrongName for a name that fits nothing."""
        if self.found.base.flaws:
            return self.found
        if self._asked.only is not None:
            self._run_named(self._asked.only, self._points)
            return self.found
        self._run_all([(case,) for case in self._wanted])
        if self._asked.pairs:
            self._run_pairs(self._wanted)
        return self.found

    def _estimate(self, runs: int) -> str:
        """ "; about 14 s at 0.5 s a run", of what takes longer than a moment."""
        total = runs * self._of_a_run
        if total < 2:
            return ""
        limit = ", more than its limit" if total > self._asked.time else ""
        return f"; about {_real_time(total)} at {_real_time(self._of_a_run)} a run{limit}"

    def _worth_a_run(self) -> list[Case]:
        """The cases that are not needless."""
        points, ended = self._points, ends(self.found.base.entries)
        wanted = []
        for case in self.found.cases:
            reason = needless(case, points, ended)
            if reason is None:
                wanted.append(case)
            else:
                self.found.left_out[case.name] = reason
        return wanted

    def _run_all(self, runs: Sequence[tuple[Case, ...]]) -> None:
        for done, cases in enumerate(runs):
            name = name_of(cases)
            if self._seconds() - self._began > self._asked.time:
                self.found.not_run.append(name)
                continue
            self._run_one(cases)
            self._tell_progress(done + 1, len(runs))

    def _run_one(self, cases: tuple[Case, ...]) -> None:
        self._keep(cases, self._run(cases))

    def _keep(self, cases: tuple[Case, ...], result: Result) -> None:
        self.found.results[name_of(cases)] = result
        self._note(cases, result)

    def _note(self, cases: tuple[Case, ...], result: Result) -> None:
        if result.flaws:
            flaw = result.flaws[0]
            found = FlawedRun(
                name_of(cases), flaw.kind, sentence(cases, flaw), result.report, cause_of(cases, flaw)
            )
            self.found.findings.append(found)

    def _tell_progress(self, done: int, of: int) -> None:
        """At most every other second, so that a log is not full of it."""
        now = self._seconds()
        if now - self._reported >= 2 and done < of:
            self._reported = now
            findings = len(self.found.findings)
            self._tell(f"{done} of {of} runs, {findings} finding{'' if findings == 1 else 's'}")

    # Two faults

    def _run_pairs(self, wanted: Sequence[Case]) -> None:
        """Pairs of which neither fault is a finding by itself.

        Those come last whose first fault has led to the same run as another one, for the same will come of them;
        among the others those come first that need the first fault.
        """
        pairs = sorted(self._pairs(wanted), key=lambda pair: pair[0])
        chosen = [pair for _, pair in pairs[: self._asked.pairs]]
        self.found.pairs_left = len(pairs) - len(chosen)
        self._tell(f"{len(pairs)} pairs of faults, of which {len(chosen)} are run{self._estimate(len(chosen))}")
        self._run_all(chosen)

    def _pairs(self, wanted: Sequence[Case]) -> Iterator[tuple[tuple[bool, bool, int], tuple[Case, Case]]]:
        """Each with its rank. Points that only the first fault has made come first, then one pair of each fault."""
        found = self.found
        known = {point.name for point in points_of(found.base.entries)}
        bad = {finding.name for finding in found.findings}
        seen: set[object] = set()
        for first in wanted:
            result = found.results.get(first.name)
            if result is None or first.name in bad:
                continue
            points = points_of(result.entries)
            course = course_of(result.entries)
            again = course in seen
            seen.add(course)
            ended, place = ends(result.entries), _seq_of(first.point, points)
            seconds = [case for point in points if point.seq > place for case in fitting(point)]
            for rank, second in enumerate(seconds):
                if second.name not in bad and needless(second, points, ended) is None:
                    yield (again, second.point.name in known, rank), (first, second)

    # Some by name

    def _run_named(self, only: str, points: Sequence[Point]) -> None:
        names = [case.name for case in self.found.cases]
        chosen = [case for case in self.found.cases if fnmatchcase(case.name, only)]
        if chosen:
            self._tell(budget(chosen))
            self._run_all([(case,) for case in chosen])
            return
        if any(letter in only for letter in "*?"):
            raise WrongName(f"{only!r} fits no fault at a point of this run; it has: {', '.join(names)}")
        first, plus, second = only.partition(AND)
        case = find_case(first, points)
        if not plus:
            self._run_one((case,))
            return
        result = self._run((case,))
        if result.flaws:
            self._keep((case,), result)
            return
        other = find_case(second, points_of(result.entries))
        if other.point.name in {point.name for point in points}:
            alone = self._run((other,))
            if alone.flaws:
                self._keep((other,), alone)
                return
        self._run_one((case, other))


def _seq_of(point: Point, points: Iterable[Point]) -> int:
    return next((each.seq for each in points if each.name == point.name), 0)


def _real_time(seconds: float) -> str:
    """0.5 s, 14 s, 3 min."""
    if seconds >= 100:
        return f"{seconds / 60:.0f} min"
    return f"{seconds:.0f} s" if seconds >= 2 else f"{seconds:.1g} s"


def course_of(entries: Iterable[JournalEntry]) -> object:
    """A run as Fax.to saw it: equal for two faults after which the program did the same at the same times.

    The entries of the faults themselves are left out, and ids, which are others in each run.
    """
    order: dict[int | None, int] = {}
    return tuple(
        (
            entry.kind,
            entry.at,
            order.setdefault(entry.fax_job_id, len(order)),
            *(str(entry.detail.get(name)) for name in ("operation", "status", "msg_code", "attempt", "result")),
        )
        for entry in entries
        if not entry.kind.startswith("fault.")
    )


def ends(entries: Iterable[JournalEntry]) -> dict[int, str]:
    """How each fax of a run ended, by its place in the run."""
    order: dict[int | None, int] = {}
    found: dict[int, str] = {}
    for entry in entries:
        if entry.kind == "fax.accepted":
            order[entry.fax_job_id] = len(order) + 1
        elif entry.kind == "fax.finished" and entry.fax_job_id in order:
            found[order[entry.fax_job_id]] = str(entry.detail["msg_code"])
    return found
