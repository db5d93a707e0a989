"""Why a TLS handshake failed, for the journal: the client itself gets no helpful message."""

import ssl

_UNTRUSTED = "the client does not trust the certificate; `fakefax ca` says how a program is told to"
_CURES = {
    "HTTP_REQUEST": "the client speaks plain HTTP on the port for HTTPS; use https://, or the port of HTTP",
    "HTTPS_PROXY_REQUEST": "the client takes the port for HTTPS for a proxy; point its URL there, not its proxy",
    "TLSV1_ALERT_UNKNOWN_CA": _UNTRUSTED,
    "SSLV3_ALERT_BAD_CERTIFICATE": _UNTRUSTED,
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": _UNTRUSTED,
    "UNSUPPORTED_PROTOCOL": "the client speaks a version of TLS that is out of use; it needs 1.2 or later",
}
"""By OpenSSL's own names of what went wrong."""


def handshake_error(error: OSError) -> str | None:
    """The reason in words; None for a client that has just gone, which is not a failure."""
    if not isinstance(error, ssl.SSLError) or isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return None
    name = error.reason or type(error).__name__
    return _CURES.get(name) or f"its TLS handshake failed: {name.replace('_', ' ').lower()}"
