"""Which URLs can be called back."""

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
    return url
