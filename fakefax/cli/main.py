"""The command line: a table of commands, each imported when it is asked for, so that the others cost nothing."""

import importlib
import os
import sys
from enum import StrEnum
from typing import NamedTuple

import click

from fakefax import __version__
from fakefax.cli.output import EXIT_USAGE, WrongScenario


class Section(StrEnum):
    """The headings of `fakefax --help`, in their order."""

    BEGIN = "Begin"
    STEER = "Steer a running fakefax"
    LOOK = "Look"
    JUDGE = "Judge"
    KEEP = "Keep"
    FILES = "Scenario files and set-up"


class Entry(NamedTuple):
    """One command: its module in `fakefax.cli.commands`, where the help lists it, and its line there.

    `attribute` is the command's name in its module, if it is not the command's own.
    """

    module: str
    section: Section
    help: str
    attribute: str | None = None


COMMANDS = {
    "demo": Entry("demo", Section.BEGIN, "Watch a fax being sent, charged and called back."),
    "serve": Entry("serve", Section.BEGIN, "Run the fake until Ctrl-C or SIGTERM."),
    "check": Entry("scenarios", Section.FILES, "Check scenario files; report every problem with its line."),
    "scenarios": Entry("scenarios", Section.FILES, "List the shipped scenarios, or print one of them."),
    "schema": Entry("scenarios", Section.FILES, "Print the JSON Schema of scenario files, for an editor."),
    "readyz": Entry("readyz", Section.LOOK, "Ask a running fakefax whether it is ready."),
    "ca": Entry("ca", Section.FILES, "Say how programs are told to trust `serve --tls`."),
}


class Commands(click.Group):
    """The group of all commands. Help and completion of names are made from the table alone."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module = importlib.import_module(f"fakefax.cli.commands.{entry.module}")
        command = getattr(module, entry.attribute or cmd_name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            import difflib  # noqa: PLC0415 (only for a name that is not there)

            close = difflib.get_close_matches(name, COMMANDS, n=1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            raise click.UsageError(f"No such command '{name}'{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for section in Section:
            rows = [(name, entry.help) for name, entry in COMMANDS.items() if entry.section is section]
            if rows:
                with formatter.section(section):
                    formatter.write_dl(rows)


@click.group(
    cls=Commands,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
        "color": False if os.environ.get("NO_COLOR") else None,
    },
)
@click.version_option(__version__, "-V", "--version", message="fakefax %(version)s")
def cli() -> None:
    """A local stand-in for the Fax.to fax API.

    Point your program at it: it takes the fax, charges a simulated balance and calls your callback URL back.
    No fax is sent and no money moves. New here? Run `fakefax demo`.
    """


def main() -> None:
    """The `fakefax` command: like click's own, but with one line for each problem."""
    try:
        cli.main(prog_name="fakefax", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as shown:
        click.echo(shown.format_message())
        sys.exit(EXIT_USAGE)
    except click.ClickException as error:
        name = "" if isinstance(error, WrongScenario) else "fakefax: "
        click.echo(f"{name}{error.format_message()}{_help_hint(error)}", err=True)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)


def _help_hint(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f" (see {context.command_path} --help)" if context else ""
