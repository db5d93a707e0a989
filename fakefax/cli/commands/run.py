"""`fakefax run -- CMD`: a fakefax for as long as a command runs, and the verdict on what the command did."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from fakefax.cli.commands.judge import parts_of
from fakefax.cli.commands.scenarios import in_folder, load
from fakefax.cli.commands.serve import refuse_https_settings
from fakefax.cli.options import GroupedCommand, option
from fakefax.cli.output import Failure
from fakefax.cli.settings import SETTINGS
from fakefax.values.verdict_parts import DEFAULT_PARTS

if TYPE_CHECKING:
    from fakefax.cli.explore import Exploring

LEFT_OUT = ("watch", "log_format", "open")
"""Settings of `serve` that mean nothing here."""

NAMES = {"url": "FAKEFAX_URL", "base_url": "FAXTO_URL", "api_key": "FAXTO_API_KEY"}


def _params() -> list[click.Parameter]:
    params: list[click.Parameter] = []
    for setting in SETTINGS:
        if setting.name in LEFT_OUT:
            continue
        free = setting.name in ("port", "tls_port")
        made = option(replace(setting, default="0", help="0 takes a free one.") if free else setting)
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
        click.Option(
            ["--report"], type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help=_REPORT_HELP
        ),
        click.Option(["--no-verdict"], is_flag=True, help="Do not judge; keep CMD's exit status."),
        click.Option(["--json", "as_json"], is_flag=True, help="Print the verdict as JSON, on standard error."),
        click.Option(["--explore"], is_flag=False, flag_value="points", metavar="[=WHAT]", help=_EXPLORE_HELP),
        click.Option(["--check"], metavar="CMD", help=_CHECK_HELP),
        click.Option(["--strict"], is_flag=True, help="With --explore: CMD has to pass under each fault too."),
        click.Option(["--explore-time"], default="10m", show_default=True, metavar="SPAN", help=_TIME_HELP),
        click.Option(["--explore-hang"], default="10s", show_default=True, metavar="SPAN", help=_HANG_HELP),
        click.Option(["--explore-known"], type=click.Path(path_type=Path), metavar="FILE", help=_KNOWN_HELP),
        click.Argument(["command"], nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- CMD..."),
    ]
    return params


EXPLORE_OPTIONS = ("explore", "check", "strict", "explore_time", "explore_hang", "explore_known")
_EXPLORE_HELP = "Run CMD again under every fault at every point where it meets Fax.to; =pairs, or =NAME for one."
_CHECK_HELP = "With --explore: a shell command that has to end with 0 after each run."
_TIME_HELP = "With --explore: real time for all runs."
_HANG_HELP = "With --explore: real time after which a run hangs, beside ten times its usual time."
_KNOWN_HELP = "With --explore: findings that are known; others fail, and known ones that no longer happen."
_REPORT_HELP = "Write a report into this folder when CMD fails or the verdict has findings: one HTML file."
_ENV_HELP = "Another name for url, base_url or api_key in CMD's environment: base_url=MY_URL."
_VERDICT_HELP = "Parts of the verdict that make the run fail although CMD passed; double_charge too."


def _run(**values: Any) -> None:
    """Run CMD with a fakefax of its own, and judge what it did.

    CMD finds the fake in its environment: FAKEFAX_URL (the server), FAXTO_URL (the base URL of Fax.to's API) and
    FAXTO_API_KEY. Its output, its signals and its exit status stay its own. When it has passed and the verdict has
    findings, they are printed on standard error and the exit status is 1. The clock runs at --rate; with --rate 0
    it stands still until CMD advances it (`fakefax advance 15m` finds this server by FAKEFAX_URL).

    With --explore CMD is run once as it is, and then once for each fault at each point where it touches Fax.to,
    each time with an account of its own (FAXTO_API_KEY). Judged are its money, the verdict and --check, not its
    exit status, unless --strict is given.

    \b
    Example:  fakefax run --rate 0 -- npm test
              fakefax run --explore --check 'node check.js' -- npm test
    """
    ctx = click.get_current_context()
    refuse_https_settings(ctx)
    how = _exploring({name: values.pop(name) for name in EXPLORE_OPTIONS})
    names = NAMES | _renamed(values.pop("names"))
    chosen = values.pop("verdict")
    parts = () if values.pop("no_verdict") else parts_of(chosen)
    command, as_json, report = values.pop("command"), values.pop("as_json"), values.pop("report")
    from fakefax.cli.run import WrappedCommand, run  # noqa: PLC0415 (imports the server)
    from fakefax.server.listener import CannotListen  # noqa: PLC0415

    scenario = load(in_folder(values.pop("scenario"), values["scenarios_dir"]))
    asked = WrappedCommand(command, names, parts, as_json, report)
    try:
        if how is not None:
            from fakefax.cli.explore import explore  # noqa: PLC0415

            status = explore(scenario, asked, how, values)
        else:
            status = run(scenario, asked, values)
    except (CannotListen, ValueError) as error:
        raise Failure(str(error)) from None
    raise SystemExit(status)


def _exploring(given: dict[str, Any]) -> "Exploring | None":
    """The exploration that was asked for, or None. Raises Failure."""
    if not any(given[name] for name in ("explore", "check", "strict", "explore_known")):
        return None
    from fakefax.cli.explore import asked_for  # noqa: PLC0415 (only when it is asked for)

    return asked_for(given)


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
