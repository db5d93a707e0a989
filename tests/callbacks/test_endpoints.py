"""The endpoints of these tests read what was sent, however it is cut."""

import socket
from typing import cast

from tests.callbacks.endpoints import read_request

HEAD = b"POST /faxto HTTP/1.1\r\nContent-Length: 6\r\n\r\n"


class _Cut:
    """A connection whose bytes come in these pieces; to read on after its end is an error."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = iter(pieces)

    def recv(self, _: int) -> bytes:
        return next(self._pieces)


def read(*pieces: bytes) -> bytes:
    return read_request(cast("socket.socket", _Cut(*pieces)))


def test_a_request_in_pieces_is_read_whole():
    """A body that comes after its head, and in several pieces, belongs to the request."""
    assert read(HEAD[:9], HEAD[9:], b"ab", b"cdef") == read(HEAD + b"abc", b"def") == HEAD + b"abcdef"


def test_half_a_request_is_none():
    """An endpoint that closes in the middle of a head or of a body has not answered."""
    assert read(HEAD[:9], b"") == read(HEAD, b"abc", b"") == b""
