"""The one table of control routes."""

from collections.abc import Iterator

from aiohttp import web

from fakefax.control import account, books, clock, faxes, world
from fakefax.control.call import ControlEndpoint, Handler
from fakefax.sandbox import Sandboxes

PREFIX = "/_fakefax"

ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/readyz", world.readyz),
    ("POST", "/reset", world.reset),
    ("GET", "/account", account.show),
    ("PATCH", "/account", account.change),
    ("GET", "/clock", clock.show),
    ("PATCH", "/clock", clock.change),
    ("POST", "/clock/advance", clock.advance),
    ("GET", "/faxes", faxes.index),
    ("GET", "/faxes/{fax_job_id}", faxes.show),
    ("POST", "/faxes/{fax_job_id}/resend", faxes.resend),
    ("GET", "/ledger", books.ledger),
    ("GET", "/audit", books.audit),
    ("GET", "/journal", books.journal),
)


def control_routes(sandboxes: Sandboxes) -> Iterator[web.RouteDef]:
    """A route for each row of the table."""
    for method, path, handler in ROUTES:
        yield web.route(method, PREFIX + path, ControlEndpoint(handler, sandboxes).__call__)
