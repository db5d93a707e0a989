"""The authorities by which this machine trusts an HTTPS server: read when the first https URL is met.

aiohttp reads them as it is imported, which is a fifth of the time in which a server starts; plain HTTP needs none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from ssl import Purpose, SSLContext

_waiting: list[SSLContext] = []


@contextmanager
def read_later() -> Iterator[None]:
    """Let the TLS contexts that are made in this block wait for `read`. For a process that is ours alone."""
    read_now = SSLContext.load_default_certs

    def wait(context: SSLContext, _: Purpose = Purpose.SERVER_AUTH) -> None:
        _waiting.append(context)

    SSLContext.load_default_certs = wait  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        SSLContext.load_default_certs = read_now  # type: ignore[method-assign]


def read() -> None:
    """Let those contexts know this machine's authorities; to be called before any of them is used."""
    while _waiting:
        _waiting.pop().load_default_certs()
