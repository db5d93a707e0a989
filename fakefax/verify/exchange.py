"""One HTTP request to the server that is verified; time and size are bounded, and redirects are not followed."""

import http.client
import json
import ssl
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlsplit

MAX_ANSWER = 8 * 1024 * 1024
"""Bytes of an answer that are read."""


class ServerAnswer(NamedTuple):
    """An answer; `body` is its JSON, or None where it is not JSON."""

    status: int
    content_type: str
    body: Any


class NoAnswer(Exception):
    """The server did not answer; the message says why."""


class Caller:
    """Sends requests below a base URL such as https://fax.to/api/v2. `timeout` is in real seconds.

    `ca` is a file with the CA certificates to trust in place of this machine's. Raises ValueError, or OSError for
    a file that cannot be read.
    """

    def __init__(self, base_url: str, timeout: float = 30.0, ca: str | None = None) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{base_url!r} is not an http or https URL such as https://fax.to/api/v2")
        self.host, self._port, self._secure = parts.hostname, parts.port, parts.scheme == "https"
        self._path = parts.path.rstrip("/")
        self._timeout, self._ca = timeout, ca
        self._context = ssl.create_default_context(cafile=ca) if self._secure or ca else None

    def of_version(self, version: str) -> "Caller | None":
        """A caller for another version of the API at the same host; None if the base URL names no version."""
        head, _, last = self._path.rpartition("/")
        if last not in ("v1", "v2"):
            return None
        scheme, port = "https" if self._secure else "http", f":{self._port}" if self._port else ""
        return Caller(f"{scheme}://{self.host}{port}{head}/{version}", self._timeout, self._ca)

    def open(self, url: str) -> ServerAnswer:
        """Status and content type of a URL that the server has named. Raises NoAnswer."""
        target = urlsplit(url)
        try:
            other = Caller(f"{target.scheme}://{target.netloc}", self._timeout, self._ca)
        except ValueError:
            raise NoAnswer("the answer has no http or https URL") from None
        path = f"{target.path}?{target.query}" if target.query else target.path
        return other.send("GET", path, {"Connection": "close"})._replace(body=None)

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None) -> ServerAnswer:
        """The answer to one request. Raises NoAnswer."""
        connection = self._connection()
        try:
            connection.request(method, self._path + target or "/", body, dict(headers))
            response = connection.getresponse()
            content = response.read(MAX_ANSWER + 1)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NoAnswer(f"{method} {target.partition('?')[0]}: {str(error) or type(error).__name__}") from None
        finally:
            connection.close()
        if len(content) > MAX_ANSWER:
            raise NoAnswer(f"{method} {target.partition('?')[0]}: the answer is above {MAX_ANSWER} bytes")
        return ServerAnswer(response.status, response.headers.get_content_type(), as_json(content))

    def _connection(self) -> http.client.HTTPConnection:
        if self._secure:
            return http.client.HTTPSConnection(self.host, self._port, timeout=self._timeout, context=self._context)
        return http.client.HTTPConnection(self.host, self._port, timeout=self._timeout)


def as_json(content: bytes) -> Any:
    """The JSON in an answer, its money exact; None where it is not JSON."""
    try:
        return json.loads(content, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None
