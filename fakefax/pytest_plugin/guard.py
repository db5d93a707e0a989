"""Stops connections to the real Fax.to while tests run: a forgotten address must not send a fax.

It sees what passes Python's socket and ssl modules in this process and its threads: names that are resolved,
addresses that Fax.to's names led to, the server name of a TLS handshake (whoever resolved it), and requests to a
proxy (HTTP, HTTPS or SOCKS), set in the environment or by the client itself. A forked child has the guard too, and
gets the error. It does not see a new program (subprocess, multiprocessing's spawn) or a client with sockets of its
own, such as pycurl, gRPC, or uvloop without TLS.
"""

import contextlib
import functools
import os
import socket
import ssl
from collections.abc import Callable
from typing import Any

WRAPPER = "__fakefax_guards__"
HOSTS = ("fax.to",)
"""Guarded together with all names below."""

NEAR = (
    *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "0.0.0.0/32"),
    *("::1/128", "fc00::/7", "fe80::/10", "::/128"),
)
"""This machine and its networks. Not 198.18.0.0/15: some VPN clients give such addresses to public names."""

MAX_LOOKED_AT = 1024
"""Bytes of a piece of data that can be the beginning of a request to a proxy."""

METHODS = (b"GET", b"POST", b"PUT", b"DELETE", b"PATCH", b"HEAD", b"OPTIONS")
SOCKS4_CONNECT, SOCKS5_CONNECT_NAME = b"\x04\x01", b"\x05\x01\x00\x03"


class RealFaxToStopped(ConnectionError):
    """A connection to the real Fax.to that was not made."""

    def __init__(self, host: str, way: str = "") -> None:
        super().__init__(
            f"{_current_test()} tried to reach the real {host}{way}, and was stopped: nothing was sent. Give the "
            f"program fakefax.base_url in place of https://{host}/api/v2 and fakefax.api_key as its key; or allow "
            f"the connection with --fakefax-allow-real, or fakefax_guard = false in the ini file"
        )
        self.host = host


class NetworkGuard:
    """Wraps the functions that resolve names, connect, send and begin TLS. A name that leads to this machine or its
    network is let through, so a hosts file or a container's alias may point fax.to at a fakefax.
    """

    def __init__(self) -> None:
        self.stopped: list[RealFaxToStopped] = []
        self._real_addresses: set[str] = set()
        self._wrapped: list[tuple[Any, str, Any, Any]] = []
        self._went_far = False

    @property
    def running(self) -> bool:
        return bool(self._wrapped)

    def start(self) -> None:
        """Begin to guard; once begun, do nothing."""
        if self.running:
            return
        for resolver in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
            self._wrap(socket, resolver, self._check_resolved)
        for connect in ("connect", "connect_ex"):
            self._wrap(socket.socket, connect, self._check_connected)
        for owner, send in (
            *((socket.socket, name) for name in ("send", "sendall")),
            *((ssl.SSLSocket, name) for name in ("send", "sendall")),
            (ssl.SSLObject, "write"),
        ):
            self._wrap(owner, send, self._check_sent)
        for handshake in ("wrap_socket", "wrap_bio"):
            self._wrap(ssl.SSLContext, handshake, self._check_server_name)

    def end(self) -> None:
        """Put back what was there, unless it was replaced again meanwhile."""
        for owner, name, ours, original in reversed(self._wrapped):
            if getattr(owner, name) is ours:
                setattr(owner, name, original)
        self._wrapped.clear()

    def _wrap(self, owner: Any, name: str, check: Callable[..., None]) -> None:
        original = getattr(owner, name)

        @functools.wraps(original)
        def ours(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            check(*args, **kwargs)
            return original(*args, **kwargs)

        setattr(ours, WRAPPER, original)
        setattr(owner, name, ours)
        self._wrapped.append((owner, name, ours, original))

    def _check_resolved(self, host: object = None, *_: object, **__: object) -> None:
        __tracebackhide__ = True
        self._check(host)

    def _check_connected(self, _: socket.socket, address: object = None) -> None:
        __tracebackhide__ = True
        if isinstance(address, tuple) and address:
            self._went_far = self._went_far or not _is_near_or_name(address[0])
            if address[0] in self._real_addresses:
                self._stop(str(address[0]), ", which a name of Fax.to leads to")
            self._check(address[0])

    def _check_server_name(
        self, _: ssl.SSLContext, sock: object = None, *__: object, server_hostname: object = None, **___: object
    ) -> None:
        """A handshake with this machine or its networks is one with a fakefax in Fax.to's place.

        Through a proxy there it is not, but then the request to the proxy was stopped already.
        """
        __tracebackhide__ = True
        near = _leads_near(sock) if isinstance(sock, socket.socket) else not self._went_far
        if not near:
            self._check(server_hostname)

    def _check_sent(self, sender: object, data: Any = b"", *_: object, **__: object) -> None:
        """The connection is shut, since some clients read an answer although they could not send."""
        __tracebackhide__ = True
        host = asked_of_proxy(data)
        if is_guarded(host):
            if isinstance(sender, socket.socket):
                with contextlib.suppress(OSError):
                    sender.shutdown(socket.SHUT_RDWR)
            self._stop(host, " through a proxy")

    def _check(self, host: object) -> None:
        __tracebackhide__ = True
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if isinstance(name, str) and is_guarded(name) and not self._is_near(name):
            self._stop(name)

    def _stop(self, host: str, way: str = "") -> None:
        __tracebackhide__ = True
        stopped = RealFaxToStopped(host, way)
        self.stopped.append(stopped)
        raise stopped

    def _is_near(self, name: str) -> bool:
        """Whether a guarded name leads to this machine or its networks only; addresses elsewhere are remembered."""
        resolve: Any = next(original for _, what, _, original in self._wrapped if what == "getaddrinfo")
        while hasattr(resolve, WRAPPER):  # a run of pytest inside of a test has a guard of its own
            resolve = getattr(resolve, WRAPPER)
        try:
            found = {str(entry[4][0]).partition("%")[0] for entry in resolve(name, None)}
        except OSError:
            return False
        far = {address for address in found if not is_near(address)}
        self._real_addresses |= far
        return not far


def is_guarded(name: str) -> bool:
    """Whether a host name is one of the real Fax.to's."""
    plain = name.rstrip(".").lower()
    return any(plain == host or plain.endswith(f".{host}") for host in HOSTS)


def is_near(address: str) -> bool:
    """Whether an IP address is one of this machine or its networks."""
    import ipaddress  # noqa: PLC0415 (only when a test names Fax.to)

    found = ipaddress.ip_address(address)
    mapped = getattr(found, "ipv4_mapped", None)
    return any((mapped or found) in ipaddress.ip_network(network) for network in NEAR)


def _is_near_or_name(host: object) -> bool:
    """False for an IP address elsewhere."""
    try:
        return is_near(str(host).partition("%")[0])
    except ValueError:
        return True


def _leads_near(sock: socket.socket) -> bool:
    """Whether a connected socket leads to this machine or its networks."""
    try:
        peer = sock.getpeername()
    except OSError:  # not connected yet
        return False
    return not isinstance(peer, tuple) or _is_near_or_name(peer[0])


def asked_of_proxy(data: Any) -> str:
    """The host for which the beginning of a request asks an HTTP or SOCKS proxy; "" for anything else."""
    try:
        head = bytes(memoryview(data)[:MAX_LOOKED_AT])
    except TypeError:
        return ""
    if head.startswith(SOCKS5_CONNECT_NAME):
        return _text(head[5 : 5 + head[4]]) if len(head) > 4 else ""
    if head.startswith(SOCKS4_CONNECT):
        return _text(head[8:].partition(b"\0")[2].partition(b"\0")[0])
    method, _, target = head.partition(b"\r\n")[0].partition(b" ")
    target = target.partition(b" ")[0]
    if method == b"CONNECT":
        return _text(target.rpartition(b":")[0])
    if method in METHODS and target[:8].lower().startswith((b"http://", b"https://")):
        authority = target.partition(b"//")[2].partition(b"/")[0].rpartition(b"@")[2]
        return _text(authority.partition(b":")[0])
    return ""


def _text(name: bytes) -> str:
    return name.decode("ascii", "replace")


def _current_test() -> str:
    """The test that runs, as pytest says it: tests/test_it.py::test_name."""
    return os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0] or "a test"
