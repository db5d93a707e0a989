"""The one table of the vendor's operations; /api/v1 and /api/v2 are the same table mounted twice."""

from collections.abc import Iterator

from fakefax.api.account import BALANCE, USER_OPERATIONS
from fakefax.api.endpoint import Endpoint
from fakefax.api.faxes import FAX_STATUS, SEND_FAX
from fakefax.api.files import FILE_OPERATIONS
from fakefax.api.history import FAX_COSTS, FAX_HISTORY
from fakefax.api.incoming import INBOX_FILE, INBOX_PREVIEW, INCOMING_FAXES, INCOMING_FAXES_OF_RECIPIENT
from fakefax.api.numbers import NUMBERS, PROVISION, PROVISION_NUMBERS, PROVISIONED_NUMBERS
from fakefax.api.operation import Operation
from fakefax.api.places import AREA_CODES, COUNTRIES, DID_GROUPS, STATES
from fakefax.api.routing import HttpRoute
from fakefax.sandbox.registry import Sandboxes

OPERATIONS: tuple[Operation, ...] = (
    SEND_FAX,
    FAX_COSTS,
    FAX_STATUS,
    FAX_HISTORY,
    *FILE_OPERATIONS,
    BALANCE,
    *USER_OPERATIONS,
    INCOMING_FAXES,
    INCOMING_FAXES_OF_RECIPIENT,
    NUMBERS,
    PROVISION,
    PROVISION_NUMBERS,
    PROVISIONED_NUMBERS,
    COUNTRIES,
    STATES,
    AREA_CODES,
    DID_GROUPS,
    INBOX_FILE,
    INBOX_PREVIEW,
)


def vendor_routes(sandboxes: Sandboxes, body_limit: int, upload_limit: int) -> Iterator[HttpRoute]:
    """A route for each base path of every operation. The limits are in bytes.

    HEAD has no routes: handled as GET, as is usual, HEAD /fax would send a fax.
    """
    for operation in OPERATIONS:
        endpoint = Endpoint(operation, sandboxes, upload_limit if operation.uploads else body_limit)
        for path in operation.mounts:
            yield HttpRoute(operation.methods, path, endpoint.__call__)
