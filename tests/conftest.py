"""The switch that lets the tests of the page start a browser."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest --ui`: a browser takes seconds to start, and not everybody has one."""
    parser.addoption("--ui", action="store_true", help="Run the tests of the web page in Chromium.")
