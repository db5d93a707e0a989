"""docs/how-to/exploring-faults.md: its program is found wrong, in the words that stand there."""

import re

import pytest

import fakefax.scenario.validation.schema_problems
import fakefax.server.app
from tests.documentation import all_blocks

PAGE = "docs/how-to/exploring-faults.md"
LOADED = (fakefax.server, fakefax.scenario.validation.schema_problems)
"""A run inside of this process forgets what it has imported, and YAML's C parser cannot be imported twice."""

APP = """
import pytest

class App:
    outcomes = ()

@pytest.fixture
def app():
    return App()

@pytest.mark.fakefax(explore=True)
def test_it(fakefax, app):
    fakefax.receiver.answers(200)
    send_invoice(fakefax.base_url, fakefax.api_key, "+4930123456")
    fakefax.advance("1m")
"""


def texts(name: str = "") -> list[str]:
    return [block.text for block in all_blocks() if block.page == PAGE and block.name == name]


@pytest.fixture
def apart(untidy: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """The options of a run without other plugins."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return (*untidy, "-p", "no:cacheprovider", "-p", "fakefax.pytest_plugin")


def test_the_program_is_found_wrong(pytester: pytest.Pytester, apart: tuple[str, ...]):
    """Exploring the test of the page says what stands there, apart from ids, and from the time that it takes."""
    (program,) = texts("explore")
    pytester.makepyfile(test_invoice=program)
    result = pytester.runpytest_inprocess(*apart, "test_invoice.py", "--fakefax-explore")
    budget, findings, *_ = (text for text in texts() if "runs" in text)
    for line in f"{budget.rstrip()}*\n{findings}".splitlines():
        result.stdout.fnmatch_lines([re.sub(r"faxes \d+ and \d+", "faxes * and *", line).replace("[", "[[]")])


def test_an_invariant_is_asked(pytester: pytest.Pytester, apart: tuple[str, ...]):
    """The invariant of the page is broken by a program that answers a receipt without storing it."""
    pytester.makepyfile(test_app="\n".join([*texts("explore"), *texts("explore-invariant"), APP]))
    result = pytester.runpytest_inprocess(*apart, "-k", "test_it")
    result.assert_outcomes(passed=1, failed=1, deselected=1)
    result.stdout.fnmatch_lines(["broke every_receipt_was_stored: no fault"])
