"""Runs of pytest inside of a test: in this process, which takes a tenth of the time of another one."""

import pytest

ARGUMENTS = (
    *("-p", "no:cacheprovider"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # of older pytests, for a run inside of a run
    *("-p", "fakefax.pytest_plugin"),
)
"""For a run with no plugin but fakefax's own, where PYTEST_DISABLE_PLUGIN_AUTOLOAD is set."""


class InnerPytest:
    """Runs the tests in the folder `path`, with no plugin but fakefax's own and those that are named."""

    def __init__(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
        monkeypatch.setattr("sys.dont_write_bytecode", True)  # a file may change twice in a second
        self._pytester = pytester
        self.path = pytester.path

    def __call__(self, *arguments: str, plugins: tuple[str, ...] = (), apart: bool = False) -> pytest.RunResult:
        """Run pytest; `apart` in a process of its own."""
        named = [part for plugin in plugins for part in ("-p", plugin)]
        if apart:
            return self._pytester.runpytest_subprocess(*ARGUMENTS, *named, *arguments)
        return self._pytester.runpytest_inprocess(*ARGUMENTS, *named, *arguments)
