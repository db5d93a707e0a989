"""`fakefax readyz`."""

import json
import sys
from collections.abc import Callable

import click

from fakefax.cli.durations import Wait


@click.command(short_help="Ask a running fakefax whether it is ready.")
@click.option(
    "--url",
    metavar="URL",
    envvar="FAKEFAX_URL",
    help="Where it should be.  [default: FAKEFAX_HOST and FAKEFAX_PORT]",
)
@click.option(
    "--timeout", type=Wait(), default="2s", show_default=True, help="Real time to wait for the answer; 5 is 5s."
)
@click.option("--wait", is_flag=True, help="Ask again until it is ready, or --timeout is over.")
@click.option("--json", "as_json", is_flag=True, help="Print {ready, message} and nothing else.")
def readyz(url: str | None, timeout: float, wait: bool, as_json: bool) -> None:
    """Ask a running fakefax whether it is ready: exit status 0 if it is, 1 if not.

    \b
    Example:  fakefax readyz --wait --timeout 30s
    """
    from fakefax.cli.readyz import is_ready  # noqa: PLC0415

    ready, what = _when_ready(is_ready, url, timeout) if wait else is_ready(url, timeout)
    if as_json:
        click.echo(json.dumps({"ready": ready, "message": what}))
        sys.exit(0 if ready else 1)
    if not ready:
        from fakefax.cli.options import warn_of_unknown_variables  # noqa: PLC0415

        warn_of_unknown_variables()
    click.echo(what, err=not ready)
    sys.exit(0 if ready else 1)


AGAIN = 0.2
"""Real seconds between two questions of --wait."""


def _when_ready(
    is_ready: Callable[[str | None, float], tuple[bool, str]], url: str | None, timeout: float
) -> tuple[bool, str]:
    from fakefax.core.real_time import real_pause, real_seconds  # noqa: PLC0415 (it imports asyncio)

    end = real_seconds() + timeout
    while True:
        ready, what = is_ready(url, max(0.1, end - real_seconds()))
        if ready or real_seconds() + AGAIN >= end:
            return ready, what
        real_pause(AGAIN)
