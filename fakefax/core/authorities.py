"""The authorities by which this machine trusts an HTTPS server: read when the first https URL is met.

aiohttp reads them twice as it is imported, which is a fifth of the time in which a server starts; plain HTTP needs
none.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from ssl import SSLContext
from typing import Any

_READERS = ("load_default_certs", "set_default_verify_paths")
"""The methods of a TLS context that read them; aiohttp has a context for either."""

_waiting: list[Callable[[], None]] = []


@contextmanager
def read_later() -> Iterator[None]:
    """Let the TLS contexts that are made in this block wait for `read`. For a process that is ours alone."""
    readers = {name: getattr(SSLContext, name) for name in _READERS}
    for name, reader in readers.items():
        setattr(SSLContext, name, _waits(reader))
    try:
        yield
    finally:
        for name, reader in readers.items():
            setattr(SSLContext, name, reader)


def _waits(reader: Callable[..., None]) -> Callable[..., None]:
    def wait(context: SSLContext, *purpose: Any) -> None:
        _waiting.append(partial(reader, context, *purpose))

    return wait


def read() -> None:
    """Let those contexts know this machine's authorities; to be called before any of them is used."""
    while _waiting:
        _waiting.pop()()
