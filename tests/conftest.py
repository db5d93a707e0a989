"""A switch for the tests of the page, which start a browser; and no test uses the proxy of this machine."""

import os

import pytest

PROXIES = ("http_proxy", "https_proxy", "all_proxy")


def pytest_configure() -> None:
    """Tests of proxies name their own."""
    for name in PROXIES:
        for spelling in (name, name.upper()):
            os.environ.pop(spelling, None)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest --ui`: a browser takes seconds to start, and not everybody has one."""
    parser.addoption("--ui", action="store_true", help="Run the tests of the web page in Chromium.")
