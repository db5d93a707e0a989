"""`fakefax ca`."""

from pathlib import Path

import click

from fakefax.cli.options import option, warn_of_unknown_variables
from fakefax.cli.output import Failure
from fakefax.cli.settings import SETTINGS


def _ca(tls_dir: Path, pem: bool) -> None:
    """Show where the local authority of `serve --tls` is, and how to make programs trust it.

    It is made when there is none yet.

    \b
    Example:  fakefax ca --pem > authority.pem
    """
    from fakefax.server.tls.authority import Authority, ways_to_trust  # noqa: PLC0415
    from fakefax.server.tls.private_files import TlsError  # noqa: PLC0415

    warn_of_unknown_variables()
    try:
        authority = Authority(tls_dir)
    except TlsError as error:
        raise Failure(str(error)) from None
    click.echo(authority.certificate.decode() if pem else ways_to_trust(authority.certificate_path), nl=False)


ca = click.Command(
    "ca",
    callback=_ca,
    params=[
        *(option(setting, tell_variable=True) for setting in SETTINGS if setting.name == "tls_dir"),
        click.Option(["--pem"], is_flag=True, help="Print the certificate itself."),
    ],
    help=_ca.__doc__,
    short_help="Show how to make programs trust `serve --tls`.",
)
