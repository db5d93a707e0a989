"""What must not be read in a log: keys, and the passwords and tokens in URLs."""

import re

MASK = "***"

_USER = re.compile(r"(?<=://)[^\s/@\"'?#]+(?=@)")
_FIELD = re.compile(
    r"([?&;](?:api_?key|key|(?:access_|auth_)?token|(?:client_)?secret|passw(?:or)?d|pwd|auth|sig(?:nature)?)=)"
    r"[^&;\s\"'#]+?(?=:?(?:[&;\s\"'#]|$))",
    re.IGNORECASE,
)


def masked_key(key: str) -> str:
    """A key that can be recognised by who knows it, and not used by who does not."""
    return f"{key[:3] if len(key) > 3 else ''}..."


def masked_urls(text: str) -> str:
    """The text, without what its URLs have before an @, and without the values of fields such as api_key."""
    if "://" not in text:
        return text
    return _FIELD.sub(rf"\1{MASK}", _USER.sub(MASK, text))
