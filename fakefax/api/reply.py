"""Answers to the program: JSON in Fax.to's shapes, or a file. A header has the reason, for the tester."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec
from aiohttp import hdrs, web

from fakefax.values.durations import to_the_second

REASON_HEADER = "X-Fakefax-Reason"
MAX_REASON_LENGTH = 400
JSON_TYPE = "application/json"

encode_json = msgspec.json.Encoder(decimal_format="number").encode


class PhpTime(msgspec.Struct):
    """A time as the vendor's PHP writes it (documented)."""

    date: str
    timezone_type: int
    timezone: str


def moment(time: datetime) -> PhpTime:
    """A time in UTC, to the second, as the vendor's PHP writes it."""
    return PhpTime(f"{to_the_second(time)}.000000", 3, "UTC")


class Binary(NamedTuple):
    """A file as an answer: an image or a PDF."""

    data: bytes
    content_type: str


Content = msgspec.Struct | dict[str, Any] | list[Any] | Binary
"""The content of a handler's answer; the key order is that of the struct."""


WhenLost = Callable[[], object]
"""Called if the client has gone before its answer was written."""


class VendorAnswer(web.Response):
    """A response to a program."""

    when_lost: WhenLost | None = None


class Reply(msgspec.Struct, frozen=True):
    """An answer that is decided and not yet sent. `reason` is for the tester."""

    status: int
    body: bytes
    content_type: str = JSON_TYPE
    reason: str | None = None
    when_lost: WhenLost | None = None

    def encoded(self, headers: str) -> bytes:
        """The whole answer as it goes over the wire, with further lines of its head."""
        reason = "" if self.reason is None else f"{REASON_HEADER}: {header_text(self.reason)}\r\n"
        beginning = _beginning(self.status, self.content_type)
        return f"{beginning}{reason}Content-Length: {len(self.body)}\r\n{headers}\r\n".encode() + self.body

    def response(self) -> VendorAnswer:
        """The answer as aiohttp sends it."""
        headers: dict[str, str] = {hdrs.CONTENT_TYPE: self.content_type}
        if self.reason is not None:
            headers[REASON_HEADER] = header_text(self.reason)
        response = VendorAnswer(status=self.status, body=self.body, headers=headers)
        response.when_lost = self.when_lost
        return response


@cache
def _beginning(status: int, content_type: str) -> str:
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{hdrs.CONTENT_TYPE}: {content_type}\r\n"


Answer = Reply | web.StreamResponse
"""What a request is answered with: what is still to be sent, or a response, which may have been sent already."""


def reply(status: int, content: object, reason: str | None = None, when_lost: WhenLost | None = None) -> Reply:
    """An answer with this content."""
    if isinstance(content, Binary):
        return Reply(status, content.data, content.content_type, reason, when_lost)
    return Reply(status, encode_json(content), JSON_TYPE, reason, when_lost)


def error_reply(status: int, message: str, reason: str | None = None) -> Reply:
    """An error in Fax.to's shape (documented). That `status` is `failed` on every error is assumed."""
    return reply(status, {"status": "failed", "message": message}, reason)


def error_answer(status: int, message: str, reason: str | None = None) -> web.Response:
    """An error in Fax.to's shape, ready to be sent."""
    return error_reply(status, message, reason).response()


def on_a_line(answer: Reply) -> Reply:
    """With a line break, so that a person's prompt comes on a line of its own."""
    return msgspec.structs.replace(answer, body=answer.body + b"\n")


def header_text(text: str) -> str:
    """A reason as a header can carry it."""
    if not (text.isascii() and text.isprintable()):
        printable = text.encode("ascii", "backslashreplace").decode()
        text = "".join(char if char.isprintable() else " " for char in printable)
    return text[:MAX_REASON_LENGTH]
