"""Small files that cost a decoder much: each is valid enough to be taken, and takes minutes or gigabytes."""

import struct
import zlib
from collections.abc import Sequence

MEGABYTE = 1 << 20
ADLER = 65521
"""The prime of zlib's checksum."""


def repeated(piece: bytes, times: int, rest: bytes = b"") -> bytes:
    """As zlib packs so many of a piece, one after another, and a rest; but only one of them has to be packed."""
    pack = zlib.compressobj(9)
    packed_piece = pack.compress(piece) + pack.flush(zlib.Z_FULL_FLUSH)
    sums = zlib.adler32(piece)
    one, other = 1, 0
    for _ in range(times):
        other = (other + (sums >> 16) + (one - 1) * len(piece)) % ADLER
        one = (one + (sums & 0xFFFF) - 1) % ADLER
    last = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    end = last.compress(rest) + last.flush()
    head, again = packed_piece[:2], packed_piece[2:]
    return head + again * times + end + struct.pack(">I", zlib.adler32(rest, other << 16 | one))


def png(width: int, height: int, depth: int = 8, colour: int = 0) -> bytes:
    """A blank picture; `colour` is 0 for grey, 2 for RGB, 6 for RGBA."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = (width * {0: 1, 2: 3, 6: 4}[colour] * depth + 7) // 8 + 1
    pixels = repeated(bytes(MEGABYTE), row * height // MEGABYTE, bytes(row * height % MEGABYTE))
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def tiff(pages: int, side: int = 8, strip: bytes = b"\xff" * 8, compression: int = 1) -> bytes:
    """A TIFF of so many black and white pages, all of which share one strip of pixels."""
    length, out, at = 2 + 9 * 12 + 4, bytearray(b"II*\0" + struct.pack("<I", 8)), 8
    data_at = 8 + length * pages
    for number in range(pages):
        tags = [(256, 4, side), (257, 4, side), (258, 3, 1), (259, 3, compression), (262, 3, 1)]
        tags += [(273, 4, data_at), (277, 3, 1), (278, 4, side), (279, 4, len(strip))]
        at += length
        out += struct.pack("<H", 9) + b"".join(
            struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags
        )
        out += struct.pack("<I", at if number < pages - 1 else 0)
    return bytes(out + strip)


def shared_strip(pages: int, side: int) -> bytes:
    """Pages of a few bytes each that are `side` pixels wide and high, unpacked."""
    return tiff(pages, side, zlib.compress(bytes(-(-side // 8) * side), 9), compression=8)


def pdf(objects: Sequence[bytes]) -> bytes:
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    at = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return bytes(out + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, at))


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>\nstream\n" % (len(data), entries) + data + b"\nendstream"


def one_page(
    content: bytes, resources: bytes = b"", more: Sequence[bytes] = (), box: bytes = b"0 0 612 792"
) -> bytes:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R/Resources<<%s>>>>" % (box, resources)
    pages = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", pages, page, content, *more])


def nested_forms(depth: int) -> bytes:
    """Each form draws the next one twice."""
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]"
    forms = [
        stream(b"/X Do /X Do ", form + b"/Resources<</XObject<</X %d 0 R>>>>" % (number + 6))
        for number in range(depth)
    ]
    return one_page(stream(b"/X Do"), b"/XObject<</X 5 0 R>>", [*forms, stream(b"0 0 10 10 re f", form)])


def packed(operator: bytes, megabytes: int) -> bytes:
    """A page whose content is one operator again and again, compressed."""
    data = repeated(operator * (MEGABYTE // len(operator)), megabytes)
    return one_page(stream(data, b"/Filter/FlateDecode"))


def tiling(step: bytes = b"0.001") -> bytes:
    """A pattern whose cells are a thousandth of a point apart: counted at once, never drawn."""
    cell = stream(
        b"0 0 1 1 re f",
        b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep %s/YStep %s/Resources<<>>"
        % (step, step),
    )
    return one_page(stream(b"/Pattern cs /P scn 0 0 612 792 re f"), b"/Pattern<</P 5 0 R>>", [cell])


def shadings(times: int) -> bytes:
    """A radial shading of the whole page, drawn again and again."""
    shading = (
        b"<</ShadingType 3/ColorSpace/DeviceRGB/Coords[306 396 0 306 396 900]/Extend[true true]"
        b"/Function<</FunctionType 2/Domain[0 1]/C0[1 0 0]/C1[0 0 1]/N 1>>>>"
    )
    data = zlib.compress(b"/S sh " * times, 9)
    return one_page(stream(data, b"/Filter/FlateDecode"), b"/Shading<</S 5 0 R>>", [shading])
