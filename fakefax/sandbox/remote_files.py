"""Fetches the file that an upload names by its URL: http and https only, within limits of size and time."""

import asyncio
import mimetypes
import socket
from ipaddress import ip_address
from urllib.parse import unquote

import aiohttp
from aiohttp import hdrs
from aiohttp.abc import ResolveResult
from yarl import URL

from fakefax import __version__
from fakefax.callbacks.resolver import ClientResolver
from fakefax.core.errors import FileTooLarge, RemoteFileRefused
from fakefax.sandbox.remote_sources import Allowed, Forbidden, RemoteFilesFrom
from fakefax.sandbox.uploads import Upload
from fakefax.values.sizes import format_size

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
            async with asyncio.timeout(self._timeout):
                return await self._follow(url, limit)
        except Forbidden as reason:
            raise RemoteFileRefused(f"{url} is not fetched: {reason}") from None
        except TimeoutError:
            raise RemoteFileRefused(f"{url} did not answer within {self._timeout:g}s") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise RemoteFileRefused(f"{url} cannot be fetched: {_cause(error)}") from None

    async def _follow(self, url: str, limit: int) -> Upload:
        """Go from one URL to the next, each of which has to be allowed."""
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


class _AllowedResolver(ClientResolver):
    """Finds the addresses of a name, and refuses the name if one of them may not be fetched from."""

    def __init__(self, allowed: Allowed) -> None:
        self._allowed = allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        for address in found:
            self._allowed.check_address(ip_address(address["host"].partition("%")[0]), port)
        return found


def _redirected(here: URL, target: str) -> URL:
    there = here.join(URL(target, encoded=target.isascii()))
    if there.scheme not in ("http", "https") or not there.host:
        raise ValueError(f"it redirects to {there}, which is not an http or https URL")
    return there


def _cause(error: Exception) -> str:
    """Why a fetch failed, in the words of an attempt at a callback URL."""
    from fakefax.callbacks.connection import cause_of  # noqa: PLC0415 (it loads a parser that a start does not need)

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
