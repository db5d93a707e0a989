"""The requests and responses of attempts, to be shown later; bounded for each sandbox."""

from collections import OrderedDict
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from fakefax.values.forms import FilePart, Form

KEPT_BYTES = 4 * 1024 * 1024
"""Bytes of all exchanges of a sandbox; what was used longest ago is dropped first."""

BODY_KEPT = 2048
"""Bytes of the body of a response that are kept."""

VALUE_KEPT = 2000
"""Characters of a field that a rule has changed."""

OVERHEAD = 300
"""Bytes that an exchange or a header takes beside its text, roughly."""

Fields = tuple[tuple[str, str], ...]


class Response(Struct, frozen=True, gc=False):
    """The response of an endpoint: its headers in their order, and the first bytes of the body."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    body_truncated: bool = False


class Exchange(Struct):
    """A request and its response, shared by all attempts at which both were the same.

    `head` is the request up to its body, empty when nothing of it was sent. `fields` are those of a form that a
    rule has changed; otherwise the callback's own were posted. `response` is None when no whole one came.
    """

    head: bytes
    fields: Fields | None
    response: Response | None
    dropped: bool = False

    def drop(self) -> None:
        """Let go of what takes memory."""
        self.head, self.fields, self.response, self.dropped = b"", None, None, True


class Exchanges:
    """The exchanges of one sandbox; equal ones are one. `limit` is in bytes."""

    def __init__(self, limit: int = KEPT_BYTES) -> None:
        self._limit = limit
        self._size = 0
        self._kept: OrderedDict[tuple[bytes, Fields | None, Response | None], Exchange] = OrderedDict()

    def __iter__(self) -> Iterator[Exchange]:
        """The exchanges that are kept, the one used longest ago first."""
        return iter(self._kept.values())

    def keep(self, head: bytes, fields: Fields | None, response: Response | None) -> Exchange | None:
        """The exchange of an attempt; None when there is nothing to show."""
        if not head and fields is None:
            return None
        if response is not None:
            undated = tuple([header for header in response.headers if header[0].lower() != b"date"])
            if len(undated) != len(response.headers):
                response = replace(response, headers=undated)
        key = (head, fields, response)
        exchange = self._kept.get(key)
        if exchange is None:
            exchange = self._kept[key] = Exchange(*key)
            self._size += _size(exchange)
            self._make_room()
        else:
            self._kept.move_to_end(key)
        return exchange

    def _make_room(self) -> None:
        while self._size > self._limit and self._kept:
            _, oldest = self._kept.popitem(last=False)
            self._size -= _size(oldest)
            oldest.drop()


def fields_of(form: Form) -> Fields:
    """The fields of a form as text."""
    return tuple((name, field_text(value)) for name, value in form.items())


def field_text(value: str | FilePart) -> str:
    """A value for a person: a file by its name and size, a long text by its beginning."""
    if isinstance(value, FilePart):
        return f"{value.filename}, {len(value.content)} bytes"
    return cut(value, VALUE_KEPT)


def cut(text: str, longest: int) -> str:
    """A text, or its beginning and how long it is."""
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text)} characters)"


def _size(exchange: Exchange) -> int:
    response = exchange.response or Response(0)
    pairs: tuple[tuple[str | bytes, str | bytes], ...] = (*(exchange.fields or ()), *response.headers)
    texts = sum(len(name) + len(value) + OVERHEAD for name, value in pairs)
    return OVERHEAD + len(exchange.head) + len(response.body) + texts
