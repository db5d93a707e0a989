"""Pictures: each frame of a TIFF is a page, every other picture is one page."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

from fakefax.documents.limits import DEFAULT_FILE_LIMITS, FileLimits, NotConvertible

if TYPE_CHECKING:
    from PIL.Image import Image


FORMATS = ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP")

STRIP_PIXELS = 4_000_000
"""Pixels that are converted at once, so that a large picture is in memory once and not three times."""

OUT_OF_MEMORY = "out of memory"
"""Part of Pillow's message when a decoder could not get memory."""


def count_pages(content: bytes, limits: FileLimits = DEFAULT_FILE_LIMITS) -> int:
    """The pages of a picture. Raises NotConvertible for one that is broken, cut off or too large."""
    with opened(content, limits) as image:
        pages = limits.check_pages(_frames(image, content, limits), "the picture")
        for number in {0, pages - 1}:  # a picture that was cut off lacks its end
            _load(image, number, limits)
        return pages


def page(content: bytes, number: int, longest_side: int, limits: FileLimits = DEFAULT_FILE_LIMITS) -> "Image":
    """Page `number`, counted from 1, in grey or RGB and at most about `longest_side` pixels a side."""
    with opened(content, limits) as image:
        if number == 1:
            image.draft("RGB", (longest_side, longest_side))  # a JPEG is then unpacked at a fraction of its size
        _load(image, number - 1, limits)
        return _reduced(image, longest_side)


def as_pdf(content: bytes, limits: FileLimits = DEFAULT_FILE_LIMITS) -> bytes:
    """All pages as a PDF, the same bytes each time. One page at a time is in memory."""
    from time import gmtime  # noqa: PLC0415 (does not read a clock: formats the beginning of time)

    out, began = BytesIO(), gmtime(0)
    with opened(content, limits) as image:
        for number in range(_frames(image, content, limits)):
            _load(image, number, limits)
            _plain(image).save(out, "PDF", append=number > 0, resolution=200, creationDate=began, modDate=began)
            if out.tell() > limits.memory // 4:
                raise NotConvertible("the picture becomes a PDF that is larger than a received fax can be")
    return out.getvalue()


@contextmanager
def opened(content: bytes, limits: FileLimits = DEFAULT_FILE_LIMITS) -> Iterator["Image"]:
    """The picture, its pixels not yet unpacked. Raises NotConvertible for whatever is wrong with it."""
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 (only when there is a picture)

    Image.MAX_IMAGE_PIXELS = None  # `limits` has the limit, and it may be larger than Pillow's own
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of strange files; they are converted or refused here
            with Image.open(BytesIO(content), formats=FORMATS) as image:
                limits.check_picture(image.width, image.height)
                yield image
    except (NotConvertible, MemoryError):
        raise
    except UnidentifiedImageError:
        raise NotConvertible("the file is named as a picture, but has another format") from None
    except Exception as error:  # a decoder can fail in every way there is
        if OUT_OF_MEMORY in str(error):
            raise MemoryError from None
        raise NotConvertible(f"the picture is broken: {error}") from None


def _frames(image: "Image", content: bytes, limits: FileLimits) -> int:
    return count_directories(content, limits) if image.format == "TIFF" else 1


def _load(image: "Image", number: int, limits: FileLimits) -> None:
    """Unpack a frame, counted from 0."""
    if number:
        image.seek(number)
        limits.check_picture(image.width, image.height)
    image.load()


def _reduced(image: "Image", longest_side: int) -> "Image":
    """The picture in plain colours, made smaller strip by strip."""
    from PIL import Image  # noqa: PLC0415 (only when there is a picture)

    factor = max(1, max(image.size) // longest_side)
    rows = factor * max(1, STRIP_PIXELS // (image.width * factor))
    strips = [
        (top // factor, _reduced_strip(image, top, min(top + rows, image.height), factor))
        for top in range(0, image.height, rows)
    ]
    if len(strips) == 1:
        small = strips[0][1]
    else:
        width, height = (-(-side // factor) for side in image.size)
        small = Image.new(strips[0][1].mode, (width, height))
        for top, strip in strips:
            small.paste(strip, (0, top))
    small.thumbnail((longest_side, longest_side))
    return small


def _reduced_strip(image: "Image", top: int, bottom: int, factor: int) -> "Image":
    strip = _plain(image.crop((0, top, image.width, bottom)))
    strip = strip.convert("L") if strip.mode == "1" else strip
    return strip.reduce(factor) if factor > 1 else strip


def _plain(image: "Image") -> "Image":
    """Black and white, grey or RGB; what is transparent becomes white."""
    from PIL import Image  # noqa: PLC0415 (only when there is a picture)

    if image.mode in ("1", "L", "RGB"):
        return image.copy()
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    paper = Image.new("RGB", layer.size, "white")
    paper.paste(layer, mask=layer)
    return paper


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
