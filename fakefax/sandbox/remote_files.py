"""Fetches the file that an upload names by its URL: http and https only, within limits of size and time.

One rule says where files may be fetched from; every address is checked before it is connected to.
"""

import mimetypes
import socket
from asyncio import timeout
from collections.abc import Callable, Iterable
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import unquote

import aiohttp
from aiohttp import hdrs
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from fakefax import __version__
from fakefax.callbacks.resolver import look_up
from fakefax.core.errors import FileTooLarge, RemoteFileRefused
from fakefax.sandbox.uploads import Upload
from fakefax.values.descriptors import cause_of
from fakefax.values.numbers import format_size
from fakefax.values.urls import check_spelling

Address = IPv4Address | IPv6Address

NAT64 = 0x0064_FF9B << 96
"""64:ff9b::/96, under which an IPv6 network reaches IPv4 addresses."""


class RemoteFilesFrom(StrEnum):
    """The sources that AddRemoteFile may fetch from. `public` leaves out this machine and private networks."""

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
            check_spelling(host)
        except ValueError as error:
            raise Forbidden(str(error)) from None
        try:
            address = ip_address(host)
        except ValueError:
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


FETCH_TIMEOUT = 10.0
"""Real seconds for the whole of a fetch."""

MAX_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)


ALLOW_ALL = Allowed(RemoteFilesFrom.ALL)


class RemoteFiles:
    """One HTTP client for a server's remote files. `timeout` is in real seconds; `allowed` is the rule."""

    def __init__(self, timeout: float = FETCH_TIMEOUT, allowed: Allowed = ALLOW_ALL) -> None:
        self._timeout = timeout
        self._allowed = allowed
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self, url: str, limit: int) -> Upload:
        """The file at an http or https URL, of at most `limit` bytes. Raises RemoteFileRefused or FileTooLarge."""
        try:
            self._allowed.check_on()
            async with timeout(self._timeout):
                return await self._follow(url, limit)
        except Forbidden as reason:
            raise RemoteFileRefused(f"{url} is not fetched: {reason}") from None
        except TimeoutError:
            raise RemoteFileRefused(f"{url} did not answer within {self._timeout:g}s") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise RemoteFileRefused(f"{url} cannot be fetched: {_cause(error)}") from None

    async def _follow(self, url: str, limit: int) -> Upload:
        """Follow redirects; each URL has to be allowed."""
        here = URL(url, encoded=url.isascii())
        for _ in range(MAX_REDIRECTS + 1):
            self._allowed.check_host(here.host or "", here.port or 0)
            async with self._client().get(here, allow_redirects=False) as answer:
                target = answer.headers.get(hdrs.LOCATION)
                if answer.status not in REDIRECTS or target is None:
                    if answer.status != 200:
                        raise RemoteFileRefused(f"{url} answered {answer.status}")
                    return Upload(_name(answer), await _read(answer, url, limit))
            here = _redirected(here, target)
        raise RemoteFileRefused(f"{url} redirects more than {MAX_REDIRECTS} times")

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True, resolver=_AllowedResolver(self._allowed)),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                headers={"User-Agent": f"fakefax/{__version__}"},
            )
        return self._session


class _AllowedResolver(AbstractResolver):
    """Finds the addresses of a name, and refuses the name if one of them may not be fetched from."""

    def __init__(self, allowed: Allowed) -> None:
        self._allowed = allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await look_up(host, port, family)
        for *_, address in found:
            self._allowed.check_address(ip_address(address[0].partition("%")[0]), port)
        return [
            ResolveResult(
                hostname=host, host=address[0], port=port, family=kind, proto=protocol, flags=socket.AI_NUMERICHOST
            )
            for kind, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        """Do nothing; a lookup in progress ends with the process."""


def _redirected(here: URL, target: str) -> URL:
    there = here.join(URL(target, encoded=target.isascii()))
    if there.scheme not in ("http", "https") or not there.host:
        raise ValueError(f"it redirects to {there}, which is not an http or https URL")
    return there


def _cause(error: Exception) -> str:
    """The reason why a fetch failed, in the words of an attempt at a callback URL."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return f"the host name {error.host} is not known"
        case aiohttp.ClientConnectorCertificateError():
            return f"TLS failed: {error.certificate_error}"
        case aiohttp.ClientConnectorSSLError():
            return f"TLS failed: {error.os_error}"
        case aiohttp.ClientConnectorError():
            return f"cannot connect to {error.host}:{error.port}: {cause_of(error.os_error)}"
        case aiohttp.ServerDisconnectedError():
            return "the connection was closed without an answer"
        case aiohttp.ClientPayloadError():
            return "the connection was closed in the middle of the answer"
        case ValueError() if str(error).startswith("it redirects"):
            return str(error)
        case aiohttp.ClientOSError():
            return f"the connection was lost: {cause_of(error)}"
        case aiohttp.ClientResponseError():
            return f"the answer is not HTTP: {error.message.partition(chr(10))[0].rstrip(':')}"
        case _:
            return f"{type(error).__name__}: {error}"


async def _read(answer: aiohttp.ClientResponse, url: str, limit: int) -> bytes:
    content = bytearray()
    async for chunk in answer.content.iter_any():
        content += chunk
        if len(content) > limit:
            raise FileTooLarge(f"{url} has more than --upload-limit {format_size(limit)}")
    return bytes(content)


def _name(answer: aiohttp.ClientResponse) -> str:
    """The file name from the server or else from the URL, with an extension if the type implies one."""
    disposition = answer.content_disposition
    name = (disposition.filename if disposition else None) or unquote(answer.url.raw_path).rpartition("/")[2]
    return name if "." in name else name + (mimetypes.guess_extension(answer.content_type) or "")
