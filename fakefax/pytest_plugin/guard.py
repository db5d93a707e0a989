"""Stops connections to the real Fax.to while tests run: an address that was forgotten must not send a fax."""

import functools
import ipaddress
import socket
from collections.abc import Callable
from typing import Any

WRAPPER = "__fakefax_guards__"
HOSTS = ("fax.to",)
"""Guarded together with all names below."""


class RealFaxToStopped(ConnectionError):
    """A connection to the real Fax.to that was not made."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"a test tried to reach the real {host}, and was stopped: nothing was sent. Give the program "
            f"fakefax.base_url in place of https://{host}/api/v2 and fakefax.api_key as its key; or allow the "
            f"connection with --fakefax-allow-real, or fakefax_guard = false in the ini file"
        )


class Guard:
    """Wraps what resolves names and connects. A name that leads to this machine or network is let through.

    So a hosts file, or a container's alias, may point fax.to at a fakefax.
    """

    def __init__(self) -> None:
        self.stopped: list[str] = []
        self._wrapped: list[tuple[Any, str, Any, Any]] = []

    def start(self) -> None:
        self._wrap(socket, "getaddrinfo", self._resolving)
        self._wrap(socket, "gethostbyname", self._resolving)
        self._wrap(socket, "gethostbyname_ex", self._resolving)
        self._wrap(socket.socket, "connect", self._connecting)
        self._wrap(socket.socket, "connect_ex", self._connecting)

    def end(self) -> None:
        """Put back what was there, unless somebody else has put another thing in place meanwhile."""
        for owner, name, ours, original in reversed(self._wrapped):
            if getattr(owner, name) is ours:
                setattr(owner, name, original)
        self._wrapped.clear()

    def _wrap(self, owner: Any, name: str, wrapper: Callable[[Any], Any]) -> None:
        original = getattr(owner, name)
        ours = wrapper(original)
        setattr(ours, WRAPPER, original)
        setattr(owner, name, ours)
        self._wrapped.append((owner, name, ours, original))

    def _resolving(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def resolve(host: object, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            self._check(host)
            return original(host, *args, **kwargs)

        return resolve

    def _connecting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def connect(sock: socket.socket, address: Any) -> Any:
            __tracebackhide__ = True
            if isinstance(address, tuple) and address:
                self._check(address[0])
            return original(sock, address)

        return connect

    def _check(self, host: object) -> None:
        __tracebackhide__ = True
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if isinstance(name, str) and is_guarded(name) and not self._is_near(name):
            self.stopped.append(name)
            raise RealFaxToStopped(name)

    def _is_near(self, name: str) -> bool:
        """Whether a guarded name leads to this machine or its network."""
        resolve: Any = next(original for _, what, _, original in self._wrapped if what == "getaddrinfo")
        while hasattr(resolve, WRAPPER):  # a run of pytest inside of a test has a guard of its own
            resolve = getattr(resolve, WRAPPER)
        try:
            found = {str(entry[4][0]) for entry in resolve(name, None)}
        except OSError:
            return False
        return all(ipaddress.ip_address(address.partition("%")[0]).is_private for address in found)


def is_guarded(name: str) -> bool:
    """Whether a host name is one of the real Fax.to's."""
    plain = name.rstrip(".").lower()
    return any(plain == host or plain.endswith(f".{host}") for host in HOSTS)
