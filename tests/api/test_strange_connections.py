"""Input that is malformed HTTP, or not HTTP: it is answered with JSON where the client can read an answer."""

import asyncio

import aiohttp
import pytest
from yarl import URL

from fakefax.core.journal import Entry
from tests.api.test_strange_requests import HOST, assert_alive, assert_error, bodiless, post
from tests.api.wire import DEADLINE, FIRST_ANSWER, QUERY
from tests.fidelity import seen

LINE = f"GET /api/v2/fax?{QUERY} HTTP/1.1\r\n".encode()

NO_HTTP = {
    "a TLS handshake": bytes.fromhex("1603010200010001fc0303") + bytes(50),
    "garbage": b"\xff\xfe\x00hello\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a raw NUL in the query": b"GET /api/v2/fax?a=\x00 HTTP/1.1\r\n" + HOST + b"\r\n",
    "raw binary in the query": b"GET /api/v2/fax?api_key=\xff\xfe HTTP/1.1\r\n" + HOST + b"\r\n",
    "raw binary in the path": b"GET /api/v2/\xff HTTP/1.1\r\n" + HOST + b"\r\n",
    "a NUL in a header": LINE + HOST + b"api_key: \x00\r\n\r\n",
    "a header of 70 KB": LINE + HOST + b"X: " + b"a" * 70_000 + b"\r\n\r\n",
    "a query of 70 KB": b"GET /api/v2/fax?a=" + b"a" * 70_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "2000 headers": LINE + HOST + b"".join(b"X%d: a\r\n" % number for number in range(2000)) + b"\r\n",
    "no Host": LINE + b"\r\n",
    "a length of words": LINE + HOST + b"Content-Length: many\r\n\r\n",
    "a length and chunks": LINE + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a broken chunk": post("application/json", b"", extra=b"Transfer-Encoding: chunked\r\n"),
    "a broken address": b"GET http://[::1/api HTTP/1.1\r\n" + HOST + b"\r\n",
    "an encoding nobody knows": post("application/json", b"x", extra=b"Content-Encoding: br\r\n"),
}
TAKEN_BY_OLDER = {"2000 headers", "no Host"}
"""Input that aiohttp before 3.14 accepts."""
REFUSED_BY_THE_SERVER = {
    "an unknown Expect": (bodiless("POST", "Expect: the-worst\r\n"), 417),
    "OPTIONS *": (b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", 404),
    "CONNECT": (b"CONNECT fax.example:443 HTTP/1.1\r\n" + HOST + b"\r\n", 404),
}


@pytest.mark.parametrize("name", NO_HTTP)
async def test_input_that_is_not_http_is_answered_with_json(wire, name):
    """Garbage, TLS, limits and broken heads get a 400 in the one error shape, and the next client is served."""
    answer = await wire.raw(NO_HTTP[name])
    if answer.status == 200 and name in TAKEN_BY_OLDER:
        assert tuple(map(int, aiohttp.__version__.split(".")[:2])) < (3, 14)
        return
    assert_error(answer, 400)
    await assert_alive(wire)


@pytest.mark.parametrize(("request_bytes", "status"), REFUSED_BY_THE_SERVER.values(), ids=REFUSED_BY_THE_SERVER)
async def test_refusals_of_the_http_server_itself_are_json_too(wire, request_bytes, status):
    """Refusals that never reach an operation have the same shape as all others."""
    assert_error(await wire.raw(request_bytes), status)
    await assert_alive(wire)


@pytest.mark.parametrize("framing", ["Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n\r\n0\r\n"])
@seen("`Expect: 100-continue` with an empty body is answered.")
async def test_a_client_that_waits_to_continue_gets_100(wire, framing):
    """Expect: 100-continue with an empty body gets 100, then the answer."""
    answer = await wire.raw(bodiless("POST", f"Expect: 100-continue\r\n{framing}"))
    assert answer.interim == (b"HTTP/1.1 100 Continue\r\n\r\n",)
    assert answer.body == FIRST_ANSWER


async def test_an_expectation_is_read_as_http_has_it(wire):
    """In any spelling by HTTP/1.1; from HTTP/1.0 it is ignored, as that has no interim answers."""
    answer = await wire.raw(bodiless("POST", "Expect: 100-Continue\r\nContent-Length: 0\r\n"))
    assert (answer.status, answer.interim) == (200, (b"HTTP/1.1 100 Continue\r\n\r\n",))
    for expected in ("100-continue", "the-worst"):
        answer = await wire.raw(bodiless("POST", f"Expect: {expected}\r\nContent-Length: 0\r\n", "1.0"))
        assert (answer.status, answer.interim) == (200, ())


async def test_one_connection_carries_many_requests(wire):
    """A connection stays usable after a refusal."""
    async with asyncio.timeout(DEADLINE):
        reader, writer = await asyncio.open_connection("127.0.0.1", URL(wire.url).port)
        writer.write(post("application/json", b'"x"') + post("application/json", b""))
        heads = []
        for _ in range(2):
            head = await reader.readuntil(b"\r\n\r\n")
            heads.append(head.split(b"\r\n")[0])
            length = next(line for line in head.split(b"\r\n") if line.startswith(b"Content-Length: "))[16:]
            body = await reader.readexactly(int(length))
        writer.close()
    assert heads == [b"HTTP/1.1 400 Bad Request", b"HTTP/1.1 200 OK"]
    assert body == FIRST_ANSWER


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=b"])
async def test_a_client_that_leaves_in_the_middle_sends_nothing(wire, content_type):
    """Half a body is not a fax: the journal reports a refusal, and the server goes on."""
    reported: asyncio.Queue[Entry] = asyncio.Queue()
    wire.server.sandbox.journal.listen(reported.put_nowait)
    _, writer = await asyncio.open_connection("127.0.0.1", URL(wire.url).port)
    writer.write(post(content_type, b"-" * 100)[:-50])
    await writer.drain()
    writer.close()
    async with asyncio.timeout(DEADLINE):
        entry = await reported.get()
    assert entry.message == (
        "POST send_fax: 400 The request body could not be read (the body did not arrive whole: Connection lost)"
    )
    await assert_alive(wire)
