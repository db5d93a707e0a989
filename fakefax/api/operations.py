"""The one table of the vendor's operations; /api/v1 and /api/v2 are the same table mounted twice."""

from collections.abc import Iterator

from aiohttp import web

from fakefax.api.account import BALANCE
from fakefax.api.endpoint import Endpoint
from fakefax.api.faxes import FAX_STATUS, SEND_FAX
from fakefax.api.operation import Operation
from fakefax.sandboxes import Sandboxes

BASE_PATHS = ("/api/v2", "/api/v1")

OPERATIONS: tuple[Operation, ...] = (SEND_FAX, FAX_STATUS, BALANCE)


def api_routes(sandboxes: Sandboxes, body_limit: int, upload_limit: int) -> Iterator[web.RouteDef]:
    """A route for every operation, method and base path; limits in bytes. HEAD is none: it would send a fax."""
    for operation in OPERATIONS:
        endpoint = Endpoint(operation, sandboxes, upload_limit if operation.uploads else body_limit)
        for base in BASE_PATHS:
            for method in operation.methods:
                only = {"allow_head": False} if method == "GET" else {}
                yield web.route(method, base + operation.path, endpoint.__call__, **only)
