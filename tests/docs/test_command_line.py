"""The reference of the command line is what the commands say of themselves."""

import pytest
from click.testing import CliRunner

from fakefax.cli.main import COMMANDS, cli
from tools.command_line_docs import PAGE, page


def test_the_page_is_made_from_the_help():
    """docs/reference/command-line.md is written by `python -m tools.command_line_docs`, and is up to date."""
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example_and_fits(command: str):
    """`COMMAND --help` has an example that begins with the command, within 80 columns."""
    told = CliRunner().invoke(cli, [command, "--help"], terminal_width=80).output
    assert f"fakefax {command}" in told.partition("Example:")[2]
    assert all(len(line) <= 80 for line in told.splitlines())
