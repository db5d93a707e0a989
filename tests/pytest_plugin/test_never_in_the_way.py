"""A run that does not use fakefax is not broken by its plugin, whatever is wrong with it."""

import pytest

from tests.pytest_plugin.conftest import Run


def test_a_plugin_that_cannot_be_loaded_is_one_line(run: Run, pytester: pytest.Pytester):
    """An error while the plugin is imported is one line on standard error, and the tests run."""
    pytester.makepyfile(
        broken="""
        import sys
        sys.modules["fakefax.pytest_plugin.options"] = None
        """
    )
    pytester.syspathinsert()
    pytester.makepyfile(test_inner="def test_it(): pass")
    plugins = ("-p", "broken", "-p", "fakefax.pytest_plugin")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", *plugins, "--noconftest", "-W", "error")
    result.assert_outcomes(passed=1)
    (line,) = result.errlines
    assert line.startswith("fakefax: this run goes on without its pytest plugin: ModuleNotFoundError: ")
