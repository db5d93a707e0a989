"""The frames between a server and its workers: a JSON object and bytes, each with its length before it.

JSON and not pickle: a file that takes over a worker must not be able to run code in the server.
Each side writes and reads the object with a library of its own: a server with msgspec, which no test patches, and a
worker with Python's.
"""

import struct
from typing import BinaryIO

_LENGTHS = struct.Struct("!II")

MAX_FIELDS_SIZE = 16 * 1024**2
MAX_CONTENT_SIZE = 2**31

HELLO = b'{"worker": "ready"}'
"""The first frame of a worker, so that another program in its place is noticed."""


def write_frame(pipe: BinaryIO, head: bytes, content: bytes = b"") -> None:
    """Send one frame. Raises OSError or ValueError when the other side has gone."""
    pipe.write(_LENGTHS.pack(len(head), len(content)) + head)
    pipe.write(content)
    pipe.flush()


def read_frame(pipe: BinaryIO) -> tuple[bytes, bytes] | None:
    """The JSON and the bytes of the next frame, or None when the other side has gone or does not send frames."""
    lengths = pipe.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    head_size, content_size = _LENGTHS.unpack(lengths)
    if head_size > MAX_FIELDS_SIZE or content_size > MAX_CONTENT_SIZE:
        return None
    head, content = pipe.read(head_size), pipe.read(content_size)
    if len(head) < head_size or len(content) < content_size:
        return None
    return head, content
