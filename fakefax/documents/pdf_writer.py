"""A PDF of pages, the same bytes each time: no date, no random id, and a table of the objects at the end."""

from collections.abc import Iterable

A4 = (595.28, 841.89)
"""Width and height in points."""

CATALOG, PAGES = 1, 2
"""The numbers of the two objects that every PDF begins with."""

CHARACTERS = "cp1252"
"""The characters that every PDF reader has a glyph for; another one becomes a question mark."""

_ESCAPES = str.maketrans({char: f"\\{char}" for char in "\\()"})


class PageText:
    """The content of a page: text and rules, in points from the lower left corner."""

    def __init__(self) -> None:
        self._drawn: list[bytes] = []

    def lines(
        self, left: float, top: float, lines: Iterable[str], size: int, leading: float = 0, font: str = "F"
    ) -> None:
        """Write lines below each other, the first with its baseline at `top`."""
        text = b" T* ".join(_string(line) + b" Tj" for line in lines)
        self._drawn.append(f"BT /{font} {size} Tf {leading} TL {left:.2f} {top:.2f} Td ".encode() + text + b" ET")

    def rule(self, left: float, right: float, y: float, thickness: float) -> None:
        """Draw a horizontal line."""
        self._drawn.append(f"{thickness} w {left} {y} m {right} {y} l S".encode())

    def content(self) -> bytes:
        """All of it as a content stream."""
        return b"\n".join(self._drawn)


class PdfWriter:
    """Collects objects and pages; `finish` returns the file."""

    def __init__(self) -> None:
        self._objects: list[bytes] = [f"<< /Type /Catalog /Pages {PAGES} 0 R >>".encode(), b""]
        self._pages: list[int] = []

    def add(self, dictionary: str, stream: bytes | None = None) -> int:
        """The number of a new object; `dictionary` is what stands between << and >>."""
        if stream is None:
            self._objects.append(f"<< {dictionary} >>".encode())
        else:
            head = f"<< {dictionary} /Length {len(stream)} >>\nstream\n"
            self._objects.append(head.encode() + stream + b"\nendstream")
        return len(self._objects)

    def add_font(self, name: str) -> int:
        """One of the fonts that every PDF reader has."""
        return self.add(f"/Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding")

    def add_page(self, resources: str, content: bytes) -> None:
        """A page of A4 that draws `content` with what `resources` names."""
        drawn = self.add("", content)
        width, height = A4
        box = f"/MediaBox [0 0 {width} {height}]"
        self._pages.append(
            self.add(f"/Type /Page /Parent {PAGES} 0 R {box} /Resources << {resources} >> /Contents {drawn} 0 R")
        )

    def add_picture(self, width: int, height: int, deflated: bytes) -> None:
        """A page of A4 that is filled by a picture of one bit a pixel, white where it is set; its rows deflated."""
        picture = self.add(
            f"/Type /XObject /Subtype /Image /Width {width} /Height {height} "
            "/BitsPerComponent 1 /ColorSpace /DeviceGray /Filter /FlateDecode",
            deflated,
        )
        content = f"{A4[0]} 0 0 {A4[1]} 0 0 cm /P Do"
        self.add_page(f"/XObject << /P {picture} 0 R >>", content.encode())

    def finish(self) -> bytes:
        """The file with all that was added."""
        kids = " ".join(f"{number} 0 R" for number in self._pages)
        self._objects[PAGES - 1] = f"<< /Type /Pages /Count {len(self._pages)} /Kids [{kids}] >>".encode()
        out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
        offsets: list[int] = []
        for number, body in enumerate(self._objects, 1):
            offsets.append(len(out))
            out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
        table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
        size, start = len(offsets) + 1, len(out)
        out += f"xref\n0 {size}\n0000000000 65535 f \n{table}".encode()
        out += f"trailer\n<< /Size {size} /Root {CATALOG} 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
        return bytes(out)


def _string(line: str) -> bytes:
    """A line as a string of a PDF, without control characters."""
    shown = "".join(char if char.isprintable() else " " for char in line)
    return b"(" + shown.translate(_ESCAPES).encode(CHARACTERS, "replace") + b")"
