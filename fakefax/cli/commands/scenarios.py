"""`fakefax check`, `fakefax scenarios` and `fakefax schema`: scenario files."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fakefax.cli.output import EXIT_USAGE, WrongScenario

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

STANDARD_INPUT = "<stdin>"


def complete_scenario(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    from fakefax.cli.completion import complete  # noqa: PLC0415

    return complete("scenario", incomplete)


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print a list of {file, ok, problems} and nothing else.")
def check(files: tuple[str, ...], as_json: bool) -> None:
    """Check scenario files, and report every problem with its line.

    Exit status 0 when all are right, 1 when one is wrong, 2 when one cannot be read. A shipped name will do for
    a file, and - is standard input.

    \b
    Example:  fakefax check tests/*.yaml
    """
    from fakefax.scenario.loader import ScenarioError, ScenarioUnreadable, load_scenario  # noqa: PLC0415

    status = 0
    results: list[dict[str, object]] = []
    for file in files:
        try:
            scenario = _of_standard_input() if file == "-" else load_scenario(file)
        except ScenarioError as error:
            unreadable = isinstance(error, ScenarioUnreadable)
            status = max(status, EXIT_USAGE if unreadable else 1)
            results.append({"file": file, "ok": False, "problems": error.lines})
            if not as_json:
                click.echo("\n".join(error.lines), err=unreadable)
        else:
            results.append({"file": file, "ok": True, "problems": []})
            if as_json:
                continue
            count = len(scenario.faxes) + len(scenario.requests) + len(scenario.callbacks)
            rules = f"{count} rule{'s' * (count != 1)}"
            accounts = f"{len(scenario.accounts)} account{'s' * (len(scenario.accounts) != 1)}"
            click.echo(f"{file}: {click.style('ok', fg='green')} ({accounts}, {rules})")
    if as_json:
        click.echo(json.dumps(results))
    sys.exit(status)


def _of_standard_input() -> Any:
    from fakefax.scenario.loader import parse_scenario, scenario_text  # noqa: PLC0415

    content = sys.stdin.buffer.read()
    return parse_scenario(scenario_text(content, STANDARD_INPUT), STANDARD_INPUT)


@click.command(short_help="List the shipped scenarios, or print one of them.")
@click.argument("name", required=False, shell_complete=complete_scenario)
@click.option("--json", "as_json", is_flag=True, help="Print a list of {name, description}, or NAME as JSON.")
def scenarios(name: str | None, as_json: bool) -> None:
    """List the shipped scenarios, or print one of them to start your own from.

    \b
    Example:  fakefax scenarios busy > mine.yaml
    """
    from fakefax.scenario.loader import find_scenario, shipped_scenarios  # noqa: PLC0415

    if name is not None:
        scenario = load(name)
        if as_json:
            import msgspec  # noqa: PLC0415 (the scenario is made of it)

            click.echo(msgspec.json.encode(scenario).decode())
            return
        click.echo(find_scenario(name).read_text(encoding="utf-8"), nl=False)
        return
    shipped = {shipped_name: load(shipped_name).description for shipped_name in shipped_scenarios()}
    if as_json:
        click.echo(json.dumps([{"name": each, "description": text} for each, text in shipped.items()]))
        return
    width = max(map(len, shipped))
    for shipped_name, description in shipped.items():
        click.echo(f"{click.style(shipped_name.ljust(width), bold=True)}  {description}")
    click.echo("\nUse one: `fakefax serve --scenario NAME`. Print one: `fakefax scenarios NAME`.")


@click.command(short_help="Print the JSON Schema of scenario files, for an editor.")
def schema() -> None:
    """Print the JSON Schema of scenario files, for an editor that completes and checks them.

    Put it beside your file as scenario.schema.json; the first line of the shipped scenarios points there.

    \b
    Example:  fakefax schema > scenario.schema.json
    """
    from fakefax.scenario.schema import schema_text  # noqa: PLC0415

    click.echo(schema_text(), nl=False)


def in_folder(name: str, folder: Path | None) -> str:
    """The file of this name in --scenarios-dir, if it is there, before a shipped one."""
    from fakefax.scenario.library import Library  # noqa: PLC0415

    return name if folder is None else str(Library(folder).files().get(name, name))


def load(name_or_path: str) -> Any:
    from fakefax.scenario.loader import ScenarioError, load_scenario  # noqa: PLC0415

    try:
        return load_scenario(name_or_path)
    except ScenarioError as error:
        raise WrongScenario("\n".join(error.lines)) from None
