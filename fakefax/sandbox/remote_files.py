"""Fetches the file that an upload names by its URL: only http and https, with a limit of size and of time."""

import mimetypes
from urllib.parse import unquote

import aiohttp
from yarl import URL

from fakefax import __version__
from fakefax.callbacks.resolver import ClientResolver
from fakefax.core.errors import FileTooLarge, RemoteFileRefused
from fakefax.sandbox.uploads import Upload
from fakefax.values.sizes import format_size

FETCH_TIMEOUT = 10.0
"""Real seconds for the whole of a fetch."""

MAX_REDIRECTS = 5


class RemoteFiles:
    """One HTTP client for a server's remote files. `timeout` is in real seconds."""

    def __init__(self, timeout: float = FETCH_TIMEOUT) -> None:
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self, url: str, limit: int) -> Upload:
        """The file at an http or https URL, of at most `limit` bytes. Raises RemoteFileRefused or FileTooLarge."""
        try:
            async with (
                self._client().get(URL(url, encoded=url.isascii()), max_redirects=MAX_REDIRECTS + 1) as answer,
            ):
                if answer.status != 200:
                    raise RemoteFileRefused(f"{url} answered {answer.status}")
                return Upload(_name(answer), await _read(answer, url, limit))
        except TimeoutError:
            raise RemoteFileRefused(f"{url} did not answer within {self._timeout:g}s") from None
        except aiohttp.TooManyRedirects:
            raise RemoteFileRefused(f"{url} redirects more than {MAX_REDIRECTS} times") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise RemoteFileRefused(f"{url} cannot be fetched: {_cause(error)}") from None

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True, resolver=ClientResolver()),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=self._timeout),
                headers={"User-Agent": f"fakefax/{__version__}"},
            )
        return self._session


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
        case aiohttp.NonHttpUrlRedirectClientError() | aiohttp.InvalidUrlRedirectClientError():
            return f"it redirects to {error}, which is no http or https URL"
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
    """The name that the server gives, else the last part of the URL; with an extension if the type tells one."""
    disposition = answer.content_disposition
    name = (disposition.filename if disposition else None) or unquote(answer.url.raw_path).rpartition("/")[2]
    return name if "." in name else name + (mimetypes.guess_extension(answer.content_type) or "")
