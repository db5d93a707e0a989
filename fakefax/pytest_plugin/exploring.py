"""Explore a test: run it again under every fault at every point. Loaded only when a test is explored.

An exploration is an item of its own beside its test, `test_it[explore]`. It makes a fresh copy of the test for
each run and takes it through pytest's own hooks, so that function-scoped fixtures are made anew for each run;
fixtures of a wider scope (class, module, package, session) are shared by all runs, as they are by different tests.
"""

import contextlib
import functools
import inspect
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from fakefax.client.aio import in_worker_thread
from fakefax.client.fakefax import FakeFax
from fakefax.client.rules import PutRule
from fakefax.explore import oracle
from fakefax.explore.cases import Case, WrongName
from fakefax.explore.causes import FlawedRun, by_cause
from fakefax.explore.explorer import PLAIN, BaseFailed, Exploration, Explorer, Result
from fakefax.explore.files import replay, write_page, write_run
from fakefax.explore.hanging import Hung, deadline
from fakefax.explore.invariants import Invariant, invariants_of
from fakefax.explore.known import WrongKnownFile, read_known
from fakefax.explore.report import ExplorationResult
from fakefax.pytest_plugin import explore_options, failure_reports, verdicts
from fakefax.values.urls import without_key

ENDS_RUN = (KeyboardInterrupt, pytest.exit.Exception)
PROPERTY = "fakefax_explore"
"""The name of the user property that has an exploration's summary."""

SLOW_TEARDOWN = 5.0
"""Real seconds of an exploration from which on its teardowns are reported, if they are most of it."""


class Explored(pytest.Item):
    """The exploration of a test."""

    def __init__(self, *, original: pytest.Function, how: explore_options.How, **more: Any) -> None:
        super().__init__(**more)
        self.original = original
        self.how = how
        self.own_markers.extend(original.own_markers)

    def runtest(self) -> None:
        """Not used: `protocol` runs it, because its runs are items of their own."""
        raise NotImplementedError

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Where the test is."""
        path, line, _ = self.original.reportinfo()
        return path, line, self.name

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The findings as text, without lines of code."""
        if isinstance(excinfo.value, Found):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)


class Found(Exception):
    """An exploration that has found something."""


def beside(original: pytest.Function, how: explore_options.How) -> Explored:
    """The exploration that stands beside a test."""
    name = original.name
    name = f"{name[:-1]}-explore]" if name.endswith("]") else f"{name}[explore]"
    parent: Any = original.parent
    made: Explored = Explored.from_parent(parent, name=name, original=original, how=how)
    return made


def protocol(item: Explored, nextitem: pytest.Item | None) -> None:
    """Run an exploration, with the reports that a test has."""
    runs = _Runs(item, nextitem)
    hook = item.ihook
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for when, step in (("setup", runs.begin), ("call", runs.explore), ("teardown", runs.end)):
        if when == "call" and not runs.can_go_on:
            continue
        call = pytest.CallInfo.from_call(step, when, ENDS_RUN)  # type: ignore[arg-type]
        hook.pytest_runtest_logreport(report=hook.pytest_runtest_makereport(item=item, call=call))
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)


class _Runs:
    """The runs of one exploration. Each is torn down when the next one begins, the last one by `end`."""

    def __init__(self, item: Explored, nextitem: pytest.Item | None) -> None:
        self.item = item
        self.folder = failure_reports.folder(item.config)
        self.waits = True
        """Whether to wait for what comes due after the test's body: somebody listens at the callback URL then."""
        self.patience = max(item.how.patience, 10.0)
        self._nextitem = nextitem
        self._last: pytest.Function | None = None
        self._teardown_failures: list[str] = []
        self._in_teardown = self._in_all = 0.0
        self._explorer = Explorer(self._run, item.how.asked, self._tell)
        self.can_go_on = False

    def begin(self) -> None:
        """Make the plain run. The budget is a property of this phase's report, which comes along from a worker."""
        try:
            self._explorer.begin()
        except BaseFailed as error:
            pytest.skip(f"explored is what passes without a fault: {error}")
        self.can_go_on = True

    def explore(self) -> None:
        """Raise Found for what was found, or skip with the reason why nothing can be."""
        item, config = self.item, self.item.config
        asked, known = item.how.asked, self._known()
        try:
            found = self._explorer.go_on()
        except WrongName as error:
            self._fail(str(error))
        outcome = ExplorationResult(item.original.nodeid, found, known, all_run=asked.only is None)
        page = self._page(found)
        item.user_properties.append((PROPERTY, f"{item.nodeid}: {outcome.summary}"))
        lines = list(outcome.lines(self._replay, page))
        if self._teardown_failures:
            count = len(self._teardown_failures)
            lines += ["", f"the teardown failed in {count} of the runs: {self._teardown_failures[0]}"]
        if not self.waits:
            lines += [
                "",
                "nothing listened at the callback URL any more when the test's body had ended, so what came due "
                "after that was not waited for; an endpoint in a fixture outlives the body",
            ]
        if self._in_teardown > max(SLOW_TEARDOWN, self._in_all / 2):
            item.user_properties.append((PROPERTY, f"  {self._slow()}"))
        if not outcome.ok:
            if page is not None:
                item.user_properties.append((failure_reports.PROPERTY, page.name))
                item.user_properties += failure_reports.runs_of(by_cause(found.findings))
            raise Found("\n".join(lines))
        if page is not None:
            item.user_properties.append((PROPERTY, f"  all points and faults: {page}"))
        if config.option.verbose > 0:
            item.add_report_section("call", "fakefax", "\n".join(lines))

    def _slow(self) -> str:
        return (
            f"the teardown of its fixtures took {self._in_teardown:.0f} of {self._in_all:.0f} s; "
            f"an http.server ends immediately after serve_forever(0.01), else within half a second"
        )

    def end(self) -> None:
        """Tear down the last run, and what the next item of the session does not need."""
        last, self._last = self._last, None
        if last is not None:
            last.ihook.pytest_runtest_teardown(item=last, nextitem=self._nextitem)

    def _run(self, cases: tuple[Case, ...]) -> Result:
        fresh = _copy(self.item.original)
        run = _Run(fresh, cases, self)
        fresh.stash[verdicts.UNDER_FAULTS] = run
        fresh.obj = run.judged(fresh.obj)
        self._tear_down()
        self._last = fresh
        hook = fresh.ihook
        begun = ended = _phase(fresh, "setup", lambda: hook.pytest_runtest_setup(item=fresh))
        if begun.excinfo is None:
            ended = _phase(fresh, "call", lambda: hook.pytest_runtest_call(item=fresh))
        else:
            run.error = begun.excinfo.value
        self._in_all += begun.duration + (ended.duration if ended is not begun else 0)
        if not run.is_judged:
            run.judge()
        if not cases:
            self.patience = self.item.how.patience + 10 * (begun.duration + ended.duration)
        error = run.error or (ended.excinfo.value if ended.excinfo else None)
        if isinstance(error, pytest.skip.Exception) and not cases:
            raise error
        return run.result(error)

    def _tear_down(self) -> None:
        last, self._last = self._last, None
        if last is not None:
            hook = last.ihook
            call = _phase(last, "teardown", lambda: hook.pytest_runtest_teardown(item=last, nextitem=self.item))
            self._in_teardown += call.duration
            self._in_all += call.duration
            if call.excinfo is not None:
                self._teardown_failures.append(oracle.first_line(call.excinfo.value))

    def _known(self) -> dict[str, str] | None:
        path = explore_options.known_file(self.item.config)
        if path is None:
            return None
        try:
            return read_known(path).get(self.item.original.nodeid, {})
        except WrongKnownFile as error:
            self._fail(str(error))

    def again(self, name: str) -> str:
        """The command that makes one run once more. The plain run is always the first."""
        what = "" if name == PLAIN else f"={shlex.quote(name)}"
        return f"pytest {shlex.quote(self.item.nodeid)} --fakefax-explore{what}"

    def _replay(self, finding: FlawedRun) -> list[str]:
        again = self.again(finding.name)
        if finding.report is None or self.folder is None:
            return [again]
        return [again, replay(self.folder, finding.report)]

    def _page(self, found: Exploration) -> Path | None:
        if self.folder is None:
            return None
        return write_page(
            self.folder, self.item.nodeid, found, self.again, all_run=self.item.how.asked.only is None
        )

    def _tell(self, text: str) -> None:
        text = f"fakefax explores {self.item.original.nodeid}: {text}"
        if self.can_go_on:
            explore_options.write_line(self.item.config, text)
        else:
            self.item.user_properties.append((explore_options.BUDGET, text))

    @staticmethod
    def _fail(text: str) -> NoReturn:
        pytest.fail(text, pytrace=False)


def _phase(item: pytest.Function, when: str, step: Callable[[], object]) -> "pytest.CallInfo[object]":
    """A phase of a run. Its report is made but not shown: fixtures such as tmp_path ask how a phase went."""
    call = pytest.CallInfo.from_call(step, when, ENDS_RUN)  # type: ignore[arg-type]
    item.ihook.pytest_runtest_makereport(item=item, call=call)
    return call


def _copy(original: pytest.Function) -> pytest.Function:
    """A fresh item of the same test, as pytest collects it: nothing of it has been set up."""
    parent = original.parent
    made = original.ihook.pytest_pycollect_makeitem(
        collector=parent, name=original.originalname, obj=original.function
    )
    items = made if isinstance(made, list) else [made]
    for item in items:
        if isinstance(item, pytest.Function) and item.name == original.name:
            item.own_markers[:] = original.own_markers
            return item
    raise LookupError(f"{original.nodeid} is collected otherwise the second time")


class _Run:
    """One run: the faults go into its sandbox, and it is judged between the test's body and the teardown."""

    def __init__(self, fresh: pytest.Function, cases: tuple[Case, ...], runs: _Runs) -> None:
        self.settings: dict[str, object] = {} if runs.folder is None else {"record": True}
        self.error: BaseException | None = None
        self.is_judged = False
        self._fresh = fresh
        self._cases = cases
        self._runs = runs
        self._rules: list[PutRule] = []
        self._flaws: list[oracle.Flaw] = []
        self._entries: list[Any] = []
        self._struck = True
        self._report: str | None = None
        self._key = ""

    def begin(self, fakefax: FakeFax) -> None:
        """Put the faults in front of all rules of a sandbox that has just been made."""
        self._key = fakefax.api_key
        for case in self._cases:
            section, rule = case.rule
            self._rules.append(fakefax.put_rule(section, rule))
            if case.rate is not None:
                fakefax.rate = case.rate

    def judged(self, body: Callable[..., Any]) -> Callable[..., Any]:
        """The test's function, and after it the judgement, while its fixtures and its event loop are there."""
        if inspect.iscoroutinefunction(body):

            @functools.wraps(body)
            async def async_run(*arguments: Any, **named: Any) -> None:
                with self._noting(), deadline(self._runs.patience):
                    await body(*arguments, **named)
                with self._judging():
                    await in_worker_thread(self._ask_sandbox)
                    for invariant in self._invariants():
                        holds = functools.partial(invariant.function, **self._fixtures(invariant))
                        if inspect.iscoroutinefunction(invariant.function):
                            self._flaws += await _asked(invariant.name, holds)
                        else:
                            self._flaws += oracle.ask(invariant.name, holds)
                    await in_worker_thread(self._close)

            return _of_same_instance(async_run, body)

        @functools.wraps(body)
        def run(*arguments: Any, **named: Any) -> None:
            with self._noting(), deadline(self._runs.patience):
                body(*arguments, **named)
            self.judge()

        return _of_same_instance(run, body)

    def judge(self) -> None:
        """Ask the oracle, outside of an event loop."""
        with self._judging(), deadline(2 * self._runs.patience):
            self._ask_sandbox()
            for invariant in self._invariants():
                holds = functools.partial(invariant.function, **self._fixtures(invariant))
                self._flaws += oracle.ask(invariant.name, holds)
            self._close()

    def result(self, error: BaseException | None) -> Result:
        """The result. `error` is the one that the test ended with."""
        failure = None
        if error is not None and not isinstance(error, Hung):
            failure = without_key(oracle.first_line(error), self._key)
        flaws = tuple(flaw.masked(self._key) for flaw in self._flaws)
        return Result(flaws, failure, self._struck, self._entries, self._report)

    def _noting(self) -> "_Noting":
        return _Noting(self)

    @contextlib.contextmanager
    def _judging(self) -> Iterator[None]:
        """A run that cannot be judged is a finding too: it must not count as clean."""
        self.is_judged = True
        try:
            yield
        except Hung:
            self._flaws.append(oracle.Flaw(oracle.HUNG, "its judgement had not ended in time"))
        except Exception as error:
            why = f"it could not be judged: {oracle.first_line(error)}"
            self._flaws.append(oracle.Flaw(oracle.NOT_JUDGED, why))

    def _ask_sandbox(self) -> None:
        fakefax = self._fresh.stash.get(verdicts.HANDLE, None)
        if fakefax is None:
            return
        if not self._cases:
            self._runs.waits = oracle.somebody_listens(fakefax)
        late = list(oracle.settle(fakefax, self._runs.patience)) if self._runs.waits else []
        self._flaws += [*oracle.look(fakefax), *late]
        if isinstance(self.error, Hung):
            self._flaws.append(
                oracle.Flaw(oracle.HUNG, f"the test had not ended after {self._runs.patience:.1f} s")
            )

    def _close(self) -> None:
        """The last checks: the test's own result, whether the faults struck, the journal, the report."""
        fakefax = self._fresh.stash.get(verdicts.HANDLE, None)
        if self._runs.item.how.strict and self.error is not None and not isinstance(self.error, Hung):
            said = oracle.first_line(self.error)
            self._flaws.append(oracle.Flaw(oracle.FAILED, f"the test failed: {said}"))
        if fakefax is None:
            return
        self._struck = all(rule.used > 0 for rule in self._rules)
        if not self._cases or self._runs.item.how.asked.wants_entries:
            self._entries = fakefax.journal
        if self._flaws and self._runs.folder is not None:
            self._report = write_run(
                self._runs.folder,
                fakefax,
                self._runs.item.nodeid,
                self._cases,
                self._flaws[0],
                self._runs.again,
            )

    def _invariants(self) -> Iterator[Invariant]:
        fixtures = self._fresh.funcargs
        patterns = self._fresh.config.getini("python_files")
        if self._fresh.stash.get(verdicts.HANDLE, None) is not None:
            yield from invariants_of(self._fresh.path, fixtures, patterns)

    def _fixtures(self, invariant: Invariant) -> dict[str, Any]:
        return {name: self._fresh.funcargs[name] for name in invariant.fixtures}


def _of_same_instance(run: Callable[..., Any], body: Callable[..., Any]) -> Callable[..., Any]:
    """pytest before 8.2 finds the instance that a test is a method of by this attribute."""
    if hasattr(body, "__self__"):
        run.__dict__["__self__"] = body.__self__
    return run


async def _asked(name: str, holds: Callable[[], Any]) -> list[oracle.Flaw]:
    """The flaw of an async invariant, if it is broken."""
    try:
        answer = await holds()
    except Exception as error:
        caught = error

        def raise_it() -> NoReturn:
            raise caught

        return list(oracle.ask(name, raise_it))
    return list(oracle.ask(name, lambda: answer))


class _Noting:
    """Keeps the error of a test's body, so that the run can be judged."""

    def __init__(self, run: _Run) -> None:
        self._run = run

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> bool:
        if error is None or isinstance(error, (*ENDS_RUN, GeneratorExit)):
            return False
        self._run.error = error
        return True
