"""The work of `fakefax run --explore`: a command run again under every fault at every point, and what it found."""

import contextlib
import json
import os
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click

from fakefax.cli.output import EXIT_NO, Failure
from fakefax.cli.run import WrappedCommand, environment_of_run, reachable
from fakefax.cli.serve import make_server
from fakefax.client.fakefax import FakeFax
from fakefax.core.real_time import real_seconds
from fakefax.explore import oracle
from fakefax.explore.cases import Case, WrongName
from fakefax.explore.causes import FlawedRun
from fakefax.explore.explorer import PLAIN, Asked, BaseFailed, Exploration, Explorer, Result, asked_of
from fakefax.explore.files import replay, write_page, write_run
from fakefax.explore.known import WrongKnownFile, read_known
from fakefax.explore.report import ExplorationResult
from fakefax.scenario.schema import Scenario
from fakefax.server.app import Server
from fakefax.server.thread import LoopThread
from fakefax.values.durations import parse_duration


class Exploring(NamedTuple):
    """The options of `run --explore`. `patience` is the real seconds after which a run hangs."""

    asked: Asked
    check: str | None
    known: Path | None
    strict: bool
    patience: float


def asked_for(given: Mapping[str, Any]) -> Exploring | None:
    """The exploration that the options ask for; None without one. Raises Failure."""
    if given["explore"] is None:
        for name in ("check", "strict", "explore_known"):
            if given[name]:
                raise Failure(f"--{name.replace('_', '-')} goes with --explore")
        return None
    try:
        patience = parse_duration(given["explore_hang"]).total_seconds()
        asked = asked_of(given["explore"], given["explore_time"])
    except ValueError as error:
        raise Failure(
            f"--explore: {error}; CMD stands after --, as in `fakefax run --explore -- npm test`"
        ) from None
    return Exploring(asked, given["check"], given["explore_known"], given["strict"], patience)


def explore(scenario: Scenario, asked: WrappedCommand, how: Exploring, values: dict[str, Any]) -> int:
    """The exit status of the whole. Raises CannotListen, ValueError, and Failure for what cannot be explored."""
    known = _known(how.known, asked)
    with contextlib.suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # end CMD and the server, as by Ctrl-C
    server, _ = make_server(scenario, dict(values))
    thread = LoopThread()
    thread.start()
    try:
        thread.run(server.start())
        try:
            with tempfile.TemporaryDirectory(prefix="fakefax-") as folder:
                environment = environment_of_run(server, asked.names, values, Path(folder))
                return _explore(_Runs(asked, how, server, environment), known)
        finally:
            thread.run(server.stop())
    finally:
        thread.end()


def _known(path: Path | None, asked: WrappedCommand) -> Mapping[str, str] | None:
    if path is None:
        return None
    try:
        return read_known(path).get(shlex.join(asked.command), {})
    except WrongKnownFile as error:
        raise Failure(str(error)) from None


def _explore(runs: "_Runs", known: Mapping[str, str] | None) -> int:
    asked = runs.asked
    explorer = Explorer(runs.run, runs.how.asked, lambda text: click.echo(f"fakefax explores: {text}", err=True))
    try:
        found = explorer.explore()
    except BaseFailed as error:
        click.echo(f"fakefax: explored is what passes without a fault: {error}", err=True)
        return runs.status or EXIT_NO
    except WrongName as error:
        raise Failure(str(error)) from None
    all_run = runs.how.asked.only is None
    outcome = ExplorationResult(shlex.join(asked.command), found, known, all_run=all_run, strict="--strict")
    if asked.as_json:
        findings = [finding._asdict() for finding in found.findings]
        said = {"runs": found.runs, "findings": findings, "left_out": found.left_out, "not_run": found.not_run}
        click.echo(json.dumps(said), err=True)
    else:
        page = runs.page(found)
        for line in outcome.lines(runs.again, page):
            click.echo(line, err=True)
    return 0 if outcome.ok else EXIT_NO


class _Runs:
    """Runs the command, each time with a sandbox of its own on the one server."""

    def __init__(self, asked: WrappedCommand, how: Exploring, server: Server, environment: dict[str, str]) -> None:
        self.asked = asked
        self.how = how
        self._name = shlex.join(asked.command)
        self.status = 0
        """Of the plain run."""
        self._url = reachable(server.url)
        self._rate = server.sandbox.clock.rate
        self._environment = environment
        self._waits = True
        self._patience = how.patience

    def command(self, name: str) -> str:
        """The command that makes one run once more, but for its other options."""
        what = "" if name == PLAIN else f"={shlex.quote(name)}"
        return f"fakefax run --explore{what} … -- {self._name}"

    def again(self, finding: FlawedRun) -> list[str]:
        """How a finding is run again: the command under its fault, and its report, if there is one."""
        alone = f"again, alone: {self.command(finding.name)}"
        if finding.report is None or self.asked.report is None:
            return [alone]
        return [alone, replay(self.asked.report, finding.report)]

    def page(self, found: Exploration) -> Path | None:
        """Write the page of all points and faults; None where no report is wanted."""
        folder = self.asked.report
        if folder is None:
            return None
        try:
            return write_page(folder, self._name, found, self.command, all_run=self.how.asked.only is None)
        except OSError as error:
            raise Failure(f"--report: {folder} cannot be written: {error.strerror}") from None

    def run(self, cases: tuple[Case, ...]) -> Result:
        """One run under these faults."""
        with FakeFax.connect(self._url, rate=self._rate, record=self.asked.report is not None) as fakefax:
            rules = [fakefax.put_rule(*case.rule) for case in cases]
            environment = {
                **self._environment,
                self.asked.names["api_key"]: fakefax.api_key,
                "FAKEFAX_API_KEY": fakefax.api_key,
            }
            began = real_seconds()
            shows = not cases or self.how.asked.only is not None
            status = _end_of(self.asked.command, environment, self._patience if cases else None, shows=shows)
            if not cases:
                self.status = status or 0
                self._patience = self.how.patience + 10 * (real_seconds() - began)
                self._waits = oracle.somebody_listens(fakefax)
            flaws = [flaw.masked(fakefax.api_key) for flaw in self._flaws(fakefax, status, environment)]
            failure = None if status == 0 else f"{self.asked.command[0]} ended with {status}"
            report = self._report(fakefax, cases, flaws)
            wanted = not cases or self.how.asked.wants_entries
            entries = fakefax.journal if wanted else []
            return Result(flaws, failure, all(rule.used > 0 for rule in rules), entries, report)

    def _report(self, fakefax: FakeFax, cases: tuple[Case, ...], flaws: list[oracle.Flaw]) -> str | None:
        if not flaws or self.asked.report is None:
            return None
        try:
            return write_run(self.asked.report, fakefax, self._name, cases, flaws[0], self.command)
        except OSError as error:
            raise Failure(f"--report: {self.asked.report} cannot be written: {error.strerror}") from None

    def _flaws(self, fakefax: FakeFax, status: int | None, environment: dict[str, str]) -> Iterator[oracle.Flaw]:
        late = list(oracle.settle(fakefax, self._patience)) if self._waits else []
        fakefax.verdict = self.asked.parts
        yield from oracle.look(fakefax)
        if status is None:
            yield oracle.Flaw(oracle.HUNG, f"{self.asked.command[0]} had not ended after {self._patience:.1f} s")
        yield from late
        if self.how.check is not None:
            yield from self._check(self.how.check, environment)
        if self.how.strict and status:
            yield oracle.Flaw(oracle.FAILED, f"{self.asked.command[0]} ended with {status}")

    def _check(self, check: str, environment: dict[str, str]) -> Iterator[oracle.Flaw]:
        """The invariant of the command line: a command that the shell runs after each run."""
        try:
            ended = subprocess.run(  # noqa: S602 (it is the user's own command)
                check, shell=True, env=environment, capture_output=True, timeout=self._patience, check=False
            )
        except subprocess.TimeoutExpired:
            yield oracle.Flaw(oracle.CHECK_FAILED, "the check had not ended in time")
            return
        if ended.returncode:
            said = (ended.stdout + ended.stderr).decode(errors="replace").strip().splitlines()
            why = f": {said[-1]}" if said else ""
            yield oracle.Flaw(oracle.CHECK_FAILED, f"the check ended with {ended.returncode}{why}")


def _end_of(
    command: tuple[str, ...], environment: dict[str, str], patience: float | None, *, shows: bool
) -> int | None:
    """Run a command; its exit status, as a shell says it, or None when it had to be ended.

    Its output is shown for the plain run, and for those that are asked for by name: dozens of them are no reading.
    """
    output = None if shows else subprocess.DEVNULL
    try:
        process = subprocess.Popen(  # noqa: S603 (it is the user's own command)
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Failure(f"{command[0]!r} cannot be started: {reason}") from None
    try:
        status = process.wait(patience)
    except subprocess.TimeoutExpired:
        return None
    finally:
        _end_group(process)
    return 128 - status if status < 0 else status


def _end_group(process: "subprocess.Popen[bytes]") -> None:
    """End a command and what it has started and left behind: the next run shall meet nothing of it."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
