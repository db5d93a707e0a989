"""Where a file may be fetched from: one rule, asked about every address before it is connected to."""

import re
import socket
from collections.abc import Callable, Iterable
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address

Address = IPv4Address | IPv6Address

NUMERIC_LABEL = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")
NAT64 = 0x0064_FF9B << 96
"""64:ff9b::/96, under which an IPv6 network reaches IPv4 addresses."""


class RemoteFilesFrom(StrEnum):
    """Where AddRemoteFile may fetch from. `public` leaves out this machine and private networks."""

    OFF = "off"
    PUBLIC = "public"
    ALL = "all"


class Forbidden(Exception):
    """A host that no file is fetched from; the message says why."""


class Allowed:
    """The rule of one server. `own` answers the addresses and ports that it listens on."""

    def __init__(self, sources: RemoteFilesFrom, own: Callable[[], Iterable[tuple[str, int]]] = tuple) -> None:
        self._sources = sources
        self._own = own

    def check_on(self) -> None:
        """Raise Forbidden when no files are fetched at all."""
        if self._sources is RemoteFilesFrom.OFF:
            raise Forbidden("--remote-files is off")

    def check_host(self, host: str, port: int) -> None:
        """Raise Forbidden for a host of a URL that is an address which may not be fetched from, or a misspelt one.

        A name is not refused here, but by the addresses that it turns out to have.
        """
        try:
            address = ip_address(host)
        except ValueError:
            if NUMERIC_LABEL.fullmatch(host.rstrip(".").rpartition(".")[2]):
                raise Forbidden(f"{host} is not a canonical IPv4 address") from None
            return
        self.check_address(address, port)

    def check_address(self, address: Address, port: int) -> None:
        """Raise Forbidden for an address that may not be fetched from."""
        address = _plain(address)
        if self._is_own(address, port):
            raise Forbidden(f"{address} port {port} is fakefax itself")
        if self._sources is RemoteFilesFrom.PUBLIC and (not address.is_global or address.is_multicast):
            raise Forbidden(f"{address} is not a public address, and --remote-files is public")

    def _is_own(self, address: Address, port: int) -> bool:
        for host, listened in self._own():
            if listened != port:
                continue
            bound = _plain(ip_address(host.partition("%")[0]))
            if bound == address or (bound.is_unspecified and _is_of_this_machine(address)):
                return True
        return False


def _plain(address: Address) -> Address:
    """An IPv4 address for one that is written as IPv6."""
    if isinstance(address, IPv4Address):
        return address
    if int(address) >> 32 == NAT64 >> 32:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _is_of_this_machine(address: Address) -> bool:
    """Whether a socket can be bound to it, as only an address of this machine's own allows."""
    if address.is_loopback or address.is_unspecified:
        return True
    family = socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True
