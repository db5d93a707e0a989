"""The server's TLS context, and why a handshake failed."""

import ssl
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from fakefax.server.tls.private_files import TlsError, temporary_file


class TlsOptions(Struct, frozen=True):
    """The port of HTTPS, and the certificate: the user's, or one of the authority in `folder`."""

    folder: Path
    port: int = 8443
    hosts: tuple[str, ...] = ()
    certificate: Path | None = None
    key: Path | None = None


def server_context(options: TlsOptions, now: datetime) -> ssl.SSLContext:
    """A context with the certificate of the options. Raises TlsError naming what cannot be used."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["http/1.1"])
    if options.certificate is not None or options.key is not None:
        if options.certificate is None:
            raise TlsError("--tls-key goes with --tls-cert")
        _load(context, options.certificate, options.key)
        return context
    from fakefax.server.tls.authority import Authority  # noqa: PLC0415 (only for HTTPS with its certificate)

    pem = Authority(options.folder).server_pem(options.hosts, now)
    # The very certificate that was just checked: the file may be another server's by now.
    file = temporary_file(options.folder / "private", pem)
    try:
        _load(context, file, None)
    finally:
        file.unlink()
    return context


def _load(context: ssl.SSLContext, certificate: Path, key: Path | None) -> None:
    for path in (certificate, key):
        if path is not None:
            try:
                path.open("rb").close()
            except OSError as error:
                raise TlsError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        context.load_cert_chain(certificate, key, password=_refuse_password)
    except _Encrypted:
        raise TlsError(f"{key or certificate}: the key has a password; give one without") from None
    except ssl.SSLError as error:
        where = f"{certificate} and {key}" if key else f"{certificate} (without --tls-key it has the key too)"
        raise TlsError(f"{where}: no certificate with its key: {_reason(error)}") from None


def _reason(error: ssl.SSLError) -> str:
    return (error.reason or "no PEM was found").replace("_", " ").lower()


class _Encrypted(Exception):
    pass


def _refuse_password() -> str:
    """Rather than to ask for it at the terminal of a server."""
    raise _Encrypted


_UNTRUSTED = "the client does not trust the certificate; `fakefax ca` shows how to make it trust it"
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
    """The reason in words; None for a client that has only disconnected, which is not a failure."""
    if not isinstance(error, ssl.SSLError) or isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return None
    name = error.reason or type(error).__name__
    return _CURES.get(name) or f"its TLS handshake failed: {name.replace('_', ' ').lower()}"
