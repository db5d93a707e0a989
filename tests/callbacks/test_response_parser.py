"""Where an answer ends, and what it says of its connection: the reader alone, however the bytes are cut."""

import gc
import weakref

import pytest

from fakefax.callbacks.response_parser import ANSWER_LIMIT, HEAD_LIMIT, ResponseParser
from fakefax.callbacks.target import TransportError
from fakefax.core.callbacks.exchanges import BODY_KEPT

OK = b"HTTP/1.1 200 OK\r\n"
KEPT = OK + b"Connection: keep-alive\r\n"
CUT_OFF = "^the connection was closed in the middle of the answer$"

WITH_AN_END = {
    "a length": OK + b"Content-Length: 5\r\n\r\nhello",
    "no body": OK + b"Content-Length: 0\r\n\r\n",
    "chunks": OK + b"Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nX-After: all\r\n\r\n",
    "chunks in capitals": OK + b"TRANSFER-ENCODING: Chunked\r\n\r\n0\r\n\r\n",
    "information first": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    + OK
    + b"Content-Length: 2\r\n\r\nOK",
    "no reason": b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Length: 2\n\nOK",
    "a space behind a size": OK + b"Transfer-Encoding: chunked\r\n\r\n2 \r\nOK\r\n0\r\n\r\n",
    "a control character": OK + b"X: \x01\r\nContent-Length: 2\r\n\r\nOK",
    "an old server": b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nOK",
}


def pieces(answer: bytes, size: int) -> list[bytes]:
    return [answer[begin : begin + size] for begin in range(0, len(answer), size)]


def read(answer: bytes, size: int = 2**20) -> ResponseParser:
    reader = ResponseParser()
    for piece in pieces(answer, size):
        reader.read(piece)
    return reader


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize("answer", WITH_AN_END.values(), ids=WITH_AN_END)
def test_an_answer_is_whole_with_its_last_byte(answer: bytes, size: int):
    """However it is cut, an answer ends where it says, not a byte before, and nothing is left over."""
    before = read(answer[:-1], size)
    assert not before.whole
    before.read(answer[-1:])
    assert (before.whole, before.status, before.spoilt) == (True, 200, False)


@pytest.mark.parametrize("status", [204, 304])
def test_some_answers_have_no_body_whatever_they_say(status: int):
    """204 and 304 end with their head, though a length is named in it."""
    reader = read(b"HTTP/1.1 %d X\r\nContent-Length: 10\r\n\r\n" % status)
    assert (reader.whole, reader.status, reader.spoilt) == (True, status, False)


@pytest.mark.parametrize("head", [OK, b"HTTP/1.0 200 OK\r\n", KEPT, OK + b"Transfer-Encoding: gzip\r\n"], ids=str)
def test_an_answer_without_length_ends_with_the_connection(head: bytes):
    """A response without a length is whole when the connection ends, and the connection cannot be reused."""
    reader = read(head + b"\r\nhello", 3)
    assert not reader.whole
    reader.read_end()
    assert (reader.whole, reader.status, reader.spoilt) == (True, 200, True)


@pytest.mark.parametrize("cut", [*range(1, len(OK)), len(OK) + 5])
def test_a_connection_that_ends_in_the_head_is_not_an_answer(cut: int):
    """A status line alone is none, and an informational answer is none either."""
    for begun in ((OK + b"Content-Length: 5")[:cut], b"HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n"):
        with pytest.raises(TransportError, match=r"^the connection was closed without an answer$"):
            read(begun).read_end()


def test_a_connection_that_ends_in_the_body_is_half_an_answer():
    """Half a body or half a chunk says that the endpoint broke down."""
    for head in (b"Content-Length: 10", b"Transfer-Encoding: chunked"):
        with pytest.raises(TransportError, match=CUT_OFF):
            read(OK + head + b"\r\n\r\n5\r\nhell").read_end()


def test_a_lost_connection_ends_no_answer():
    """A reset is reported with its cause; it is not the end of an answer without length either."""
    with pytest.raises(TransportError, match=r"^the connection was lost: Connection reset by peer$"):
        read(b"HTTP/1.1 2").read_end("Connection reset by peer")
    with pytest.raises(TransportError, match=CUT_OFF):
        read(OK + b"\r\nhalf").read_end("Connection reset by peer")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"220 mail.example ESMTP\r\n", "Expected HTTP/.*: b'220 mail.example ESMTP'"),
        (b"\x16\x03\x01\x00", r"Expected HTTP/.*: b'\\x16\\x03\\x01\\x00'"),
        (b"\n" + b"x" * 200, r"Expected HTTP/.*: b'.{0,80}'"),
        (b"HTTP/2 200\r\n\r\n", "Expected dot"),
        (b"HTTP/1.1 abc\r\n\r\n", "Invalid status code"),
        (OK + b"X y\r\n\r\n", "Invalid header token"),
        (OK + b"Content-Length: -1\r\n\r\n", "Invalid character in Content-Length"),
        (OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", "Duplicate Content-Length"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", "Invalid character in chunk size"),
    ],
)
def test_input_that_is_not_http_is_reported(answer: bytes, why: str):
    """The words name what was expected, and show what came instead of an answer."""
    with pytest.raises(TransportError, match=f"^the answer is not HTTP: {why}$"):
        read(answer)


@pytest.mark.parametrize("size", [1, 1000, 2**20])
@pytest.mark.parametrize(
    "endless",
    [OK + b"X: " + b"x" * HEAD_LIMIT, OK + b"X: y\r\n" * HEAD_LIMIT, b"HTTP/1.1 100 Go on\r\n\r\n" * 2000],
)
def test_a_head_without_end_is_given_up(endless: bytes, size: int):
    """A header, headers or informational answers without end cost 32 KiB, and not the memory."""
    with pytest.raises(TransportError, match=r"^the answer is not HTTP: its head is longer than 32 KiB$"):
        read(endless, size)


@pytest.mark.parametrize("more", [b"x" * 2 * ANSWER_LIMIT, b"1\r\nx\r\n" * ANSWER_LIMIT])
@pytest.mark.parametrize("size", [1000, 2**20])
def test_a_body_without_end_is_cut(more: bytes, size: int):
    """The status counts after 64 KiB of a body; its connection is not used again."""
    framing = b"Transfer-Encoding: chunked\r\n\r\n" if more.startswith(b"1") else b"Content-Length: 9999999\r\n\r\n"
    reader = read(KEPT + framing + more, size)
    assert (reader.whole, reader.status, reader.spoilt) == (True, 200, True)


@pytest.mark.parametrize("more", [b"HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n", b"rubbish", b"\0"])
@pytest.mark.parametrize("head", [KEPT, OK + b"Connection: close\r\n"])
def test_nothing_may_follow_an_answer(head: bytes, more: bytes):
    """Bytes behind an answer do not change it; its connection is not used again."""
    reader = read(head + b"Content-Length: 2\r\n\r\nOK" + more)
    assert (reader.whole, reader.status, reader.spoilt) == (True, 200, True)


def test_another_protocol_is_an_answer_too():
    """101 is none that an endpoint may give, and so the final one."""
    reader = read(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nwhatever")
    assert (reader.whole, reader.status, reader.spoilt) == (True, 101, True)


@pytest.mark.parametrize(
    ("head", "keep_alive"),
    [
        (KEPT, True),
        (OK + b"connection: Keep-Alive, x\r\n", True),
        (OK + b"Connection: x\r\nConnection: keep-alive\r\n", True),
        (OK, False),
        (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n", False),
        (OK + b"Connection: close\r\n", None),
        (KEPT + b"Connection: close\r\n", None),
        (b"HTTP/1.1 100 Continue\r\nConnection: keep-alive\r\n\r\n" + OK, False),
    ],
)
def test_a_keep_alive_is_the_final_answers_own(head: bytes, keep_alive: bool | None):
    """`Connection: keep-alive` of HTTP/1.1 keeps the connection; `close`, or no header, does not."""
    assert read(head + b"Content-Length: 0\r\n\r\n").keep_alive is keep_alive


def test_headers_of_informational_answers_are_not_the_final_ones():
    """What is shown of a response is its own: nothing of a 100 or 103 before it, and the status is not theirs."""
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nSet-Cookie: a=b\r\n\r\n"
    response = read(b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" + early + OK + b"Content-Length: 2\r\n\r\nOK").response
    assert (response.status, response.headers, response.body) == (200, ((b"Content-Length", b"2"),), b"OK")


def test_answers_follow_each_other():
    """Nothing of an answer is left when the next one begins."""
    reader = ResponseParser()
    for status, head, keep_alive in (
        (503, KEPT, True),
        (200, OK, False),
        (201, OK + b"Connection: close\r\n", None),
    ):
        reader.begin()
        reader.read(head.replace(b"200", str(status).encode()) + b"Content-Length: 2\r\n\r\nOK")
        assert (reader.whole, reader.status, reader.keep_alive, reader.spoilt) == (True, status, keep_alive, False)


def test_a_reader_leaves_no_garbage():
    """One reader for each connection, and the garbage collector need not come for any."""
    gc.collect()
    gc.disable()
    try:
        reader = read(KEPT + b"Content-Length: 0\r\n\r\n")
        gone = weakref.ref(reader)
        reader.close()
        del reader
        assert gone() is None
    finally:
        gc.enable()


def test_an_informational_answer_says_nothing_of_the_one_that_follows():
    """Its length, its word about the connection and its headers are its own."""
    early = b"HTTP/1.1 103 Early Hints\r\nContent-Length: 7\r\nConnection: keep-alive\r\nX: early\r\n\r\n"
    reader = read(early + OK + b"Y: late\r\n\r\nhello")
    assert (reader.whole, reader.keep_alive) == (False, False)
    reader.read_end()
    assert (reader.whole, reader.response.headers) == (True, ((b"Y", b"late"),))


@pytest.mark.parametrize(
    ("words", "keeps"),
    [
        ((b"keep-alive", b"X-Trace"), True),
        ((b"X-Trace", b"Keep-Alive"), True),
        ((b"close", b"X-Trace"), None),
        ((b"keep-alive", b"close"), None),
        ((b"X-Trace", b"X-Other"), False),
    ],
)
def test_all_headers_about_the_connection_count(words: tuple[bytes, bytes], keeps: bool | None):
    """An endpoint and a proxy before it may both say something of it; `close` is the stronger word."""
    reader = read(OK + b"".join(b"Connection: %s\r\n" % word for word in words) + b"Content-Length: 0\r\n\r\n")
    assert (reader.whole, reader.keep_alive) == (True, keeps)


@pytest.mark.parametrize("more", [0, 1])
def test_a_body_of_the_very_length_that_is_kept_is_whole(more: int):
    """Only a longer one is shown as cut."""
    size = BODY_KEPT + more
    response = read(OK + b"Content-Length: %d\r\n\r\n" % size + b"x" * size).response
    assert (len(response.body), response.body_truncated) == (BODY_KEPT, bool(more))
