"""A single rule that comes at run time, checked as one in a file is."""

from typing import Any

from fakefax.scenario.loader import ScenarioError, check_scenario

_FILE = "rule"


class RuleError(ScenarioError):
    """A rule that cannot be used; `lines` has one line for each of its problems, with its place in the rule."""


class UnknownRule(Exception):
    """A rule that was not put in front at run time, or not any more."""


def check_rule(section: str, written: object) -> Any:
    """A rule of `faxes`, `requests` or `callbacks` as its struct. Raises RuleError."""
    try:
        scenario = check_scenario({section: [written]}, _FILE)
    except ScenarioError as error:
        raise RuleError([_in_the_rule(line, section) for line in error.lines]) from None
    return getattr(scenario, section)[0]


def _in_the_rule(line: str, section: str) -> str:
    """A problem without the file and the list that the rule was put in to be checked."""
    problem = line.removeprefix(f"{_FILE}: ")
    return problem.removeprefix(f"{section}[0]").removeprefix(".").removeprefix(": ")
