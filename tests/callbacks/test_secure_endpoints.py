"""HTTPS callback URLs: certificates that are trusted, and the reasons for those that are not."""

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import trustme

from fakefax.callbacks import connection
from tests.callbacks.attempts import KEEPS, Run, post, reported
from tests.callbacks.endpoints import DEADLINE, RawEndpoint, raw_endpoint, read_request

OK = (200, None)


@contextmanager
def secure_endpoint(authority: trustme.CA, name: str) -> Iterator[RawEndpoint]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)

    def shake_hands(connection: socket.socket) -> None:
        try:
            with context.wrap_socket(connection, server_side=True) as wrapped:
                while read_request(wrapped):
                    wrapped.sendall(KEEPS)
        except (ssl.SSLError, ConnectionError):
            pass

    with raw_endpoint(shake_hands) as endpoint:
        yield endpoint


def test_a_certificate_has_to_be_for_the_urls_own_host(run: Run, monkeypatch: pytest.MonkeyPatch):
    """A mapped host is asked for the certificate of the name in the URL; any other fails the attempt with why."""
    authority = trustme.CA()
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    monkeypatch.setattr(connection, "_context", lambda: trusting)
    with secure_endpoint(authority, "app.invalid") as endpoint:
        port = endpoint.server_address[1]
        host_map = {"app.invalid": "127.0.0.1", "other.invalid": "127.0.0.1"}
        urls = [f"https://{name}.invalid:{port}/" for name in ("app", "app", "other")]
        *good, bad = post(run, *urls, host_map=host_map)
    assert reported(*good) == [OK, OK]
    assert str(bad.failure).startswith("TLS failed: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: ")
    assert "other.invalid" in str(bad.failure)
    assert endpoint.connections == 2


def test_an_authority_that_nobody_knows_fails_the_attempt(run: Run):
    """A certificate of an authority that this machine does not trust: the reason says so."""
    with secure_endpoint(trustme.CA(), "localhost") as endpoint:
        (answer,) = post(run, f"https://localhost:{endpoint.server_address[1]}/")
    assert str(answer.failure).startswith("TLS failed: [SSL: CERTIFICATE_VERIFY_FAILED]")


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (b"plain", r"TLS failed: \[SSL: WRONG_VERSION_NUMBER\] wrong version number .*"),
        (b"", r"cannot connect to 127\.0\.0\.1:\d+: the connection was closed"),
        (None, r"no answer within 0\.2s"),
    ],
)
def test_an_https_url_of_who_speaks_no_tls(run: Run, says: bytes | None, why: str):
    """The handshake fails, at the latest when the time of the attempt is over, and leaves nothing open."""
    ended = threading.Event()

    def speaks_no_tls(connection: socket.socket) -> None:
        connection.recv(65536)
        if says is None:
            while connection.recv(65536):
                pass
        else:
            connection.sendall(says)
        ended.set()

    with raw_endpoint(speaks_no_tls) as endpoint:
        (answer,) = post(run, endpoint.url.replace("http:", "https:"), timeout=0.2 if says is None else DEADLINE)
        assert ended.wait(DEADLINE)
    assert re.fullmatch(why, str(answer.failure)), answer.failure
