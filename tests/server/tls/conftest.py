"""A `fakefax serve --tls` and the ways in which fax.to comes to point at it."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.processes import Serving, serving

VENDOR = ("fax.to", "api.fax.to")


class Secure(NamedTuple):
    """Where HTTPS is served, and the certificate of its authority."""

    port: int
    authority: Path
    folder: Path


def secure_port(server: Serving) -> int:
    """The port for HTTPS, as the server says it at its start."""
    while not (line := server.stdout.next()).strip().startswith("https"):
        pass
    return int(line.split()[1].rpartition(":")[2])


@pytest.fixture(scope="session")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secure]:
    folder = tmp_path_factory.mktemp("state") / "tls"
    flags = ("--tls", "--tls-port", "0", "--tls-dir", str(folder), "--tls-host", "app.test")
    with serving(*flags, "--rate", "0", "--balance", "1000") as server:
        yield Secure(secure_port(server), folder / "authority.pem", folder)


@pytest.fixture
def vendor_is_here(secure: Secure, monkeypatch: pytest.MonkeyPatch) -> Secure:
    """Let the vendor's names, and app.test and other.test, mean the server, on its port for 443."""
    look_up = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        if host in (*VENDOR, "app.test", "other.test") and int(port) == 443:
            host, port = "127.0.0.1", secure.port
        return look_up(host, port, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return secure
