"""How commands fail: one line on standard error, and exit status 2 for what the user can mend."""

import click

EXIT_NO = 1
"""Exit status for "no": not ready, not found, findings."""

EXIT_USAGE = 2
"""Exit status for what the user has to mend: an argument, a file, an address."""


class Failure(click.ClickException):
    """Something the user can mend: one line on standard error, exit status 2."""

    exit_code = EXIT_USAGE


class WrongScenario(Failure):
    """A scenario's problems, one a line, each beginning with its file, line and column."""
