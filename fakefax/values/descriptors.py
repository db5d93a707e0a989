"""File descriptors: how many this process may have, how they are shared out; what a failed connection says."""

import errno
import logging
import os

log = logging.getLogger(__name__)

UNLIMITED = 1_000_000
"""Stands for no limit, as on Windows."""

_reported: set[str] = set()


def descriptor_limit() -> int:
    """How many descriptors this process may have open."""
    try:
        import resource  # noqa: PLC0415 (not on Windows)
    except ImportError:
        return UNLIMITED
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return UNLIMITED if soft == resource.RLIM_INFINITY else soft


def for_connections() -> int:
    """The share of clients: half. The rest, beside the callbacks' share, is kept in reserve for files."""
    return max(descriptor_limit() // 2, 1)


def for_callbacks() -> int:
    """The share of callbacks: a quarter."""
    return max(descriptor_limit() // 4, 1)


def are_exhausted(error: BaseException) -> bool:
    """Whether an error says that no descriptor is left to this process, or to the machine."""
    return isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)


def exhausted(what: str) -> str:
    """A message: what failed for lack of a descriptor, with the cure; logged the first time for each."""
    message = f"{what}: no file descriptor is left, of {descriptor_limit()}; raise the limit (ulimit -n)"
    if what not in _reported:
        _reported.add(what)
        log.error("%s. This is said once.", message)
    return message


def cause_of(error: Exception) -> str:
    """The reason why a connection failed, in the system's own words."""
    number = getattr(error, "errno", None)
    return os.strerror(number) if number and number > 0 else str(error) or "the connection was closed"
