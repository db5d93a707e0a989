"""Callback URLs taken apart: what to connect to, and the head of the requests."""

import string
from base64 import b64encode
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from yarl import URL

from fakefax import __version__
from fakefax.values.forms import Body


class Origin(NamedTuple):
    """Scheme, host and port to connect to. `name` is the URL's own host, which the certificate must be for."""

    tls: bool
    host: str
    port: int
    name: str


class Target(NamedTuple):
    """A callback URL: its origin, and the head that every request for it begins with."""

    origin: Origin
    head: str

    def request_head(self, body: Body, *, keep: bool) -> bytes:
        """The head of one request. Raises ValueError for a content type that does not fit on its line."""
        if not body.content_type.isprintable():
            raise ValueError(f"{body.content_type!r} is not a content type")
        return (
            f"{self.head}Connection: {'keep-alive' if keep else 'close'}\r\n"
            f"Content-Type: {body.content_type}\r\nContent-Length: {len(body.content)}\r\n\r\n"
        ).encode("ascii")


def target_of(url: str, host_map: Mapping[str, str]) -> Target:
    """The target of a callback URL; `host_map` may send its host elsewhere. Raises ValueError."""
    parsed = _as_url(url)
    host, port = parsed.raw_host or "", parsed.port
    if not host or port is None:
        raise ValueError("it has no host")
    really = host_map.get((parsed.host or "").lower(), host)
    head = (
        f"POST {parsed.raw_path_qs} HTTP/1.1\r\nHost: {parsed.host_port_subcomponent}\r\n"
        f"User-Agent: fakefax/{__version__}\r\nAccept: */*\r\n{_authorization(parsed)}"
    )
    return Target(Origin(parsed.scheme == "https", really, port, host.rstrip(".")), head)


def _authorization(target: URL) -> str:
    if target.user is None and target.password is None:
        return ""
    word = b64encode(f"{target.user or ''}:{target.password or ''}".encode()).decode()
    return f"Authorization: Basic {word}\r\n"


def _as_url(url: str) -> URL:
    """The URL byte for byte; only characters that HTTP cannot carry are encoded."""
    if url.isascii():
        return URL(url, encoded=True)
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return URL(str(URL(origin)).rstrip("/") + quote(url[len(origin) :], safe=string.printable), encoded=True)


class TransportError(Exception):
    """There was no complete response; the message is for the journal."""


class HostUnreachable(TransportError):
    """Connection refused or host unreachable."""

    def __init__(self, host: str, message: str) -> None:
        super().__init__(message)
        self.host = host
