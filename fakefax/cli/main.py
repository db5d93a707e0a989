"""The command line: a table of commands, each imported when it is asked for, so that the others cost nothing."""

import importlib
import os
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import click

from fakefax import __version__
from fakefax.cli.output import EXIT_USAGE, WrongScenario, wrapped
from fakefax.values.suggestions import did_you_mean

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Heading(StrEnum):
    """The headings of `fakefax --help`, in their order."""

    BEGIN = "Begin"
    STEER = "Steer a running fakefax"
    LOOK = "Look"
    JUDGE = "Judge"
    KEEP = "Keep"
    FILES = "Scenario files and set-up"


class CommandEntry(NamedTuple):
    """One command: its module in `fakefax.cli.commands`, where the help lists it, and its line there.

    `attribute` is the command's name in its module, if it is not the command's own.
    """

    module: str
    section: Heading
    help: str
    attribute: str | None = None


COMMANDS = {
    "demo": CommandEntry("demo", Heading.BEGIN, "Watch a fax being sent, charged and called back."),
    "serve": CommandEntry("serve", Heading.BEGIN, "Run the fake until Ctrl-C or SIGTERM."),
    "run": CommandEntry("run", Heading.BEGIN, "Run a command with a fakefax of its own; judge what it did."),
    "open": CommandEntry("status", Heading.BEGIN, "Open the page in a browser.", "open_page"),
    "advance": CommandEntry("clock", Heading.STEER, "Let simulated time go by; say what that caused."),
    "send": CommandEntry("steer", Heading.STEER, "Send a fax through Fax.to's API."),
    "next": CommandEntry("steer", Heading.STEER, "Decide what becomes of the next fax.", "next_outcome"),
    "rules": CommandEntry("steer", Heading.STEER, "List the rules in force, or clear those put in."),
    "resend": CommandEntry("steer", Heading.STEER, "Post receipts once more, now."),
    "receive": CommandEntry("steer", Heading.STEER, "Let a fax arrive."),
    "listen": CommandEntry("listen", Heading.STEER, "Be the callback endpoint; print what comes."),
    "status": CommandEntry("status", Heading.LOOK, "Address, key, balance, clock, what is due next."),
    "log": CommandEntry("journal", Heading.LOOK, "Show the journal, also as it grows."),
    "faxes": CommandEntry("faxes", Heading.LOOK, "List and search the faxes."),
    "fax": CommandEntry("faxes", Heading.LOOK, "Show one fax, with every attempt at its receipt."),
    "ledger": CommandEntry("faxes", Heading.LOOK, "Show every movement of the balance."),
    "verdict": CommandEntry("judge", Heading.JUDGE, "List what the program did that Fax.to would mind."),
    "audit": CommandEntry("judge", Heading.JUDGE, "Prove the books; find what was paid twice."),
    "wait": CommandEntry("journal", Heading.JUDGE, "Wait until something is in the journal."),
    "snapshot": CommandEntry("snapshots", Heading.KEEP, "Save, load and compare all of a sandbox."),
    "replay": CommandEntry("bundles", Heading.JUDGE, "Run failed tests again from their reports."),
    "report": CommandEntry("bundles", Heading.LOOK, "Show a failed test's report as text, JSON or HAR."),
    "check": CommandEntry("scenarios", Heading.FILES, "Check scenario files; report every problem with its line."),
    "scenarios": CommandEntry("scenarios", Heading.FILES, "List the shipped scenarios, or print one of them."),
    "schema": CommandEntry("scenarios", Heading.FILES, "Print the JSON Schema of scenario files, for an editor."),
    "readyz": CommandEntry("readyz", Heading.LOOK, "Ask a running fakefax whether it is ready."),
    "verify": CommandEntry("verify", Heading.JUDGE, "Hold a server against what is known of Fax.to's API."),
    "ca": CommandEntry("ca", Heading.FILES, "Show how to make programs trust `serve --tls`."),
}


FIRST_STEPS = """\
fakefax is a local stand-in for the Fax.to fax API. Begin with one of these:

  fakefax demo         watch a fax being sent, charged and called back
  fakefax serve        run the fake until Ctrl-C; your program talks to it
  fakefax run -- CMD   run your tests with a fake of their own, in any language

All commands: fakefax --help"""


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
            raise click.UsageError(f"No such command '{name}'{did_you_mean(name, COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Names from the table: none of the commands is imported."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 (only for the shell)

        names = [
            CompletionItem(name, help=entry.help) for name, entry in COMMANDS.items() if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for section in Heading:
            rows = [(name, entry.help) for name, entry in COMMANDS.items() if entry.section is section]
            if rows:
                with formatter.section(section):
                    formatter.write_dl(rows)


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
        "color": False if os.environ.get("NO_COLOR") else None,
    },
)
@click.version_option(__version__, "-V", "--version", message="fakefax %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """A local stand-in for the Fax.to fax API.

    Point your program at it: it takes the fax, charges a simulated balance and calls your callback URL back.
    No fax is sent and no money moves. New here? Run `fakefax demo`.
    """
    if any(name.startswith("FAKEFAX_") for name in os.environ):
        from fakefax.cli.environment import forget_injected_variables  # noqa: PLC0415 (only where something may be set)

        ctx.obj = forget_injected_variables()
    if ctx.invoked_subcommand is None:
        click.echo(FIRST_STEPS)
        raise SystemExit(EXIT_USAGE)


def main() -> None:
    """The `fakefax` command: like click's own, but with one line for each problem."""
    try:
        cli.main(prog_name="fakefax", standalone_mode=False)
    except click.ClickException as error:
        name = "" if isinstance(error, WrongScenario) else "fakefax: "
        lines = f"{name}{error.format_message()}{_help_hint(error)}".splitlines()
        click.echo("\n".join(wrapped(line, "  ", err=True) for line in lines), err=True)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)


def _help_hint(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f" (see {context.command_path} --help)" if context else ""
