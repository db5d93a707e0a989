"""The help of the commands, from which their reference is made."""

import pytest
from click.testing import CliRunner

from fakefax.cli.main import COMMANDS, cli


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example_and_fits(command: str):
    """`COMMAND --help` has an example that begins with the command, within 80 columns."""
    reported = CliRunner().invoke(cli, [command, "--help"], terminal_width=80).output
    assert f"fakefax {command}" in reported.partition("Example:")[2]
    assert all(len(line) <= 80 for line in reported.splitlines())
