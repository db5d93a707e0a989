"""Pictures: the frames of a TIFF are its pages, every other picture is one page."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

from fakefax.documents.limits import MAX_PIXELS, NotConvertible, check_pages

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP")


def count_pages(content: bytes) -> int:
    """The pages of a picture. Raises NotConvertible for one that is broken, cut off or larger than can be."""
    with opened(content) as image:
        pages = check_pages(_frames(image), "the picture")
        for number in {0, pages - 1}:  # what is cut off lacks its end
            image.seek(number)
            _check_size(image)
            image.load()
        return pages


def first_frame(content: bytes) -> "Image":
    """The first page in plain colours."""
    with opened(content) as image:
        return _plain(image)


def as_pdf(content: bytes) -> bytes:
    """All pages as a PDF, the same bytes each time."""
    from time import gmtime  # noqa: PLC0415 (no reading of a clock: the beginning of all of them)

    out = BytesIO()
    with opened(content) as image:
        pages = [_frame(image, number) for number in range(_frames(image))]
    began = gmtime(0)
    pages[0].save(
        out, "PDF", save_all=True, append_images=pages[1:], resolution=200, creationDate=began, modDate=began
    )
    return out.getvalue()


@contextmanager
def opened(content: bytes) -> Iterator["Image"]:
    """The picture, its pixels not yet unpacked; whatever is wrong with it is a NotConvertible."""
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 (for who has pictures)

    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            _check_size(image)
            yield image
    except NotConvertible:
        raise
    except UnidentifiedImageError:
        raise NotConvertible("the file is called a picture and is none") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NotConvertible(f"the picture has more than {MAX_PIXELS} pixels") from None
    except Exception as error:  # a decoder can fail in every way there is
        raise NotConvertible(f"the picture is broken: {error}") from None


def _check_size(image: "Image") -> None:
    if image.width * image.height > MAX_PIXELS:
        raise NotConvertible(f"the picture has more than {MAX_PIXELS} pixels")


def _frames(image: "Image") -> int:
    return getattr(image, "n_frames", 1) if image.format == "TIFF" else 1


def _frame(image: "Image", number: int) -> "Image":
    if number:
        image.seek(number)
        _check_size(image)
    return _plain(image)


def _plain(image: "Image") -> "Image":
    """Grey or RGB, what is transparent on white."""
    from PIL import Image  # noqa: PLC0415 (for who has pictures)

    if image.mode in ("1", "L", "RGB"):
        return image.copy()
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    paper = Image.new("RGB", layer.size, "white")
    paper.paste(layer, mask=layer)
    return paper
