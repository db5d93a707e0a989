"""`fakefax serve`."""

import gc
from typing import Any

import click

from fakefax.cli.commands.scenarios import in_folder, load
from fakefax.cli.options import GroupedCommand, option, warn_of_unknown_variables
from fakefax.cli.output import Failure
from fakefax.cli.settings import SETTINGS, Group


def refuse_https_settings(ctx: click.Context) -> None:
    """Raise Failure for HTTPS settings without HTTPS, unless HTTPS was turned off explicitly.

    FAKEFAX_TLS_DIR is for `fakefax ca` too, and an image has it in any case.
    """
    default, environment = click.core.ParameterSource.DEFAULT, click.core.ParameterSource.ENVIRONMENT
    if ctx.params["tls"] or ctx.get_parameter_source("tls") is not default:
        return
    for setting in SETTINGS:
        source = ctx.get_parameter_source(setting.name)
        if setting.group is Group.HTTPS and source is not default:
            if source is not environment:
                raise Failure(f"{setting.flag} is about HTTPS, but HTTPS is off; add --tls")
            if setting.name != "tls_dir":
                raise Failure(f"{setting.variable} is about HTTPS, but HTTPS is off; set FAKEFAX_TLS=on")


@click.pass_context
def _serve(ctx: click.Context, /, **values: Any) -> None:
    """Run the fake until Ctrl-C or SIGTERM.

    Each option is also a variable of the environment, such as FAKEFAX_CALLBACK_URL. A flag beats its variable,
    which beats the scenario file, which beats the default.

    \b
    Example:  fakefax serve --rate 0 --callback-url http://127.0.0.1:8000/faxto
    """
    refuse_https_settings(ctx)
    from fakefax.cli.serve import serve as run_server  # noqa: PLC0415
    from fakefax.scenario.loader import find_scenario  # noqa: PLC0415
    from fakefax.server.listener import CannotListen  # noqa: PLC0415

    gc.freeze()  # all that is loaded stays
    gc.enable()

    warn_of_unknown_variables()
    if "FAKEFAX_PORT" in (ctx.obj or ()):
        click.echo(
            "fakefax: FAKEFAX_PORT is an address that the cluster has set, not a port; it is ignored", err=True
        )
    name = in_folder(values.pop("scenario"), values["scenarios_dir"])
    scenario = load(name)
    watched = find_scenario(name) if values.pop("watch") else None
    try:
        run_server(scenario, watched=watched, **values)
    except (CannotListen, ValueError) as error:
        raise Failure(str(error)) from None


serve = GroupedCommand(
    "serve", callback=_serve, params=[option(setting) for setting in SETTINGS], help=_serve.__doc__
)
