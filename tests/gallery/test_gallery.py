"""Exploring finds each wrong program of the gallery by its right name, and nothing wrong with the right one."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from fakefax.explore import invariants
from tests.gallery.wrong import FOUND
from tests.inner_pytest import InnerPytest
from tests.thorough import THOROUGH

Explore = Callable[..., pytest.RunResult]
ROOT = Path(__file__).parents[2]
EXPLORED = Path(__file__).parent / "explored.py"


@pytest.fixture
def explore(
    inner_pytest: InnerPytest, untidy: tuple[str, ...], pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> Explore:
    """The result of exploring one program."""
    monkeypatch.setattr(invariants, "_REGISTERED", {})  # the gallery's, which other tests must not be asked for
    settings = pytester.makeini("[pytest]")  # not those of this suite, which need its plugins

    def explore(program: str, *few: str) -> pytest.RunResult:
        test = f"{EXPLORED}::test_invoices[{program}-explore]"
        return inner_pytest("-c", str(settings), f"--rootdir={ROOT}", *untidy, *few, test)

    return explore


@pytest.mark.parametrize("program", FOUND, ids=lambda program: program.__name__)
def test_each_wrong_program_is_found_by_its_name(explore: Explore, program: type):
    """The fault at its point and the kind of the finding stand in the report, with the line that runs it again.

    Of all runs of an exploration only those with faults alike; all of them in a thorough run of the suite.
    """
    name, kind = FOUND[program]
    point, _, fault = name.partition(":")
    few = [f"--fakefax-explore={point}:{fault[0]}*"] if fault and not THOROUGH else []
    result = explore(program.__name__, *few)
    result.assert_outcomes(failed=1)
    bugs = [bug for bug in result.stdout.str().split("\n\n") if bug.startswith(f"{kind}: ")]
    assert [bug for bug in bugs if re.search(rf"{re.escape(name)}(?!\S)", bug.replace(",", " "))]


def test_the_right_program_comes_out_clean(explore: Explore):
    """No fault at any point makes it pay twice, lose a receipt, leave an invoice unsettled, or even fail."""
    result = explore("Invoices")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*test_invoices[[]Invoices-explore[]]: 26 runs: 26 ok (7 needless left out)"])
