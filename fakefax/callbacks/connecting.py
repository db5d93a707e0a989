"""Makes connections to endpoints: finds the host, tries its addresses, shakes hands."""

import asyncio
import ssl
from collections.abc import MutableSet
from functools import cache, partial

from aiohappyeyeballs import start_connection

from fakefax.callbacks.connection import Connection, cause_of
from fakefax.callbacks.errors import NoAnswer, Unreachable
from fakefax.callbacks.resolver import Addresses
from fakefax.callbacks.target import Endpoint

HEAD_START = 0.25
"""Real seconds after which the next address is tried beside one that has not answered yet (RFC 8305)."""


async def connect(endpoint: Endpoint, addresses: Addresses, opened: MutableSet[Connection]) -> Connection:
    """A new connection, one of those `opened`.

    Raises NoAnswer, Unreachable where that is why, or ValueError for a host that cannot be one.
    """
    host, port = endpoint.host, endpoint.port
    try:
        found = await addresses.of(host, port)
    except OSError:
        raise Unreachable(host, f"the host name {host} is not known") from None
    try:
        sock = await start_connection(found, happy_eyeballs_delay=HEAD_START)
        _, connection = await asyncio.get_running_loop().create_connection(
            partial(Connection, opened),
            sock=sock,
            ssl=_context() if endpoint.tls else None,
            server_hostname=endpoint.name if endpoint.tls else None,
        )
    except ssl.SSLError as error:
        raise NoAnswer(f"TLS failed: {error}") from None
    except OSError as error:
        raise Unreachable(host, f"cannot connect to {host}:{port}: {cause_of(error)}") from None
    return connection


@cache
def _context() -> ssl.SSLContext:
    """Made when the first https URL is met, since it reads this machine's authorities."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
