"""The options of `serve` as click has them, made from the table of settings."""

import os
from typing import TYPE_CHECKING, Any

import click

from fakefax.cli.settings import ENVIRONMENT_PREFIX, SETTINGS, Group, Setting
from fakefax.values.suggestions import closest

OTHER_VARIABLES = {"FAKEFAX_URL", "FAKEFAX_API_KEY"}
"""Variables of the environment that other commands than `serve` read."""

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


def _variable(param: click.Parameter | None, ctx: click.Context | None) -> str | None:
    """The environment variable that a value came from, or None for a value from the command line."""
    if param is None or ctx is None or not isinstance(param.envvar, str):
        return None
    typed = ctx.get_parameter_source(param.name) is not click.core.ParameterSource.ENVIRONMENT
    return None if typed else param.envvar


def warn_of_unknown_variables() -> None:
    """A misspelt setting in the environment would otherwise do nothing, without a word."""
    known = {setting.variable for setting in SETTINGS} | OTHER_VARIABLES
    for name in sorted(os.environ):
        if name.startswith(ENVIRONMENT_PREFIX) and name not in known:
            # without what all begin with, which would make any two names alike
            names = [variable.removeprefix(ENVIRONMENT_PREFIX) for variable in known]
            close = closest(name.removeprefix(ENVIRONMENT_PREFIX), names)
            question = f"; did you mean {ENVIRONMENT_PREFIX}{close}?" if close else ""
            click.echo(f"fakefax: warning: {name} is not a setting{question}", err=True)


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
        callback=_flatten if setting.many else None,
    )


class GroupedCommand(click.Command):
    """A command whose help lists its options under the headings of the table."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        groups = {setting.name: setting.group for setting in SETTINGS}
        listed = [(groups.get(param.name or ""), param.get_help_record(ctx)) for param in self.get_params(ctx)]
        for group in (*Group, None):
            records = [record for of, record in listed if of is group and record is not None]
            if records:
                with formatter.section(group or "Other"):
                    formatter.write_dl(records)


def _flatten(_: click.Context, __: click.Parameter, given: tuple[tuple[object, ...], ...]) -> tuple[object, ...]:
    """The values of a setting that was given several times, each time perhaps with several."""
    return tuple(value for values in given for value in values)
