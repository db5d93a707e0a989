"""Callback URLs taken apart: what to connect to, and the head of the requests. Why an attempt has no response."""

import string
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import quote

from msgspec import Struct
from yarl import URL

from fakefax import __version__
from fakefax.values.forms import PostedBody


class TransportError(Exception):
    """There was no complete response; the message is for the journal."""


class HostUnreachable(TransportError):
    """The host is unknown or unreachable, or it refused the connection."""


class Origin(Struct, frozen=True):
    """Scheme, host and port to connect to. `name` is the URL's own host, which the certificate must be for."""

    tls: bool
    host: str
    port: int
    name: str


class Target:
    """A callback URL: its origin, and the head of the requests for it. `host_map` may send its host elsewhere.

    Raises ValueError.
    """

    def __init__(self, url: str, host_map: Mapping[str, str]) -> None:
        parsed = URL(url, encoded=url.isascii())
        path = quote(URL(url, encoded=True).raw_path_qs, safe=string.printable)  # the rest is sent byte for byte
        host, port = parsed.raw_host or "", parsed.port
        if not host or port is None:
            raise ValueError("it has no host")
        mapped = host_map.get((parsed.host or "").lower(), host)
        self.origin = Origin(parsed.scheme == "https", mapped, port, host.rstrip("."))
        self._head = (
            f"POST {path} HTTP/1.1\r\nHost: {parsed.host_port_subcomponent}\r\n"
            f"User-Agent: fakefax/{__version__}\r\nAccept: */*\r\n"
        )
        if parsed.user is not None or parsed.password is not None:
            credentials = b64encode(f"{parsed.user or ''}:{parsed.password or ''}".encode()).decode()
            self._head += f"Authorization: Basic {credentials}\r\n"

    def request_head(self, body: PostedBody, *, keep: bool) -> bytes:
        """The head of one request. Raises ValueError for a content type that does not fit on its line."""
        if not body.content_type.isprintable():
            raise ValueError(f"{body.content_type!r} is not a content type")
        return (
            f"{self._head}Connection: {'keep-alive' if keep else 'close'}\r\n"
            f"Content-Type: {body.content_type}\r\nContent-Length: {len(body.content)}\r\n\r\n"
        ).encode("ascii")
