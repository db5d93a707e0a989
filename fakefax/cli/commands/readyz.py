"""`fakefax readyz`: asks a running fakefax whether it is ready, and explains what went wrong.

`fakefax.cli.health` is its quick beginning.
"""

import contextlib
import http.client
import json
import sys
import urllib.error
import urllib.request
from pathlib import Path

import click

from fakefax.cli.durations import Wait
from fakefax.cli.health import FIRST_PROCESS, configured, flags, url_of


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
    ready, what = _when_ready(url, timeout) if wait else is_ready(url, timeout)
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


def _when_ready(url: str | None, timeout: float) -> tuple[bool, str]:
    from fakefax.core.real_time import real_pause, real_seconds  # noqa: PLC0415 (it imports asyncio)

    end = real_seconds() + timeout
    while True:
        ready, what = is_ready(url, max(0.1, end - real_seconds()))
        if ready or real_seconds() + AGAIN >= end:
            return ready, what
        real_pause(AGAIN)


def is_ready(url: str | None, timeout: float, first_process: str | Path = FIRST_PROCESS) -> tuple[bool, str]:
    """Whether fakefax answers at `url`, or where it was configured to listen; and a line that says so."""
    base = url or url_of(*configured(flags(str(first_process))))
    if "://" not in base:
        base = f"http://{base}"
    try:
        # A proxy of the environment has no business between a container and itself.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{base.rstrip('/')}/_fakefax/readyz", timeout=timeout) as answer:
            state = json.load(answer)
    except (OSError, ValueError, http.client.HTTPException) as error:
        return False, f"fakefax is not ready at {base}: {_cause(error)}"
    if not isinstance(state, dict) or state.get("status") != "ready" or "version" not in state:
        return False, f"something answers at {base}, but it is not fakefax"
    return True, f"fakefax {state['version']} is ready at {base}"


def _cause(error: Exception) -> str:
    """The cause of an error, in one line and without the system's number for it; what fakefax says, if it does."""
    if isinstance(error, urllib.error.HTTPError):
        with error, contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            return str(json.load(error)["message"])
    cause = getattr(error, "reason", error)
    return " ".join((getattr(cause, "strerror", None) or str(cause)).split())
