"""Fetches the file that an upload names by its URL: only http and https, with a limit of size and of time."""

import mimetypes
from urllib.parse import unquote

import aiohttp
from yarl import URL

from fakefax import __version__, authorities
from fakefax.core.refusals import FileTooLarge, RemoteFileRefused
from fakefax.core.sizes import format_size
from fakefax.document_store import Upload
from fakefax.lookup import Resolver

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
        authorities.read()  # an http URL may redirect to an https one
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
            raise RemoteFileRefused(f"{url} cannot be fetched: {type(error).__name__}: {error}") from None

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True, resolver=Resolver()),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=self._timeout),
                headers={"User-Agent": f"fakefax/{__version__}"},
            )
        return self._session


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
