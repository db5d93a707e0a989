"""URLs: which ones can be called back, and what must be masked in a log: keys, passwords and tokens."""

import re
from urllib.parse import urlsplit

EXPECTED = "an http or https URL such as http://localhost:8000/faxto"


def check_callback_url(url: object) -> str:
    """The URL as it is. Raises ValueError naming it unless it is http or https with a host."""
    if not isinstance(url, str):
        raise ValueError(f"{url!r} is not {EXPECTED}")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port or an IPv6 address that is none
        usable = False
    if not usable or any(char <= " " or char == "\x7f" for char in url):
        raise ValueError(f"{url!r} is not {EXPECTED}")
    if any(char in "${}<>" for char in str(parts.hostname)):
        raise ValueError(f"{url!r} has a placeholder where its host should be; give {EXPECTED}")
    return url


_NUMERIC_LABEL = r"[0-9]+|0[xX][0-9A-Fa-f]*"


def check_spelling(host: str) -> None:
    """Raise ValueError for a host that a resolver may take for an IPv4 address and that is not written as one.

    `127.1`, `0x7f000001` and `2130706433` are this machine to some programs, and names to others.
    """
    if ":" not in host and re.fullmatch(_NUMERIC_LABEL, host.rstrip(".").rpartition(".")[2]):
        from ipaddress import IPv4Address  # noqa: PLC0415 (only for a host in numbers)

        try:
            IPv4Address(host)
        except ValueError:
            raise ValueError(f"{host} is not a canonical IPv4 address") from None


def is_loopback(host: str) -> bool:
    """Whether a host, as a URL or an option has it, is this machine by its own name."""
    return host.lower().removesuffix(".") in ("localhost", "::1") or host.startswith("127.")


def localhost_hint(host: str) -> str | None:
    """Advice for a callback URL with localhost in a container; None for another host."""
    if not is_loopback(host):
        return None
    return (
        f"{host} is the container that fakefax runs in; if your program is elsewhere, use its service name, or "
        f"host.docker.internal for a program on the host, or start with "
        f"--callback-host-map {host}=host.docker.internal"
    )


MASK = "***"

PASSWORDS = ("password", "passwd", "secret", "token")
"""Parts of names of parameters whose values are not shown at all."""

_USER = r"(?<=://)[^\s/@\"'?#]+(?=@)"
_FIELD = (
    r"(?i)([?&;](?:api_?key|key|(?:access_|auth_)?token|(?:client_)?secret|passw(?:or)?d|pwd|auth|sig(?:nature)?)=)"
    r"[^&;\s\"'#]+?(?=:?(?:[&;\s\"'#]|$))"
)


def is_secret_name(name: str) -> bool:
    """Whether a parameter of this name holds a secret that is not shown at all."""
    plain = name.lower()
    return any(part in plain for part in PASSWORDS)


def masked_key(key: str) -> str:
    """The beginning of a key: enough to recognise a known key, and too little to use it."""
    return f"{key[:3] if len(key) > 3 else ''}..."


def without_key(text: str, key: str) -> str:
    """A text that was written elsewhere, without this key and without secrets in its URLs."""
    return masked_urls(text.replace(key, masked_key(key)) if key else text)


def masked_urls(text: str) -> str:
    """The text, without what its URLs have before an @, and without the values of fields such as api_key."""
    if "://" not in text:
        return text
    return re.sub(_FIELD, rf"\1{MASK}", re.sub(_USER, MASK, text))
