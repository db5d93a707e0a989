"""Time spans on the command line."""

from typing import TYPE_CHECKING, Any

import click

from fakefax.values.durations import parse_timeout

if TYPE_CHECKING:
    _ParamType = click.ParamType[Any]
else:
    _ParamType = click.ParamType  # a generic class only in the latest releases


class Wait(_ParamType):
    """The type of a real-time limit: a duration, or a number of seconds."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            return parse_timeout(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
