"""Outcome coverage, and a test for each outcome."""

import pytest

from tests.pytest_plugin.conftest import Run

SOME = """
def test_busy(fakefax, send):
    send("+15005550002")
    fakefax.advance("1m")

def test_given(fakefax, send):
    fakefax.given(fax_number="+44*").then("busy", "ok")
    for _ in range(2):
        send("+441234567")
        fakefax.advance("1m")

def test_fault(fakefax, send):
    fakefax.fault(lose_reply="after_commit")
    try:
        send()
    except OSError:
        pass

def test_balance(fakefax, send):
    fakefax.balance = 0
    send()
"""


def test_the_run_ends_with_what_was_met(run: Run):
    """However an outcome came about, it counts; the others are named."""
    result = run(SOME, "--fakefax-coverage")
    result.assert_outcomes(passed=4)
    check_coverage(result)


def check_coverage(result: pytest.RunResult) -> None:
    """The end of a run of these tests."""
    result.stdout.fnmatch_lines(["*= fakefax coverage =*", "5 of 3? outcomes exercised; never:", "  no_answer"])
    met = {"ok", "busy", "busy once, then ok", "not enough balance", "reply lost after the fax was charged"}
    assert not {f"  {name}" for name in met} & set(result.outlines)


def test_nothing_is_said_unasked(run: Run):
    """Without the option the run ends as usual."""
    result = run(SOME)
    result.stdout.no_fnmatch_line("*outcomes*")


def test_a_test_for_each_outcome(run: Run):
    """The marker makes a test of each outcome, whatever number the program dials; all of them are met."""
    result = run(
        """
        import http.client

        import pytest

        @pytest.mark.fakefax(outcomes="all", verdict=False)
        def test_survives(fakefax, send):
            assert fakefax.receiver
            for _ in range(3):
                try:
                    send("+441234567")
                except (OSError, ValueError, http.client.HTTPException):
                    pass
                if fakefax.outcome.name in fakefax.outcomes_met():
                    break
            fakefax.advance("1h")
            assert fakefax.outcome.name in fakefax.outcomes_met()

        @pytest.mark.fakefax(outcomes=["busy", "lost acknowledgement"])
        def test_two(fakefax_outcome, fakefax):
            assert fakefax_outcome.fax_number.startswith("+1500555")

        @pytest.mark.fakefax(outcomes="busy")
        def test_one(fakefax_outcome, fakefax):
            assert fakefax_outcome.name == "busy"
        """,
        "--fakefax-coverage",
        "-v",
    )
    outcomes = result.parseoutcomes()
    assert outcomes["passed"] >= 35, outcomes
    assert set(outcomes) == {"passed"}
    result.stdout.fnmatch_lines(
        ["*test_survives[[]busy once, then ok] PASSED*", "*test_two[[]lost ack*", "*test_one[[]busy[]]*"]
    )
    result.stdout.re_match_lines([r"^(\d+) of \1 outcomes exercised$"])


def test_outcomes_need_the_fixture(run: Run):
    """A test that does not use the fixture cannot meet anything."""
    result = run('import pytest\n@pytest.mark.fakefax(outcomes="all")\ndef test_it(): pass')
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*outcomes: the test does not use the fixture fakefax"])
