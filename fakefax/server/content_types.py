"""A request with several Content-Type headers: the one that fits the body counts, as for the Android SDK.

aiohttp refuses such a request, so the others are taken out of its head before aiohttp reads it. Only a head that
arrives in one piece is mended; another is refused as before.
"""

import re

MAX_HEAD = 64 * 1024
"""Bytes of a head that are looked through."""

_REQUEST_LINE = rb"[A-Z]+ [^\r\n ]+ HTTP/1\.[01]\r\n"
_TYPE = rb"(?i)\r\ncontent-type:[ \t]*([^\r\n]*)"
_HAS_BODY = rb"(?i)\r\n(?:transfer-encoding:|content-length:[ \t]*0*[1-9])"
_CHUNKED = rb"(?i)\r\ntransfer-encoding:[^\r\n]*chunked"
_SAYS_NOTHING = rb"(?i)\r\n(?:expect|content-encoding):"
"""The client waits before it sends the body, or the body cannot be read as it is."""


def with_one_content_type(data: bytes) -> bytes | None:
    """The bytes of a request that has begun to arrive, with one Content-Type header at most.

    None if the body says which of several headers is right, and none of it has arrived yet.
    """
    if data[:MAX_HEAD].lower().count(b"\ncontent-type:") < 2 or re.match(_REQUEST_LINE, data) is None:
        return data
    end = data.find(b"\r\n\r\n", 0, MAX_HEAD)
    head = data[:end]
    found = list(re.finditer(_TYPE, head)) if end > 0 else []
    if len(found) < 2:
        return data
    body = data[end + 4 :]
    if re.search(_HAS_BODY, head) is None or re.search(_SAYS_NOTHING, head) is not None:
        kept = 0
    else:
        content = body.partition(b"\r\n")[2] if re.search(_CHUNKED, head) is not None else body
        if not content:
            return None
        kept = _that_fits([match[1].lower() for match in found], content)
    for index, match in reversed(list(enumerate(found))):
        if index != kept:
            head = head[: match.start()] + head[match.end() :]
    return head + b"\r\n\r\n" + body


def _that_fits(types: list[bytes], content: bytes) -> int:
    """The index of the type that fits a body, by how it begins; 0 if none fits."""
    if content.lstrip()[:1] in (b"{", b"["):
        wanted = [b"json" in kind for kind in types]
    elif content.startswith(b"--"):
        wanted = [kind.startswith(b"multipart/") for kind in types]
    else:
        wanted = [b"json" not in kind and not kind.startswith(b"multipart/") for kind in types]
    return wanted.index(True) if True in wanted else 0
