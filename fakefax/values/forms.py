"""The two encodings of a callback: a URL-encoded form, and multipart/form-data when a file is in it."""

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote_plus

from msgspec import Struct

_escaped_texts = lru_cache(maxsize=256)(quote_plus)
"""Receipts differ in little more than their ids, and escaping the rest anew was a third of what one costs here."""


class FilePart(Struct, frozen=True):
    """A file in a form, with the name and the type that it is announced with."""

    filename: str
    content_type: str
    content: bytes


Form = Mapping[str, str | FilePart]
"""Fields in the order in which they are posted."""


class PostedBody(Struct, frozen=True):
    """The bytes to post, and their content type."""

    content_type: str
    content: bytes


def url_encoded(form: Form) -> PostedBody:
    """A form without files as a browser posts it, in UTF-8."""
    fields = "&".join([f"{_escaped(name)}={_escaped(value)}" for name, value in form.items()])
    return PostedBody("application/x-www-form-urlencoded", fields.encode())


def _escaped(value: str | FilePart) -> str:
    """A name or value of such a form; an id would take the place of a text that comes again."""
    return value if isinstance(value, str) and value.isdecimal() and value.isascii() else _escaped_texts(value)


def multipart(form: Form, boundary: str) -> PostedBody:
    """A form with files (RFC 7578), in UTF-8. A boundary that occurs in the form is prolonged until it does not."""
    parts = [_head(name, value) + _content(value) for name, value in form.items()]
    while any(boundary.encode() in part for part in parts):
        boundary += "-"
    line = f"--{boundary}".encode()
    content = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"
    return PostedBody(f"multipart/form-data; boundary={boundary}", content)


def _head(name: str, value: str | FilePart) -> bytes:
    disposition = f'Content-Disposition: form-data; name="{_quoted(name)}"'
    if isinstance(value, FilePart):
        disposition += f'; filename="{_quoted(value.filename)}"\r\nContent-Type: {value.content_type}'
    return f"{disposition}\r\n\r\n".encode()


def _content(value: str | FilePart) -> bytes:
    return value.content if isinstance(value, FilePart) else value.encode()


def _quoted(name: str) -> str:
    """A name inside of quotes, escaped as browsers do it."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
