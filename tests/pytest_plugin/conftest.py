"""Runs of pytest inside of a test, with a program that sends faxes at hand."""

from collections.abc import Callable

import pytest

from tests.inner_pytest import InnerPytest

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
def run(inner_pytest: InnerPytest, pytester: pytest.Pytester) -> Run:
    """Run tests with no plugin but fakefax's own and those that are named; `apart` in a process of their own."""
    pytester.makeconftest(PROGRAM)

    def run(tests: str, *arguments: str, plugins: tuple[str, ...] = (), apart: bool = False) -> pytest.RunResult:
        pytester.makepyfile(test_inner=tests)
        return inner_pytest(*arguments, plugins=plugins, apart=apart)

    return run
