"""The encodings of a callback, read back by the standard library's own parsers."""

from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

import pytest

from fakefax.values.forms import FilePart, PostedBody, multipart, url_encoded


def parts_of(body: PostedBody) -> list[tuple[str, str | None, bytes]]:
    """Name, file name and bytes of each part."""
    head = f"Content-Type: {body.content_type}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + body.content)
    assert message.is_multipart()
    assert not message.defects
    return [
        (
            str(part.get_param("name", header="content-disposition")),
            part.get_filename(),
            part.get_payload(decode=True),  # type: ignore[misc]
        )
        for part in message.iter_parts()
    ]


def test_a_form_is_url_encoded_in_utf_8():
    """Fields come back in order and to the letter, whatever is in them."""
    fields = {"a b": "x&y=z+1", "message": "don\N{RIGHT SINGLE QUOTATION MARK}t %41\r\n", "empty": ""}
    body = url_encoded(fields)
    assert body.content_type == "application/x-www-form-urlencoded"
    assert parse_qsl(body.content.decode("ascii"), keep_blank_values=True) == list(fields.items())


def test_a_multipart_form_to_the_byte():
    """Field and file are written as RFC 7578 says, with the boundary that was asked for."""
    body = multipart({"from": "+44", "file": FilePart("fax.pdf", "application/pdf", b"%PDF")}, "edge")
    assert body == PostedBody(
        "multipart/form-data; boundary=edge",
        b'--edge\r\nContent-Disposition: form-data; name="from"\r\n\r\n+44\r\n'
        b'--edge\r\nContent-Disposition: form-data; name="file"; filename="fax.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n%PDF\r\n"
        b"--edge--\r\n",
    )


@pytest.mark.parametrize(
    "content", [b"", b"\r\n", b"--edge", b"\r\n--edge--\r\n", b"--edge-\r\n--edge--", bytes(range(256))]
)
def test_the_bytes_of_a_file_survive(content: bytes):
    """A file with any content, even the boundary itself, comes back to the byte and nothing is cut."""
    body = multipart({"file": FilePart("x", "application/octet-stream", content), "pages": "1"}, "edge")
    boundary = body.content_type.partition("boundary=")[2].encode()
    assert boundary not in content
    assert body.content.split(b"--" + boundary)[1].partition(b"\r\n\r\n")[2] == content + b"\r\n"
    assert [name for name, _, _ in parts_of(body)] == ["file", "pages"]


def test_a_name_cannot_break_out_of_its_header():
    """Quotes and line ends in a file name are escaped as browsers do it."""
    body = multipart({"file": FilePart('a"b\r\nX: y.pdf', "application/pdf", b"")}, "edge")
    assert b'filename="a%22b%0D%0AX: y.pdf"\r\n' in body.content
