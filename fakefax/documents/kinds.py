"""The kind of a file: by its first bytes, and by its name where those leave it open."""

from enum import Enum, auto

from fakefax.documents.limits import NotConvertible


class FileKind(Enum):
    """The kinds of file that are converted, each in its own way."""

    PDF = auto()
    IMAGE = auto()
    TEXT = auto()
    ZIPPED_OFFICE = auto()
    OTHER_OFFICE = auto()


IMAGES = frozenset({"png", "jpg", "jpeg", "gif", "tif", "tiff", "bmp", "webp"})
ZIPPED = frozenset({"docx", "docm", "dotx", "xlsx", "xlsm", "pptx", "pptm", "ppsx", "odt", "ods", "odp", "odg"})
OTHER = frozenset({"doc", "dot", "xls", "ppt", "pps", "rtf", "htm", "html", "wpd", "pub", "vsd"})

PDF_HEAD = 1024
"""Bytes within which a PDF says that it is one."""

_IMAGE_HEADS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"BM")
_OLE_HEAD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_NOT_IN_TEXT = bytes(set(range(32)) - set(b"\t\n\r\f\v\b\x1b\x1a"))


def kind_of(content: bytes, filename: str) -> FileKind:
    """The kind of a file. Raises NotConvertible if it cannot be faxed, or is not what its name says."""
    if not content:
        raise NotConvertible("the file is empty")
    extension = filename.rpartition(".")[2].lower()
    kind = _by_content(content, extension)
    if kind is not None:
        return kind
    if extension == "pdf" or extension in IMAGES | ZIPPED:
        raise NotConvertible(f"the file is named .{extension}, but has another format")
    if extension in OTHER:
        return FileKind.OTHER_OFFICE
    if _is_text(content):
        return FileKind.TEXT
    raise NotConvertible("the file is of no format that can be faxed")


def _by_content(content: bytes, extension: str) -> FileKind | None:
    if b"%PDF-" in content[:PDF_HEAD]:
        return FileKind.PDF
    if content.startswith(_IMAGE_HEADS) and not (content.startswith(b"BM") and extension not in IMAGES):
        return FileKind.IMAGE
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return FileKind.IMAGE
    if content.startswith(b"PK\x03\x04"):
        return FileKind.ZIPPED_OFFICE
    if content.startswith(_OLE_HEAD):
        if extension in ZIPPED:
            raise NotConvertible(f"the .{extension} file is protected by a password, or has another format")
        return FileKind.OTHER_OFFICE
    return FileKind.OTHER_OFFICE if content.startswith(b"{\\rtf") else None


def _is_text(content: bytes) -> bool:
    """Any encoding will do; bytes that no text has will not."""
    return content.startswith(_BOMS) or len(content.translate(None, _NOT_IN_TEXT)) == len(content)
