"""Outcomes: a test for each of them, and at the end of a run what it has met and what not."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from fakefax.client.outcomes import Outcome

MET: "pytest.StashKey[set[str]]" = pytest.StashKey()
"""The names of the outcomes met so far, when --fakefax-coverage asks for them."""

FIXTURE = "fakefax_outcome"
WORKER_OUTPUT = "fakefax_outcomes"


class WrongOutcomes(ValueError):
    """Unknown names of outcomes."""


def chosen(outcomes: object) -> "list[Outcome]":
    """The outcomes that a marker names: "all", or some by name. Raises WrongOutcomes."""
    from fakefax.client.outcomes import all_outcomes  # noqa: PLC0415 (only where outcomes are asked for)

    known = {outcome.name: outcome for outcome in all_outcomes()}
    if outcomes == "all":
        return list(known.values())
    names = [outcomes] if isinstance(outcomes, str) else outcomes
    if not isinstance(names, list | tuple) or not all(name in known for name in names):
        wrong = next((name for name in names if name not in known), names) if isinstance(names, list) else names
        raise WrongOutcomes(f'outcomes: {wrong!r} is none of "all", {", ".join(known)}')
    return [known[name] for name in names]


def parametrize(metafunc: pytest.Metafunc, outcomes: object) -> None:
    """A test for each outcome. Raises WrongOutcomes."""
    if "fakefax" not in metafunc.fixturenames:
        raise WrongOutcomes("outcomes: the test does not use the fixture fakefax")
    if FIXTURE not in metafunc.fixturenames:
        metafunc.fixturenames.append(FIXTURE)  # only where it is wanted: each fixture costs every test its time
    picked = chosen(outcomes)
    metafunc.parametrize(FIXTURE, picked, indirect=True, ids=[outcome.name for outcome in picked])


def of_test(request: pytest.FixtureRequest) -> "Outcome | None":
    """The outcome that a test is about, if its marker has outcomes."""
    callspec = getattr(request.node, "callspec", None)
    if callspec is None or FIXTURE not in callspec.params:
        return None
    outcome: Outcome = request.getfixturevalue(FIXTURE)
    return outcome


class OutcomesMet:
    """A plugin that says at the end which outcomes the tests have met, also those in workers of pytest-xdist."""

    def __init__(self, config: pytest.Config) -> None:
        self._met: set[str] = set()
        config.stash[MET] = self._met

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A worker hands over what its tests have met."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[WORKER_OUTPUT] = sorted(self._met)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """And this process gathers it; a worker that crashed has none."""
        self._met.update(getattr(node, "workeroutput", {}).get(WORKER_OUTPUT, ()))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """A section with the outcomes that were not met."""
        terminalreporter.section("fakefax coverage")
        for line in coverage_lines(self._met):
            terminalreporter.line(line)


def coverage_lines(met: set[str]) -> list[str]:
    """ "9 of 33 outcomes exercised; never:", and a line for each that was not."""
    from fakefax.client.outcomes import all_outcomes  # noqa: PLC0415 (only where outcomes are asked for)

    names = [outcome.name for outcome in all_outcomes()]
    never = [name for name in names if name not in met]
    first = f"{len(names) - len(never)} of {len(names)} outcomes exercised{'; never:' if never else ''}"
    return [first, *(f"  {name}" for name in never)]
