"""Request bodies: admitted first, then read and unpacked in pieces, within a limit.

All bodies that are being read share a budget, so that many clients at once cannot fill the memory or the disk.
"""

import zlib

from aiohttp import hdrs, web

from fakefax.api.errors import BodyTooLarge, MalformedBody, Unauthorized
from fakefax.core.real_time import breathe
from fakefax.sandbox.registry import Sandboxes
from fakefax.sandbox.uploads import UploadsInProgress

STEP = 256 * 1024
"""Bytes that are unpacked before other requests get their turn."""

WITHOUT_BUDGET = 64 * 1024
"""Bytes of a body that count for no budget; the number of connections bounds them."""

BODY_LIMIT = 1024 * 1024
"""Bytes of a request body that carries no file."""

AROUND_A_FILE = 64 * 1024
"""Bytes of a request body that uploads a file, beside the file itself."""

_WINDOW = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
_RAW_DEFLATE = -zlib.MAX_WBITS


class Gate:
    """Says before a body is read whether it is to be read, and how much of all bodies there may be.

    `takes_files` is whether the body may be a file, which then needs room in the sandbox.
    """

    def __init__(self, sandboxes: Sandboxes, *, takes_files: bool = False) -> None:
        self._sandboxes = sandboxes
        self._takes_files = takes_files
        self.uploads = sandboxes.files.in_progress

    def admit(self, api_key: str | None, size: int) -> None:
        """Raise a Refusal for an unknown key, or for a body of `size` bytes that its sandbox has no room for."""
        if not api_key:
            return  # it may be in the body
        found = self._sandboxes.find(api_key)
        if found is None:
            raise Unauthorized(self._sandboxes.why_unknown(api_key))
        if self._takes_files and size > AROUND_A_FILE:
            found[0].documents.check_room(size - AROUND_A_FILE)

    def admit_request(self, request: web.BaseRequest, api_key: str | None) -> None:
        """Likewise for the body of a request; `api_key` is that of its query.

        The key of a body beats that of a header, so a short body is read whatever a header says.
        """
        size = request.content_length or 0
        if api_key or size > BODY_LIMIT:
            self.admit(api_key or request.headers.get("api_key"), size)


class Share:
    """The part of the budget that one body has taken."""

    def __init__(self, uploads: UploadsInProgress | None) -> None:
        self._uploads = uploads
        self._free = WITHOUT_BUDGET
        self._taken = 0

    def take(self, size: int) -> None:
        """Count bytes that have arrived. Raises StorageFull when all bodies together are too large."""
        beyond = max(0, size - self._free)
        self._free -= size - beyond
        if beyond and self._uploads is not None:
            self._uploads.take(beyond)
            self._taken += beyond

    def __enter__(self) -> "Share":
        return self

    def __exit__(self, *_: object) -> None:
        if self._taken and self._uploads is not None:
            self._uploads.give_back(self._taken)
            self._taken = 0


def share_of(gate: Gate | None) -> Share:
    """A share for the body of one request; `with` gives it back when the body was read or its sender has gone."""
    return Share(gate.uploads if gate else None)


def check_length(request: web.BaseRequest, limit: int) -> None:
    """Raise BodyTooLarge for a body that says it is longer than that."""
    length = request.content_length
    if length is not None and length > limit:
        raise BodyTooLarge(f"the body has {length} bytes; the limit is {limit}")


def body_at_hand(request: web.BaseRequest, limit: int) -> bytes | None:
    """The body, if all of it has arrived and it is neither large nor compressed, as with most requests.

    None for any other, which `read_body` reads. A large one is more than WITHOUT_BUDGET.
    """
    length, content = request.content_length, request.content
    if length is None or length > limit or length > WITHOUT_BUDGET or hdrs.CONTENT_ENCODING in request.headers:
        return None
    return content.read_nowait() if content.is_eof() else None


async def read_body(request: web.BaseRequest, limit: int, share: Share) -> bytes:
    """The body, unpacked if it was compressed. Raises BodyTooLarge, MalformedBody or StorageFull."""
    check_length(request, limit)
    content = request.content
    unpacked = _Unpacked(request.headers[hdrs.CONTENT_ENCODING], limit) if is_packed(request) else None
    body = bytearray()
    while not content.at_eof():
        piece = content.read_nowait() if content.is_eof() else await content.readany()
        share.take(len(piece))
        if unpacked is not None:
            await unpacked.feed(piece, share)
        else:
            body += piece
            if len(body) > limit:
                raise BodyTooLarge(f"the body has more than {limit} bytes")
    return bytes(body) if unpacked is None else unpacked.whole()


def is_packed(request: web.BaseRequest) -> bool:
    """Whether the body is compressed as a whole."""
    return request.headers.get(hdrs.CONTENT_ENCODING, "identity").strip().lower() not in ("", "identity")


async def unpack(data: bytes, encoding: str, limit: int, share: Share) -> bytes:
    """The decompressed body. Raises BodyTooLarge, MalformedBody or StorageFull."""
    unpacked = _Unpacked(encoding, limit)
    await unpacked.feed(data, share)
    return unpacked.whole()


class _Unpacked:
    """A compressed body: unpacked step by step, and not further than its limit."""

    def __init__(self, encoding: str, limit: int) -> None:
        self._encoding = encoding.strip().lower()
        if self._encoding not in _WINDOW:
            raise MalformedBody(f"the body has content encoding {encoding}; send gzip, deflate or none")
        self._limit = limit
        self._body = bytearray()
        self._stream: zlib._Decompress | None = None

    async def feed(self, data: bytes, share: Share) -> None:
        """Unpack a piece."""
        while data:
            if self._stream is None:
                raw = self._encoding == "deflate" and data[0] & 0x0F != zlib.DEFLATED
                self._stream = zlib.decompressobj(_RAW_DEFLATE if raw else _WINDOW[self._encoding])
            try:
                piece = self._stream.decompress(data, STEP)
            except zlib.error as error:
                raise MalformedBody(f"the body is not {self._encoding}: {error}") from None
            if self._stream.unused_data:
                raise MalformedBody(f"the body has bytes after the end of its {self._encoding}")
            share.take(len(piece))
            self._body += piece
            if len(self._body) > self._limit:
                raise BodyTooLarge(f"the body has more than {self._limit} bytes, unpacked")
            data = self._stream.unconsumed_tail
            if data:
                await breathe()

    def whole(self) -> bytes:
        """All of it."""
        if self._stream is not None and not self._stream.eof:
            raise MalformedBody(f"the body is not {self._encoding}: its end is missing")
        return bytes(self._body)
