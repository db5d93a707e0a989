"""The reference of the command line, from the commands' own --help: docs/reference/command-line.md."""

import click

from fakefax.cli.main import COMMANDS, Heading, cli

INTRODUCTION = """\
# Command line

<!-- Written by `python -m tools.docs` from the commands' own --help. Change it there. -->

Commands that talk to a running fakefax find it by `--url` or `FAKEFAX_URL`, else at `http://127.0.0.1:8080`;
`--api-key` or `FAKEFAX_API_KEY` picks the sandbox. They do all they do by the [control API](control-api.md), so
they work against a container as well.

**Output.** Text is for people: it fits 80 columns, has colours on a terminal only, and none with `NO_COLOR`.
With `--json` a command prints the control API's object unchanged and nothing else on standard output; `log` and
`listen` print one object a line, `resend` a list. An error is a line on standard error, or with `--json` an
object there with the control API's fields.

**Exit status.** 0 when it went well; 1 for "no": a finding, a refusal by Fax.to's API, an unacknowledged
receipt, a wait in vain, not ready; 2 for what you have to mend first: a wrong argument, an unknown id, a port
in use, no server. `fakefax run` ends with the status of its command.

**Time.** `15m`, `1h30m` and `90s` are spans; `2026-01-05T09:00` is a time, UTC unless it says otherwise.

**Signals.** Ctrl-C (SIGINT), SIGTERM and SIGHUP end `serve` in order, with status 0, also while it still
starts. SIGQUIT ends it at once, as the system does it. SIGUSR1 and SIGUSR2 are not used and end it at once as
well. `fakefax run` hands all of these on to its command.

**Log.** The log of `serve` never holds the server up: a reader that is too slow, gone, or asleep loses lines,
and a line says how many (`412 lines were not written`).

**Completion** of commands, options, and of what a running server has (fax ids, outcomes, kinds):

```sh
eval "$(_FAKEFAX_COMPLETE=bash_source fakefax)"     # in ~/.bashrc
eval "$(_FAKEFAX_COMPLETE=zsh_source fakefax)"      # in ~/.zshrc
_FAKEFAX_COMPLETE=fish_source fakefax | source      # in ~/.config/fish/config.fish
```
"""


def page() -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    root = click.Context(cli, info_name="fakefax", terminal_width=80, help_option_names=["-h", "--help"])
    for section in Heading:
        named = [name for name, entry in COMMANDS.items() if entry.section is section]
        if not named:
            continue
        parts.append(f"## {section}\n")
        for name in named:
            command = cli.get_command(root, name)
            assert command is not None
            context = click.Context(command, parent=root, info_name=name, terminal_width=80)
            parts.append(f"### fakefax {name}\n\n```text\n{command.get_help(context)}\n```\n")
            if isinstance(command, click.Group):
                parts += (_part_of(command, context, each) for each in command.list_commands(context))
    return "\n".join(parts)


def _part_of(group: click.Group, parent: click.Context, name: str) -> str:
    command = group.get_command(parent, name)
    assert command is not None
    context = click.Context(command, parent=parent, info_name=name, terminal_width=80)
    return f"#### {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
