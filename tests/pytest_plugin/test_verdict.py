"""The verdict at a test's end, and the account in the report of a failed one."""

import pytest

from tests.pytest_plugin.conftest import Run

GUILTY = """
import pytest


def unacknowledged(fakefax, send, down):
    fakefax.callback_url = down(503)
    send()
    fakefax.advance("1m")


def not_200(fakefax, send, down):
    fakefax.callback_url = down(204)
    send()
    fakefax.advance("1m")


def malformed(fakefax, send, down):
    send("abc")


def double_charge(fakefax, send, down):
    send()
    send()


@pytest.fixture
def down():
    from fakefax.client.receiver import Receiver

    made = []

    def down(status):
        made.append(Receiver())
        made[-1].answers(status)
        return made[-1].url

    yield down
    for receiver in made:
        receiver.close()


PROGRAMS = [unacknowledged, not_200, malformed, double_charge]
"""


def test_each_part_fails_the_test(run: Run, pytester: pytest.Pytester):
    """A test whose program did what Fax.to would mind is failed with what it was and how to mean it so."""
    pytester.makepyfile(guilty=GUILTY)
    result = run(
        """
        from guilty import *

        @pytest.mark.parametrize("program", PROGRAMS)
        def test_it(fakefax, send, down, program):
            program(fakefax, send, down)
        """
    )
    result.assert_outcomes(failed=3, passed=1)
    result.stdout.fnmatch_lines(
        [
            "*test_it[[]unacknowledged]*",
            "the test has passed, but Fax.to would mind what the program did:",
            "  unacknowledged: the receipt of fax * was posted once to * and never acknowledged; the last*: 503 *",
            'Where the test intends it: fakefax.verdict.discard("unacknowledged"), or fakefax_verdict in the *',
            "*- fakefax -*",
            "simulated time *, callback URL http://127.0.0.1:*",
            "faxes:",
            "fax * to +15005550001, document 10, cost 0.15: success, ok, receipt pending",
            "*attempt 1: 503 Service Unavailable",
            "ledger:",
            "  * charge -0.15, balance 99.85, fax *",
            "journal:",
            "*receipt *, attempt 1 to *: 503 Service Unavailable; again at *",
            "*test_it[[]not_200]*",
            "  not_200: * answered the receipt of fax * with 204 No Content, but only 200 acknowledges a receipt*",
            "*test_it[[]malformed]*",
            "  malformed: a request was refused as malformed: POST send_fax: 400 The fax_number is invalid (*",
        ]
    )


def test_a_test_that_asks_for_the_fixture_late_is_judged_too(run: Run):
    """Also where it is the first one that does, and only in its body."""
    result = run(
        """
        from urllib.request import urlopen

        def test_late(request):
            fakefax = request.getfixturevalue("fakefax")
            fakefax.callback_url = "http://127.0.0.1:9/x"
            urlopen(f"{fakefax.base_url}/fax?api_key={fakefax.api_key}&fax_number=4930123456&document_id=10").close()
            fakefax.advance("1m")
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["the test has passed, but Fax.to would mind what the program did:"])


@pytest.mark.parametrize("how", ["ini", "marker", "attribute"])
def test_each_part_can_be_left_out(run: Run, pytester: pytest.Pytester, how: str):
    """A part of the verdict can be left out: for all tests, for one, or from within it."""
    pytester.makepyfile(guilty=GUILTY)
    if how == "ini":
        pytester.makeini("[pytest]\nfakefax_verdict = none")
    marker = {"marker": "@pytest.mark.fakefax(verdict=False)"}.get(how, "")
    within = {"attribute": "fakefax.verdict -= {program.__name__}"}.get(how, "")
    result = run(
        f"""
        from guilty import *

        {marker}
        @pytest.mark.parametrize("program", PROGRAMS)
        def test_it(fakefax, send, down, program):
            {within}
            program(fakefax, send, down)
        """
    )
    result.assert_outcomes(passed=4)


def test_parts_can_be_chosen(run: Run, pytester: pytest.Pytester):
    """A test may ask for more than usual, such as that nothing was paid twice."""
    pytester.makepyfile(guilty=GUILTY)
    result = run(
        """
        from guilty import *

        @pytest.mark.fakefax(verdict=["double_charge"])
        @pytest.mark.parametrize("program", PROGRAMS)
        def test_it(fakefax, send, down, program):
            program(fakefax, send, down)
        """
    )
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["  double_charge: document 10 to +15005550001 was sent and paid more than *"])


def test_innocent_tests_are_left_alone(run: Run):
    """A receipt that is not due, has no URL, was answered by a receiver or lost by a rule is no failure."""
    result = run(
        """
        def test_not_due(fakefax, send):
            fakefax.callback_url = "http://127.0.0.1:9/"
            send()

        def test_nowhere_to_go(fakefax, send):
            send()
            fakefax.advance("1m")

        def test_own_receiver(fakefax, send):
            fakefax.receiver.answers(503)
            send()
            fakefax.advance("1m")

        def test_lost_by_a_rule(fakefax, send):
            fakefax.callback_url = "http://127.0.0.1:9/"
            send("+15005550201")
            fakefax.advance("1m")

        def test_refused_for_another_reason(fakefax, send):
            fakefax.balance = 0
            assert send()["message"] == "Insufficient balance"
        """
    )
    result.assert_outcomes(passed=5)


def test_a_test_that_fails_itself_has_its_own_error(run: Run):
    """The verdict says nothing when the test has failed by itself; the account of its sandbox is shown."""
    result = run(
        """
        import pytest

        def test_it(fakefax, send):
            send("abc")
            fakefax.assert_sent(fax_number="+44*")

        @pytest.mark.xfail(strict=True)
        def test_expected(fakefax, send):
            send("abc")

        @pytest.fixture
        def broken(fakefax):
            raise RuntimeError("the app did not start")

        def test_setup(broken): pass
        """
    )
    result.assert_outcomes(failed=1, xfailed=1, errors=1)
    output = result.stdout.str()
    assert "Fax.to would mind" not in output
    assert output.count("- fakefax -") == 2
    result.stdout.fnmatch_lines(
        ["E * no fax was sent with fax_number '+44[*]'", "E * nothing was sent at all", "E * refused were:"]
    )
    assert "handle/assertions.py" not in output, "the frames of an assertion are hidden"


def test_a_long_journal_is_folded_unless_all_is_asked_for(run: Run):
    """193 equal attempts in a failure are three lines, which say how all are seen: -vv."""
    test = """
def test_it(fakefax, send):
    fakefax.callback_url = "http://127.0.0.1:9/"
    send()
    fakefax.advance("49h")
"""
    folded, whole = run(test).stdout, run(test, "-vv").stdout
    folded.fnmatch_lines(
        ["  … attempts 2 to 192 went the same way, every 15m …", "(pytest -vv shows the whole journal)"]
    )
    folded.no_fnmatch_line("*attempt 97 to*")
    whole.fnmatch_lines(["*attempt 97 to*"])
    whole.no_fnmatch_line("*-vv shows*")


def test_a_receiver_that_came_too_late_is_said(run: Run):
    """A receipt that came due before the first use of fakefax.receiver went nowhere, and the report says so."""
    result = run(
        """
        def test_late(fakefax, send):
            send()
            fakefax.advance("1m")
            assert len(fakefax.receiver.receipts) == 1

        def test_in_time(fakefax, send):
            fakefax.receiver.answers(200)
            send()
            fakefax.advance("1m")
            assert fakefax.receiver.receipts == []
        """
    )
    result.assert_outcomes(failed=2)
    reported = [line for line in result.outlines if "fakefax.receiver was first used" in line]
    assert len(reported) == 1
    result.stdout.fnmatch_lines(
        ["fakefax.receiver was first used after receipt * came due and went nowhere; use it before the send"]
    )


def test_a_given_that_was_not_completed_is_said(run: Run):
    """A condition without an outcome is a warning at its line, and stands in the report of a failed test."""
    result = run(
        """
        def test_passes(fakefax, send):
            fakefax.given(fax_number="+44*").busy()
            fakefax.given(fax_number="+1*")
            send()

        def test_fails(fakefax, send):
            fakefax.given(pages=">20")
            send()
            fakefax.advance("1m")
            fakefax.assert_sent(msg_code="busy")
        """,
        "-W",
        "default:fakefax",
    )
    result.assert_outcomes(passed=1, failed=1, warnings=2)
    result.stdout.fnmatch_lines(
        [
            "*- fakefax -*",
            "fakefax.given(pages='>20') was never completed, and did nothing: say what shall happen, by .busy(), *",
            "*warnings summary*",
            "test_inner.py::test_passes",
            "*test_inner.py:3: UserWarning: fakefax.given(fax_number='+1[*]') was never completed*",
        ]
    )
    assert "+44" not in result.stdout.str()
