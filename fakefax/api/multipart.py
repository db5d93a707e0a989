"""Multipart bodies: text parts become fields, file parts uploads."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from aiohttp import BodyPartReader, web

from fakefax.api.errors import BodyTooLarge, MalformedBody
from fakefax.core.errors import Refusal

MAX_FIELDS = 1000
MAX_FIELD_BYTES = 64 * 1024


class UploadedFile(NamedTuple):
    """A file part, with the file name as it was sent: whatever a client writes there."""

    filename: str
    content_type: str
    content: bytes


def one_line(error: Exception) -> str:
    """What an error says, for a reason or a message."""
    return " ".join(str(error).split())


async def read_multipart(request: web.BaseRequest, limit: int) -> tuple[dict[str, Any], Mapping[str, UploadedFile]]:
    """The text parts and the files; what a foreign client can break in a multipart body is too much to name.

    Raises MalformedBody, BodyTooLarge, or an error of the transfer.
    """
    parts = _Parts(limit)
    try:
        reader = await request.multipart()
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


class _Parts:
    """What has been read of a body so far."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._read = 0
        self.values: dict[str, Any] = {}
        self.files: dict[str, UploadedFile] = {}

    async def take(self, part: BodyPartReader, name: str) -> None:
        if part.filename is None:
            content = await self._content(part, MAX_FIELD_BYTES, MalformedBody)
            self.values[name] = content.decode("utf-8", "replace")
        else:
            content = await self._content(part, self._limit, BodyTooLarge)
            kind = part.headers.get("Content-Type", "application/octet-stream")
            self.files[name] = UploadedFile(part.filename, kind, content)
        if len(self.values) + len(self.files) > MAX_FIELDS:
            raise MalformedBody(f"the form has more than {MAX_FIELDS} fields")

    async def _content(self, part: BodyPartReader, most: int, refusal: type[Refusal]) -> bytes:
        """One part, decoded; all parts together keep to the limit of the body."""
        data = bytearray()
        while chunk := await part.read_chunk():
            data += chunk
            self._read += len(chunk)
            if len(data) > most:
                raise refusal(f"the part {part.name!r} is longer than {most} bytes")
            if self._read > self._limit:
                raise BodyTooLarge(f"the parts of the body have more than {self._limit} bytes")
        return bytes(part.decode(bytes(data)))
