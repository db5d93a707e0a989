"""Where a callback URL is: what to connect to, and the head of the requests that go there."""

import string
from base64 import b64encode
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from yarl import URL

from fakefax import __version__
from fakefax.values.forms import Body


class Endpoint(NamedTuple):
    """What is connected to. `name` is the URL's own host, which a certificate has to be for."""

    tls: bool
    host: str
    port: int
    name: str


class Place(NamedTuple):
    """An endpoint, and what every request for one URL there begins with."""

    endpoint: Endpoint
    head: str

    def request_head(self, body: Body, *, keep: bool) -> bytes:
        """The head of one request, which asks for the connection to be kept or says that it will be closed.

        Raises ValueError for a type of content that would not fit on its line.
        """
        if not body.content_type.isprintable():
            raise ValueError(f"{body.content_type!r} is no type of content")
        return (
            f"{self.head}Connection: {'keep-alive' if keep else 'close'}\r\n"
            f"Content-Type: {body.content_type}\r\nContent-Length: {len(body.content)}\r\n\r\n"
        ).encode("ascii")


def place_of(url: str, host_map: Mapping[str, str]) -> Place:
    """The place of a callback URL, whose host may really be elsewhere. Raises ValueError."""
    target = _as_url(url)
    host, port = target.raw_host or "", target.port
    if not host or port is None:
        raise ValueError("it has no host")
    really = host_map.get((target.host or "").lower(), host)
    head = (
        f"POST {target.raw_path_qs} HTTP/1.1\r\nHost: {target.host_port_subcomponent}\r\n"
        f"User-Agent: fakefax/{__version__}\r\nAccept: */*\r\n{_authorization(target)}"
    )
    return Place(Endpoint(target.scheme == "https", really, port, host.rstrip(".")), head)


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
