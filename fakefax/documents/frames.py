"""The frames between a server and its workers: a JSON object and bytes, each with its length before it.

JSON and not pickle: a file that takes over a worker must not be able to run code in the server.
Its functions are bound when this module is imported, so that a test that patches them does not reach the server.
"""

import struct
from json import dumps, loads
from typing import Any, BinaryIO

_LENGTHS = struct.Struct("!II")

MAX_FIELDS_SIZE = 16 * 1024**2
MAX_CONTENT_SIZE = 2**31

HELLO = {"worker": "ready"}
"""The first frame of a worker, so that another program in its place is noticed."""


def write_frame(pipe: BinaryIO, fields: dict[str, Any], content: bytes = b"") -> None:
    """Send one frame. Raises OSError or ValueError when the other side has gone."""
    head = dumps(fields).encode()
    pipe.write(_LENGTHS.pack(len(head), len(content)) + head)
    pipe.write(content)
    pipe.flush()


def read_frame(pipe: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next frame, or None when the other side has gone or does not send frames."""
    lengths = pipe.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    head_size, content_size = _LENGTHS.unpack(lengths)
    if head_size > MAX_FIELDS_SIZE or content_size > MAX_CONTENT_SIZE:
        return None
    head, content = pipe.read(head_size), pipe.read(content_size)
    if len(head) < head_size or len(content) < content_size:
        return None
    fields = loads(head)
    return (fields, content) if isinstance(fields, dict) else None
