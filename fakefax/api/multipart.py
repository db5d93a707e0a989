"""Multipart bodies: text parts become fields, file parts uploads. A large file waits in a temporary file."""

import base64
import binascii
from collections.abc import Mapping
from contextlib import ExitStack
from io import FileIO
from typing import Any

from aiohttp import BodyPartReader, MultipartReader, StreamReader, hdrs, web
from msgspec import Struct

from fakefax.api.body import Gate, Share, check_length, is_packed, read_body, share_of, unpack
from fakefax.api.errors import BodyTooLarge, MalformedBody
from fakefax.core.errors import Refusal, StorageFull
from fakefax.values.unpatched import temporary_file

MAX_FIELDS = 1000
MAX_FIELD_BYTES = 64 * 1024

IN_MEMORY = 256 * 1024
"""Bytes of a file that is still arriving; a larger one goes to a temporary file."""


class UploadedFile(Struct, frozen=True):
    """A file part; its file name is as the client sent it."""

    filename: str
    content_type: str
    content: bytes


def one_line(error: Exception) -> str:
    """The text of an error, for a reason or a message."""
    return " ".join(str(error).split())


async def read_multipart(
    request: web.BaseRequest, limit: int, gate: Gate | None = None
) -> tuple[dict[str, Any], Mapping[str, UploadedFile]]:
    """The text parts and the files. Raises MalformedBody, another Refusal, or an error of the transfer.

    A client can break a multipart body in more ways than there are exceptions documented for.
    """
    check_length(request, limit)
    with share_of(gate) as share, ExitStack() as opened:
        parts = _Parts(limit, gate, share, opened)
        try:
            reader = await _reader(request, limit, share)
            async for part in reader:
                if not isinstance(part, BodyPartReader) or part.name is None:
                    raise MalformedBody("a multipart part has no name")
                await parts.take(part, part.name)
        except (Refusal, web.RequestPayloadError, ConnectionError):
            raise
        except Exception as error:
            if request.content.total_bytes == 0:
                return {}, {}
            raise MalformedBody(f"the multipart body is broken: {one_line(error)}") from None
        return parts.values, parts.files


async def _reader(request: web.BaseRequest, limit: int, share: Share) -> MultipartReader:
    if not is_packed(request):
        return await request.multipart()
    unpacked = StreamReader(request.protocol, limit)
    unpacked.feed_data(await read_body(request, limit, share))
    unpacked.feed_eof()
    return MultipartReader(request.headers, unpacked)


class _Kept:
    """The content of a part as far as it has arrived: in memory, and in a temporary file once it is large."""

    def __init__(self) -> None:
        self._memory = bytearray()
        self._file: FileIO | None = None

    def __enter__(self) -> "_Kept":
        return self

    def __exit__(self, *_: object) -> None:
        self._memory = bytearray()
        if self._file is not None:
            self._file.close()

    def write(self, chunk: bytes) -> None:
        """Raises OSError, such as for a full disk."""
        if self._file is None and len(self._memory) + len(chunk) > IN_MEMORY:
            self._file = temporary_file()
            _write(self._file, self._memory)
            self._memory = bytearray()
        if self._file is None:
            self._memory += chunk
        else:
            _write(self._file, chunk)

    def take(self) -> bytes:
        """All of it; nothing is kept any more."""
        if self._file is None:
            content = bytes(self._memory)
        else:
            self._file.seek(0)
            content = self._file.readall()
        self.__exit__()
        return content


def _write(file: FileIO, content: bytes | bytearray) -> None:
    """Write all of it: a file that is not buffered may take less at once."""
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]


class _Parts:
    """The fields and files that have been read of a body so far."""

    def __init__(self, limit: int, gate: Gate | None, share: Share, opened: ExitStack) -> None:
        self._limit = limit
        self._gate = gate
        self._share = share
        self._opened = opened
        self._read = 0
        self.values: dict[str, Any] = {}
        self.files: dict[str, UploadedFile] = {}

    async def take(self, part: BodyPartReader, name: str) -> None:
        """Read one part. A key is looked at when it comes, so that a file after it may not have to be read."""
        if part.filename is None:
            content = await self._content(part, MAX_FIELD_BYTES, MalformedBody)
            self.values[name] = content.decode("utf-8", "replace")
            if name == "api_key" and self._gate is not None:
                self._gate.admit(self.values[name], 0)
        else:
            content = await self._content(part, self._limit, BodyTooLarge)
            kind = part.headers.get(hdrs.CONTENT_TYPE, "application/octet-stream")
            self.files[name] = UploadedFile(part.filename, kind, content)
        if len(self.values) + len(self.files) > MAX_FIELDS:
            raise MalformedBody(f"the form has more than {MAX_FIELDS} fields")

    async def _content(self, part: BodyPartReader, most: int, refusal: type[Refusal]) -> bytes:
        """One part, decoded; all parts together keep to the limit of the body."""
        kept = self._opened.enter_context(_Kept())
        size = 0
        while chunk := await part.read_chunk():
            size += len(chunk)
            self._read += len(chunk)
            if size > most:
                raise refusal(f"the part {part.name!r} is longer than {most} bytes")
            if self._read > self._limit:
                raise BodyTooLarge(f"the parts of the body have more than {self._limit} bytes")
            self._share.take(len(chunk))
            try:
                kept.write(chunk)
            except OSError as error:
                raise StorageFull(f"the file could not be kept while it arrived: {one_line(error)}") from None
        return await self._decoded(part, kept.take(), most)

    async def _decoded(self, part: BodyPartReader, content: bytes, most: int) -> bytes:
        transfer = part.headers.get(hdrs.CONTENT_TRANSFER_ENCODING, "binary").strip().lower()
        if transfer == "base64":
            content = base64.b64decode(content)
        elif transfer == "quoted-printable":
            content = binascii.a2b_qp(content)
        elif transfer not in ("binary", "8bit", "7bit"):
            raise MalformedBody(f"the part {part.name!r} has transfer encoding {transfer}; send binary or base64")
        encoding = part.headers.get(hdrs.CONTENT_ENCODING, "identity").strip().lower()
        return content if encoding == "identity" else await unpack(content, encoding, most, self._share)
