"""`fakefax readyz`."""

import sys

import click

from fakefax.cli.durations import Wait


@click.command(short_help="Ask a running fakefax whether it is ready.")
@click.option("--url", envvar="FAKEFAX_URL", help="Where it should be.  [default: FAKEFAX_HOST and FAKEFAX_PORT]")
@click.option(
    "--timeout", type=Wait(), default="2s", show_default=True, help="Real time to wait for the answer; 5 is 5s."
)
def readyz(url: str | None, timeout: float) -> None:
    """Ask a running fakefax whether it is ready: exit status 0 if it is, 1 if not."""
    from fakefax.cli.readyz import is_ready  # noqa: PLC0415

    ready, what = is_ready(url, timeout)
    if not ready:
        from fakefax.cli.options import warn_of_unknown_variables  # noqa: PLC0415

        warn_of_unknown_variables()
    click.echo(what, err=not ready)
    sys.exit(0 if ready else 1)
