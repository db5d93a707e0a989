"""TLS handshakes that fail: the client hears nothing that would help it, so the journal has to."""

import asyncio
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
"""Told why a handshake failed."""

FOLDED_FOR = 10.0
"""Real seconds whose failures for one reason are told as one, after the first, not to fill the journal."""


class Folded:
    """Tells the first failure for a reason at once, and those after it as a number, until none comes any more."""

    def __init__(self, tell: Tell, seconds: float = FOLDED_FOR) -> None:
        self._tell = tell
        self._seconds = seconds
        self._more: dict[str, int] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def __call__(self, reason: str) -> None:
        if reason in self._more:
            self._more[reason] += 1
        else:
            self._begin(reason)
            self._tell(reason)

    def _begin(self, reason: str) -> None:
        self._more[reason] = 0
        self._timers[reason] = asyncio.get_running_loop().call_later(self._seconds, self._end, reason)

    def _end(self, reason: str) -> None:
        del self._timers[reason]
        if more := self._more.pop(reason):
            self._begin(reason)
            self._tell(f"{reason} ({more} more in {self._seconds:g}s)")

    def close(self) -> None:
        """Tell nothing more."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._more.clear()


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
