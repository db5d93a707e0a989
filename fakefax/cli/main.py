"""The command line: serve, demo, check, scenarios, schema, readyz, ca.

Each command imports what it needs when it runs, so that `fakefax --help` answers at once.
"""

import gc
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fakefax import __version__
from fakefax.cli.settings import ENVIRONMENT_PREFIX, SETTINGS, Group, Setting
from fakefax.values.durations import parse_timeout

EXIT_USAGE = 2
STANDARD_INPUT = "<stdin>"
OTHER_VARIABLES = {"FAKEFAX_URL"}
"""Variables of the environment that other commands than `serve` read."""
_NUMBER = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")


class Failure(click.ClickException):
    """Something the user can mend: one line on standard error, exit status 2."""

    exit_code = EXIT_USAGE


class WrongScenario(Failure):
    """A scenario's problems, one a line, each beginning with its file, line and column."""


if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    _ParamType = click.ParamType[Any]
else:
    _ParamType = click.ParamType  # a generic class only in the latest releases


class _Value(_ParamType):
    """The type of a setting: its own parser, whose ValueError is the message."""

    def __init__(self, setting: Setting) -> None:
        self.name = setting.name
        self._parse = setting.parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return self._parse(str(value))
        except ValueError as error:
            place = _variable(param, ctx)
            raise click.BadParameter(str(error), ctx, param, place and f"'{place}'") from None

    def split_envvar_value(self, rv: str) -> list[str]:
        """A variable's values have commas between them, which the parser knows; click would look for blanks."""
        return [rv]

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        from fakefax.cli.completion import complete  # noqa: PLC0415

        return complete(self.name, incomplete)


class _Switch(_Value, click.types.BoolParamType):
    """The type of a switch; click takes no other type for a flag that can be turned off."""


class _Wait(_ParamType):
    """The type of a real-time limit: a duration, or a number of seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            return parse_timeout(float(value) if _NUMBER.fullmatch(str(value)) else value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def _variable(param: click.Parameter | None, ctx: click.Context | None) -> str | None:
    """The environment variable that a value came from, or None when somebody typed it."""
    if param is None or ctx is None or not isinstance(param.envvar, str):
        return None
    typed = ctx.get_parameter_source(param.name) is not click.core.ParameterSource.ENVIRONMENT
    return None if typed else param.envvar


def _complete_scenario(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    from fakefax.cli.completion import complete  # noqa: PLC0415

    return complete("scenario", incomplete)


def _warn_of_unknown_variables() -> None:
    """A misspelt setting in the environment would otherwise do nothing, without a word."""
    known = {setting.variable for setting in SETTINGS} | OTHER_VARIABLES
    for name in sorted(os.environ):
        if name.startswith(ENVIRONMENT_PREFIX) and name not in known:
            import difflib  # noqa: PLC0415

            close = difflib.get_close_matches(name, known, n=1)
            question = f"; did you mean {close[0]}?" if close else ""
            click.echo(f"fakefax: warning: {name} is not a setting{question}", err=True)


def _refuse_https_settings(ctx: click.Context) -> None:
    """What is said about HTTPS would do nothing without it, unless somebody has turned it off. Raises Failure.

    FAKEFAX_TLS_DIR is for `fakefax ca` too, and an image has it in any case.
    """
    default, environment = click.core.ParameterSource.DEFAULT, click.core.ParameterSource.ENVIRONMENT
    if ctx.params["tls"] or ctx.get_parameter_source("tls") is not default:
        return
    for setting in SETTINGS:
        source = ctx.get_parameter_source(setting.name)
        if setting.group is Group.HTTPS and source is not default:
            if source is not environment:
                raise Failure(f"{setting.flag} is about HTTPS, but there is no HTTPS; add --tls")
            if setting.name != "tls_dir":
                raise Failure(f"{setting.variable} is about HTTPS, but there is no HTTPS; set FAKEFAX_TLS=on")


def option(setting: Setting, *, tell_variable: bool = False) -> click.Option:
    variable = f"{setting.variable}; " if tell_variable else ""
    default = [setting.default] if setting.many else setting.default
    return click.Option(
        [f"{setting.flag}/{setting.off_flag}" if setting.switch else setting.flag],
        type=_Switch(setting) if setting.switch else _Value(setting),
        default=None if setting.of_scenario else default,
        envvar=setting.variable,
        metavar=None if setting.switch else setting.name.rpartition("_")[2].upper(),
        help=f"{setting.help}  [{variable}default: {setting.default}]",
        multiple=setting.many,
        callback=_together if setting.many else None,
    )


class _InGroups(click.Command):
    """A command whose help lists its options under the headings of the table."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        groups = {setting.name: setting.group for setting in SETTINGS}
        listed = [(groups.get(param.name or ""), param.get_help_record(ctx)) for param in self.get_params(ctx)]
        for group in (*Group, None):
            records = [record for of, record in listed if of is group and record is not None]
            if records:
                with formatter.section(group or "Other"):
                    formatter.write_dl(records)


def _together(_: click.Context, __: click.Parameter, given: tuple[tuple[object, ...], ...]) -> tuple[object, ...]:
    """The values of a setting that was given several times, each time perhaps with several."""
    return tuple(value for values in given for value in values)


@click.group(
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
        "color": False if os.environ.get("NO_COLOR") else None,
    }
)
@click.version_option(__version__, "-V", "--version", message="fakefax %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """A local stand-in for the Fax.to fax API.

    Point your program at it: it takes the fax, charges a simulated balance and calls your callback URL back.
    No fax is sent and no money moves. New here? Run `fakefax demo`.
    """
    if ctx.invoked_subcommand != "serve":  # which is disabled until it listens
        gc.enable()


@click.pass_context
def _serve(ctx: click.Context, /, **values: Any) -> None:
    """Run the fake until Ctrl-C or SIGTERM.

    Each option is also a variable of the environment, such as FAKEFAX_CALLBACK_URL. A flag beats its variable,
    which beats the scenario file, which beats the default.
    """
    _refuse_https_settings(ctx)
    from fakefax.core import authorities  # noqa: PLC0415

    with authorities.read_later():
        import aiohttp  # noqa: F401, PLC0415 (what follows imports it)
    from fakefax.cli.serve import serve  # noqa: PLC0415
    from fakefax.scenario.loader import find_scenario  # noqa: PLC0415
    from fakefax.server.listener import CannotListen  # noqa: PLC0415

    _warn_of_unknown_variables()
    name = _in_folder(values.pop("scenario"), values["scenarios_dir"])
    scenario = _load(name)
    watched = find_scenario(name) if values.pop("watch") else None
    try:
        serve(scenario, watched=watched, **values)
    except (CannotListen, ValueError) as error:
        raise Failure(str(error)) from None


cli.add_command(
    _InGroups("serve", callback=_serve, params=[option(setting) for setting in SETTINGS], help=_serve.__doc__)
)


@cli.command(short_help="Watch a fax being sent, charged and called back.")
@click.option("--fast", is_flag=True, help="Tell the story without pauses.")
def demo(fast: bool) -> None:
    """Watch a fax being sent, charged and called back, in a few seconds."""
    from fakefax.cli.demo import run_demo  # noqa: PLC0415

    run_demo(pause=0.0 if fast else 1.0)


@cli.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
def check(files: tuple[str, ...]) -> None:
    """Check scenario files, and tell every problem with its line.

    Exit status 0 when all are right, 1 when one is wrong, 2 when one cannot be read. A shipped name will do for
    a file, and - is standard input.
    """
    from fakefax.scenario.loader import ScenarioError, ScenarioUnreadable, load_scenario  # noqa: PLC0415

    status = 0
    for file in files:
        try:
            scenario = _of_standard_input() if file == "-" else load_scenario(file)
        except ScenarioError as error:
            unreadable = isinstance(error, ScenarioUnreadable)
            status = max(status, EXIT_USAGE if unreadable else 1)
            click.echo("\n".join(error.lines), err=unreadable)
        else:
            count = len(scenario.faxes) + len(scenario.requests) + len(scenario.callbacks)
            rules = f"{count} rule{'s' * (count != 1)}"
            accounts = f"{len(scenario.accounts)} account{'s' * (len(scenario.accounts) != 1)}"
            click.echo(f"{file}: {click.style('ok', fg='green')} ({accounts}, {rules})")
    sys.exit(status)


def _of_standard_input() -> Any:
    from fakefax.scenario.loader import parse_scenario, scenario_text  # noqa: PLC0415

    content = sys.stdin.buffer.read()
    return parse_scenario(scenario_text(content, STANDARD_INPUT), STANDARD_INPUT)


@cli.command(short_help="List the shipped scenarios, or print one of them.")
@click.argument("name", required=False, shell_complete=_complete_scenario)
def scenarios(name: str | None) -> None:
    """List the shipped scenarios, or print one of them to start your own from."""
    from fakefax.scenario.loader import find_scenario, shipped_scenarios  # noqa: PLC0415

    if name is not None:
        _load(name)
        click.echo(find_scenario(name).read_text(encoding="utf-8"), nl=False)
        return
    shipped = {shipped_name: _load(shipped_name).description for shipped_name in shipped_scenarios()}
    width = max(map(len, shipped))
    for shipped_name, description in shipped.items():
        click.echo(f"{click.style(shipped_name.ljust(width), bold=True)}  {description}")
    click.echo("\nUse one: `fakefax serve --scenario NAME`. Print one: `fakefax scenarios NAME`.")


@cli.command(short_help="Print the JSON Schema of scenario files, for an editor.")
def schema() -> None:
    """Print the JSON Schema of scenario files, for an editor that completes and checks them.

    Put it beside your file as scenario.schema.json; the first line of the shipped scenarios points there.
    """
    from fakefax.scenario.published import schema_text  # noqa: PLC0415

    click.echo(schema_text(), nl=False)


@cli.command(short_help="Ask a running fakefax whether it is ready.")
@click.option("--url", envvar="FAKEFAX_URL", help="Where it should be.  [default: FAKEFAX_HOST and FAKEFAX_PORT]")
@click.option(
    "--timeout", type=_Wait(), default="2s", show_default=True, help="Real time to wait for the answer; 5 is 5s."
)
def readyz(url: str | None, timeout: float) -> None:
    """Ask a running fakefax whether it is ready: exit status 0 if it is, 1 if not."""
    from fakefax.cli.readyz import is_ready  # noqa: PLC0415

    ready, what = is_ready(url, timeout)
    if not ready:
        _warn_of_unknown_variables()
    click.echo(what, err=not ready)
    sys.exit(0 if ready else 1)


def _ca(tls_dir: Path, pem: bool) -> None:
    """Tell where the local authority of `serve --tls` is, and how programs are told to trust it.

    It is made when there is none yet.
    """
    from fakefax.server.tls.authority import Authority  # noqa: PLC0415
    from fakefax.server.tls.private_files import TlsError  # noqa: PLC0415
    from fakefax.server.tls.trust import ways_to_trust  # noqa: PLC0415

    _warn_of_unknown_variables()
    try:
        authority = Authority(tls_dir)
    except TlsError as error:
        raise Failure(str(error)) from None
    click.echo(authority.certificate.decode() if pem else ways_to_trust(authority.certificate_path), nl=False)


cli.add_command(
    click.Command(
        "ca",
        callback=_ca,
        params=[
            *(option(setting, tell_variable=True) for setting in SETTINGS if setting.name == "tls_dir"),
            click.Option(["--pem"], is_flag=True, help="Print the certificate itself."),
        ],
        help=_ca.__doc__,
        short_help="Tell how programs are told to trust `serve --tls`.",
    )
)


def _in_folder(name: str, folder: Path | None) -> str:
    """The file of this name in --scenarios-dir, if it is there, before a shipped one."""
    from fakefax.scenario.library import Library  # noqa: PLC0415

    return name if folder is None else str(Library(folder).files().get(name, name))


def _load(name_or_path: str) -> Any:
    from fakefax.scenario.loader import ScenarioError, load_scenario  # noqa: PLC0415

    try:
        return load_scenario(name_or_path)
    except ScenarioError as error:
        raise WrongScenario("\n".join(error.lines)) from None


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
