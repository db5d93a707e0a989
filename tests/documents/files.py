"""Files to examine, made by real libraries."""

import zipfile
from io import BytesIO
from typing import Any

from PIL import Image
from reportlab.lib import pdfencrypt
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas


def pdf(pages: int = 1, password: str | None = None) -> bytes:
    """A PDF with a black square and its number on each page."""
    out = BytesIO()
    encrypt = pdfencrypt.StandardEncryption(password) if password else None
    canvas = Canvas(out, pagesize=A4, invariant=1, encrypt=encrypt)
    for number in range(1, pages + 1):
        canvas.rect(100, 600, 200, 100, fill=1)
        canvas.setFont("Helvetica", 48)
        canvas.drawString(100, 500, f"Invoice, page {number}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def picture(
    kind: str, size: tuple[int, int] = (60, 40), frames: int = 1, mode: str = "RGB", **options: Any
) -> bytes:
    """A picture in one colour; a TIFF has as many frames as it is configured."""
    out = BytesIO()
    pictures = [Image.new(mode, size, 1) for _ in range(frames)]
    more = {"save_all": True, "append_images": pictures[1:]} if frames > 1 else {}
    pictures[0].save(out, kind, **more, **options)
    return out.getvalue()


def archive(**parts: str) -> bytes:
    """A zip archive; `__` in a name is a slash, and `_xml` its ending."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in parts.items():
            made.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return out.getvalue()


def docx(app: str) -> bytes:
    """A Word file with this in its application properties."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("docProps/app.xml", app)
    return out.getvalue()


def odt(meta: str) -> bytes:
    return archive(mimetype="application/vnd.oasis.opendocument.text", meta_xml=meta)


TRUNCATED = pdf(3)[:-40]
