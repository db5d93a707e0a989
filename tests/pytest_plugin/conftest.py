"""Runs of pytest inside of a test, with a program that sends faxes at hand."""

from collections.abc import Callable

import pytest

import fakefax.scenario.validation.schema_problems
import fakefax.server.app

# A run inside of this process forgets what it has imported, and YAML's C parser cannot be imported twice.
LOADED = (fakefax.server, fakefax.scenario.validation.schema_problems)

PROGRAM = '''
import json
import urllib.error
import urllib.parse
import urllib.request

import pytest


@pytest.fixture
def send(fakefax):
    """A program: sends a fax, and answers what it was told."""

    def send(fax_number="+15005550001", **more):
        order = {"api_key": fakefax.api_key, "fax_number": fax_number, "document_id": 10, **more}
        form = urllib.parse.urlencode(order).encode()
        try:
            with urllib.request.urlopen(fakefax.base_url + "/fax", form) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return json.load(error)

    return send
'''

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run tests with no plugin but fakefax's own and those that are named; `apart` in a process of their own."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makeconftest(PROGRAM)

    def run(tests: str, *arguments: str, plugins: tuple[str, ...] = (), apart: bool = False) -> pytest.RunResult:
        pytester.makepyfile(test_inner=tests)
        named = [part for plugin in ("fakefax.pytest_plugin", *plugins) for part in ("-p", plugin)]
        method = pytester.runpytest_subprocess if apart else pytester.runpytest_inprocess
        again = ("-W", "ignore::pytest.PytestAssertRewriteWarning")  # of older pytests, for a run inside of a run
        return method("-p", "no:cacheprovider", *again, *named, *arguments)

    return run
