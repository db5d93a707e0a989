"""The one table of the vendor's operations; /api/v1 and /api/v2 are the same table mounted twice."""

from collections.abc import Iterator

from aiohttp import web

from fakefax.api.account import balance
from fakefax.api.call import Endpoint, Operation
from fakefax.api.faxes import fax_status, send_fax
from fakefax.sandbox import Sandboxes

BASE_PATHS = ("/api/v2", "/api/v1")

OPERATIONS = (
    Operation("send_fax", ("GET", "POST"), "/fax", send_fax),
    Operation("fax_status", ("GET",), "/fax/{fax_job_id}/status", fax_status),
    Operation("balance", ("GET",), "/balance", balance),
)


def api_routes(sandboxes: Sandboxes) -> Iterator[web.RouteDef]:
    """A route for every operation, method and base path. HEAD is none: it would send a fax."""
    for operation in OPERATIONS:
        endpoint = Endpoint(operation, sandboxes)
        for base in BASE_PATHS:
            for method in operation.methods:
                only = {"allow_head": False} if method == "GET" else {}
                yield web.route(method, base + operation.path, endpoint.__call__, **only)
