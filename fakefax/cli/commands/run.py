"""`fakefax run -- CMD`: a fakefax for as long as a command runs, and the verdict on what the command did."""

from typing import Any

import click

from fakefax.cli.commands.judge import parts_of
from fakefax.cli.commands.scenarios import in_folder, load
from fakefax.cli.commands.serve import refuse_https_settings
from fakefax.cli.options import GroupedCommand, option
from fakefax.cli.output import Failure
from fakefax.cli.settings import SETTINGS
from fakefax.values.verdict_parts import DEFAULT_PARTS

LEFT_OUT = ("watch", "log_format", "open")
"""Settings of `serve` that mean nothing here."""

NAMES = {"url": "FAKEFAX_URL", "base_url": "FAXTO_URL", "api_key": "FAXTO_API_KEY"}


def _params() -> list[click.Parameter]:
    params: list[click.Parameter] = []
    for setting in SETTINGS:
        if setting.name in LEFT_OUT:
            continue
        free = setting.name in ("port", "tls_port")
        made = option(setting._replace(default="0", help="0 takes a free one.") if free else setting)
        if free or setting.name == "host":
            made.envvar = None  # what an image or a shell sets for `serve` is not about this server
        params.append(made)
    params += [
        click.Option(["--env", "names"], multiple=True, metavar="WHAT=NAME", help=_ENV_HELP),
        click.Option(
            ["--verdict"],
            default=",".join(DEFAULT_PARTS),
            show_default=True,
            metavar="PART,...",
            help=_VERDICT_HELP,
        ),
        click.Option(["--no-verdict"], is_flag=True, help="Do not judge; keep CMD's exit status."),
        click.Option(["--json", "as_json"], is_flag=True, help="Print the verdict as JSON, on standard error."),
        click.Argument(["command"], nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- CMD..."),
    ]
    return params


_ENV_HELP = "Another name for url, base_url or api_key in CMD's environment: base_url=MY_URL."
_VERDICT_HELP = "What makes the run fail although CMD passed; double_charge too."


def _run(**values: Any) -> None:
    """Run CMD with a fakefax of its own, and judge what it did.

    CMD finds the fake in its environment: FAKEFAX_URL (the server), FAXTO_URL (the base URL of Fax.to's API) and
    FAXTO_API_KEY. Its output, its signals and its exit status stay its own. When it has passed and the verdict has
    findings, they are printed on standard error and the exit status is 1. The clock runs at --rate; with --rate 0
    it stands still until CMD advances it (`fakefax advance 15m` finds this server by FAKEFAX_URL).

    \b
    Example:  fakefax run --rate 0 -- npm test
    """
    ctx = click.get_current_context()
    refuse_https_settings(ctx)
    names = NAMES | _renamed(values.pop("names"))
    chosen = values.pop("verdict")
    parts = () if values.pop("no_verdict") else parts_of(chosen)
    command, as_json = values.pop("command"), values.pop("as_json")
    from fakefax.cli.run import Run, run  # noqa: PLC0415 (imports the server)
    from fakefax.server.listener import CannotListen  # noqa: PLC0415

    scenario = load(in_folder(values.pop("scenario"), values["scenarios_dir"]))
    try:
        status = run(scenario, Run(command, names, parts, as_json), values)
    except (CannotListen, ValueError) as error:
        raise Failure(str(error)) from None
    raise SystemExit(status)


def _renamed(given: tuple[str, ...]) -> dict[str, str]:
    renamed = {}
    for pair in given:
        what, equals, name = pair.partition("=")
        if not equals or not name or what not in NAMES:
            raise Failure(f"--env: {pair!r} is not WHAT=NAME, where WHAT is one of {', '.join(NAMES)}")
        renamed[what] = name
    return renamed


run = GroupedCommand(
    "run",
    callback=_run,
    params=_params(),
    help=_run.__doc__,
    context_settings={"allow_interspersed_args": False},
)
