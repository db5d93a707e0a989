"""The number of pages of a TIFF, read from its chain of directories. Nothing is unpacked."""

import struct

from fakefax.documents.limits import FileLimits, NotConvertible


def count_directories(content: bytes, limits: FileLimits) -> int:
    """Count the directories, each of which is a page. Stops at the limit and where the chain goes in a circle.

    Raises NotConvertible for too many, and for a chain that leads out of the file.
    """
    order = "<" if content[:2] == b"II" else ">"
    big = content[2:4] in (b"\x2b\0", b"\0\x2b")
    offset_format, count_format, entry = (f"{order}Q", f"{order}Q", 20) if big else (f"{order}I", f"{order}H", 12)
    offset_size, count_size = struct.calcsize(offset_format), struct.calcsize(count_format)
    seen: set[int] = set()
    try:
        (at,) = struct.unpack_from(offset_format, content, 8 if big else 4)
        while at and at not in seen:
            seen.add(at)
            if len(seen) > limits.pages:
                raise limits.too_many_pages("the picture")
            (entries,) = struct.unpack_from(count_format, content, at)
            following = at + count_size + entries * entry
            if following + offset_size > len(content):
                # Some writers leave out the offset after the last directory.
                break
            (at,) = struct.unpack_from(offset_format, content, following)
    except struct.error:
        raise NotConvertible("the picture is broken: its directories lead out of the file") from None
    return len(seen)
