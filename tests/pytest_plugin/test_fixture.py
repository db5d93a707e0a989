"""The fixture: a sandbox of its own for each test, with the settings that the test asks for."""

import pytest

from tests.processes import serving
from tests.pytest_plugin.conftest import Run

WORLDS = """
import pytest

KEYS = []


@pytest.mark.parametrize("number", range(3))
def test_each_test_is_alone(fakefax, send, number):
    assert fakefax.faxes == []
    assert fakefax.api_key not in KEYS
    KEYS.append(fakefax.api_key)
    send()
    assert len(fakefax.faxes) == 1


def test_the_clock_is_paused(fakefax, send):
    assert fakefax.rate == 0
    send()
    assert fakefax.faxes[0].status == "executed"
    fakefax.advance("1m")
    assert fakefax.faxes[0].status == "success"


@pytest.mark.fakefax(scenario="busy", balance="0.20", rate=5, start="2026-01-05T09:00:00Z")
def test_the_marker_chooses(fakefax, send):
    assert (fakefax.rate, str(fakefax.balance), fakefax.now.year) == (5, "0.2", 2026)
    send()
    fakefax.run_until_idle()
    fakefax.assert_sent(msg_code="busy")


@pytest.mark.fakefax(
    rules=[
        {"when": {"fax_number": "+44*"}, "then": {"msg_code": "hangup"}},
        {"requests": {"when": {"nth": 2}, "then": {"status": 500}}},
    ]
)
def test_the_marker_puts_rules_in_front(fakefax, send):
    send("+441234567")
    assert send()["message"] == "Internal Server Error"
    fakefax.advance("1m")
    fakefax.assert_sent(msg_code="hangup")


class TestGroup:
    pytestmark = pytest.mark.fakefax(balance="7", scenario="busy")

    @pytest.mark.fakefax(balance="8")
    def test_the_closest_marker_counts(self, fakefax, send):
        assert fakefax.balance == 8
        send()
        fakefax.advance("1m")
        fakefax.assert_sent(msg_code="busy")


def test_more_worlds_on_the_same_server(fakefax, fakefax_server):
    with fakefax_server.sandbox(balance="5") as other:
        assert other.url == fakefax.url == fakefax_server.url
        assert other.api_key != fakefax.api_key


def test_the_handle_waits_for_an_endpoint(fakefax, send):
    fakefax.receiver.answers(503, 200)
    send()
    fakefax.advance("1h")
    fakefax.assert_acknowledged()
"""
COUNT = 9


def test_in_this_process(run: Run):
    """The whole of it works with no other plugin, on a server in a thread of the test process."""
    run(WORLDS).assert_outcomes(passed=COUNT)


def test_against_a_running_server(run: Run):
    """The same tests pass against a fakefax that runs elsewhere, such as a container."""
    with serving() as server:
        run(WORLDS, "--fakefax-url", server.url).assert_outcomes(passed=COUNT)
        listed = server.ask("/_fakefax/sandboxes")
        assert listed["total"] == 1


def test_a_server_that_is_not_there_is_said(run: Run):
    """With a wrong --fakefax-url each test says that nobody answers, and where."""
    result = run("def test_it(fakefax): pass", "--fakefax-url", "http://127.0.0.1:9")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*Unreachable: no answer from fakefax at http://127.0.0.1:9: *refused*"])


def test_settings_come_from_ini_fixture_and_marker(run: Run, pytester: pytest.Pytester):
    """The ini file, then the settings fixture, then the marker; a scenario's path is beside the ini file."""
    pytester.makefile(
        ".yaml", own="description: Mine.\naccounts: [{api_key: k, balance: 3}]\nfaxes: [{then: {msg_code: hangup}}]"
    )
    pytester.makeini(
        "[pytest]\nfakefax_scenario = own.yaml\nfakefax_callback_timeout = 2s\nfakefax_verdict = malformed"
    )
    result = run(
        """
        import pytest

        @pytest.fixture
        def fakefax_settings():
            return {"balance": "4", "callback_url": "http://127.0.0.1:9/"}

        def test_fixture_beats_ini(fakefax, send):
            assert (fakefax.balance, fakefax.callback_url) == (4, "http://127.0.0.1:9/")
            send()
            fakefax.verdict.clear()
            fakefax.advance("1m")
            fakefax.assert_sent(msg_code="hangup")

        @pytest.mark.fakefax(balance="5")
        def test_marker_beats_fixture(fakefax):
            assert fakefax.balance == 5

        @pytest.mark.fakefax(verdict=True, rules=[{"then": {"msg_code": "busy"}, "times": 1}])
        def test_the_rest_stays_with_the_ini_file(fakefax, send):
            assert fakefax.verdict == {"malformed"}
            send(), send()
            fakefax.advance("1m")
            assert [fax.msg_code for fax in fakefax.faxes] == ["busy", "hangup"]
        """
    )
    result.assert_outcomes(passed=3)


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("balanse=5", "*@pytest.mark.fakefax: unknown argument 'balanse'; did you mean 'balance'? (scenario, *"),
        ("'busy'", "*@pytest.mark.fakefax: 'busy' needs a name (scenario, *"),
        ("outcomes=['bussy']", "*outcomes: 'bussy' is none of \"all\", ok, busy, *"),
    ],
)
def test_a_wrong_marker_is_said_at_collection(run: Run, marker: str, message: str):
    """An argument that there is not, stops the collection of its file with the one that was meant."""
    result = run(f"import pytest\n@pytest.mark.fakefax({marker})\ndef test_it(fakefax): pass")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])


def test_wrong_values_are_said_by_the_test(run: Run):
    """A value that cannot be, is an error of that test with fakefax's own words; the others run."""
    result = run(
        """
        import pytest

        @pytest.mark.fakefax(scenario="bussy")
        def test_scenario(fakefax): pass

        @pytest.mark.fakefax(balance="much")
        def test_balance(fakefax): pass

        @pytest.mark.fakefax(verdict=["everything"])
        def test_verdict(fakefax): pass

        @pytest.mark.fakefax(rules=[{"then": {"msg_code": "busy"}}, {"when": {"pags": 1}, "then": {}}])
        def test_rules(fakefax): pass

        class TestSettings:
            @pytest.fixture
            def fakefax_settings(self):
                return {"colour": "red"}

            def test_settings(self, fakefax): pass

        def test_right(fakefax): pass
        """
    )
    result.assert_outcomes(errors=5, passed=1)
    result.stdout.no_fnmatch_line("*another exception*")
    result.stdout.no_fnmatch_line("*fakefax/handle*")
    result.stdout.fnmatch_lines_random(
        [
            "wrong settings of this test's sandbox: 'bussy' is not a *scenario*did you mean 'busy'?*",
            "*'much' is not an amount*",
            "*sandbox: rules[[]1[]]: when.pags: unknown key; did you mean 'pages'?*",
            "*'everything' is not a part of the verdict; there are: audit, *",
            "*the fixture fakefax_settings: unknown argument 'colour' (*",
        ]
    )


def test_in_a_unittest_class(run: Run):
    """A TestCase takes the fixture through an autouse fixture of its own, and gets its verdict too."""
    result = run(
        """
        import unittest

        import pytest

        class Sending(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def use(self, fakefax, send):
                self.fakefax, self.send = fakefax, send

            def test_right(self):
                self.send()
                self.fakefax.assert_charged("0.15")

            def test_malformed(self):
                self.send("abc")
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["  malformed: *"])


def test_a_sandbox_that_is_gone_is_not_a_failure(run: Run):
    """A test that frees its own sandbox, or waits longer than it lives, ends as it would."""
    result = run(
        """
        import urllib.request

        def test_it(fakefax):
            fakefax.verdict.clear()
            url = f"{fakefax.url}/_fakefax/sandboxes?api_key={fakefax.api_key}"
            urllib.request.urlopen(urllib.request.Request(url, method="DELETE")).close()
        """
    )
    result.assert_outcomes(passed=1)
