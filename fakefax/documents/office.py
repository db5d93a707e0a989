"""Office files: as many pages as they declare, else one. Nothing of them is rendered.

A pattern looks for one number in the first megabyte of a part. No XML parser is used, so entities cannot expand.
"""

import re
from io import BytesIO
from typing import TYPE_CHECKING

from fakefax.documents.limits import DEFAULT_FILE_LIMITS, FileLimits, NotConvertible

if TYPE_CHECKING:
    from zipfile import ZipFile

MAX_MEMBER = 1024 * 1024
"""Bytes of a part of a file that are read, unpacked."""

_MARKS = ("[Content_Types].xml", "mimetype")
_APP = re.compile(rb"<(?:\w+:)?(?:Pages|Slides)>\s*([0-9]{1,9})\s*<")
_META = re.compile(rb"\bmeta:(?:page|table)-count\s*=\s*[\"']([0-9]{1,9})[\"']")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_RTF = re.compile(rb"\\nofpages([0-9]{1,9})")


def zipped_pages(content: bytes, limits: FileLimits = DEFAULT_FILE_LIMITS) -> int:
    """The pages of a docx or odt, the slides of a pptx, the sheets of an xlsx or ods.

    Raises NotConvertible for another kind of file.
    """
    from zipfile import ZipFile  # noqa: PLC0415 (with the first such file)

    try:
        with ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            if not any(mark in names for mark in _MARKS):
                raise NotConvertible("the file is a zip archive and no document")
            sheets = sum(1 for name in names if _SHEET.fullmatch(name))
            declared = _declared(archive, "docProps/app.xml", _APP) or _declared(archive, "meta.xml", _META)
            return limits.check_pages(sheets or declared or 1, "the file")
    except (NotConvertible, MemoryError):
        raise
    except Exception as error:  # a broken archive fails in many ways, and in other ones in every version
        raise NotConvertible(f"the file is broken: {error}") from None


def _declared(archive: "ZipFile", name: str, number: re.Pattern[bytes]) -> int | None:
    """The content of a part; None if it does not exist, or is longer than any real one."""
    if name not in archive.namelist() or archive.getinfo(name).file_size > MAX_MEMBER:
        return None
    with archive.open(name) as part:
        return _number(number, part.read(MAX_MEMBER))


def other_pages(content: bytes, limits: FileLimits = DEFAULT_FILE_LIMITS) -> int:
    """The pages that an RTF file declares; one for all others."""
    return limits.check_pages(_number(_RTF, content[:MAX_MEMBER]) or 1, "the file")


def _number(pattern: re.Pattern[bytes], content: bytes) -> int | None:
    found = pattern.search(content)
    return int(found.group(1)) if found else None
