"""TLS handshakes that fail: the client hears nothing that would help it, so the journal has to."""

import ssl
from collections.abc import Callable

_UNTRUSTED = "the client does not trust the certificate; `fakefax ca` says how a program is told to"
_CURES = {
    "HTTP_REQUEST": "the client speaks plain HTTP on the port for HTTPS; use https://, or the port of HTTP",
    "HTTPS_PROXY_REQUEST": "the client takes the port for HTTPS for a proxy; point its URL there, not its proxy",
    "TLSV1_ALERT_UNKNOWN_CA": _UNTRUSTED,
    "SSLV3_ALERT_BAD_CERTIFICATE": _UNTRUSTED,
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": _UNTRUSTED,
    "UNSUPPORTED_PROTOCOL": "the client speaks no TLS that is still in use; it needs 1.2 or later",
}
"""By OpenSSL's own names of what went wrong."""

Tell = Callable[[str], None]
"""Told why each handshake failed."""


def tell_failures(context: ssl.SSLContext, tell: Tell) -> None:
    """Let every handshake of a server's context that fails be told. Who says nothing and goes is no failure."""

    class Told(ssl.SSLObject):
        def do_handshake(self) -> None:
            try:
                super().do_handshake()
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
                raise
            except ssl.SSLError as error:
                tell(_why(error))
                raise

    context.sslobject_class = Told


def _why(error: ssl.SSLError) -> str:
    name = error.reason or type(error).__name__
    return _CURES.get(name) or f"its TLS handshake failed: {name.replace('_', ' ').lower()}"
