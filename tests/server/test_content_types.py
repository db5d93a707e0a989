"""Several Content-Type headers, over real connections: as the Android SDK sends them."""

import asyncio
import re

import pytest
from yarl import URL

from fakefax.server.content_types import with_one_content_type
from tests.api.wire import DEADLINE, KEY, open_wire
from tests.fidelity import seen

JSON, PLAIN, FORM = "application/json", "text/plain", "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
AS_JSON = f'{{"api_key":"{KEY}"}}'.encode()
AS_FORM = f"api_key={KEY.replace('@', '%40')}".encode()
AS_MULTIPART = f'--b\r\nContent-Disposition: form-data; name="api_key"\r\n\r\n{KEY}\r\n--b--\r\n'.encode()


def request(types: list[str], body: bytes, *more: str, query: str = "") -> tuple[bytes, bytes]:
    lines = [f"POST /api/v2/balance{query} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *more]
    return "\r\n".join([*lines, *(f"Content-Type: {kind}" for kind in types), "", ""]).encode(), body


@pytest.mark.parametrize(
    ("types", "body"),
    [
        ([JSON, PLAIN], AS_JSON),
        ([PLAIN, JSON], AS_JSON),
        ([JSON, JSON], AS_JSON),
        ([JSON, FORM], AS_FORM),
        ([FORM, PLAIN, JSON], AS_FORM),
        ([JSON, MULTIPART], AS_MULTIPART),
    ],
)
@pytest.mark.parametrize("in_pieces", [False, True])
@seen("Of several `Content-Type` headers, the one that fits the body counts.")
async def test_the_type_that_fits_the_body_counts(types, body, in_pieces):
    """The key in the body is read, also when the body comes after its head, and twice on one connection."""
    head, content = request(types, body)
    async with open_wire() as wire, asyncio.timeout(DEADLINE):
        reader, writer = await asyncio.open_connection("127.0.0.1", URL(wire.url).port)
        for _ in range(2):
            writer.write(head if in_pieces else head + content)
            if in_pieces:
                await writer.drain()
                await wire.get("account")  # the head has arrived by now
                writer.write(content)
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 200 ")
            length = re.search(rb"Content-Length: (\d+)", answer)
            assert length is not None
            assert (await reader.readexactly(int(length[1]))).startswith(b'{"status":"success","balance":')
        writer.close()


@pytest.mark.parametrize("more", [[], ["Expect: 100-continue"]])
async def test_without_a_body_any_type_will_do(more):
    """There is nothing to wait for."""
    head, _ = request([JSON, PLAIN], b"", *more, query=f"?api_key={KEY}")
    async with open_wire() as wire:
        assert (await wire.raw(head)).status == 200


async def test_a_body_that_never_comes_is_refused_when_the_client_ends():
    """The held head is handed on as it is, and refused as JSON."""
    head, _ = request([JSON, PLAIN], AS_JSON)
    async with open_wire() as wire, asyncio.timeout(DEADLINE):
        reader, writer = await asyncio.open_connection("127.0.0.1", URL(wire.url).port)
        writer.write(head)
        writer.write_eof()
        answer = await reader.read()
        writer.close()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"status":"failed"' in answer


@pytest.mark.parametrize(
    "data",
    [
        b"".join(request([JSON], AS_JSON)),
        b"--b\r\nContent-Type: a\r\nContent-Type: b\r\n\r\nx",
        b"POST / HTTP/1.1\r\nContent-Type: a\r\nContent-Type: b\r\n",
        b"",
    ],
)
def test_all_else_is_left_alone(data):
    """One type, a part of a body, a head that is not whole, nothing."""
    assert with_one_content_type(data) == data


def test_a_json_body_may_begin_with_white_space():
    """As one that was written in several lines."""
    data = b"".join(request([PLAIN, JSON], b" \r\n" + AS_JSON))
    settled = with_one_content_type(data)
    assert settled is not None
    assert (JSON.encode() in settled, PLAIN.encode() in settled) == (True, False)


@pytest.mark.parametrize("more", ["Expect: 100-continue", "Content-Encoding: gzip"])
def test_a_body_that_is_not_to_be_waited_for_has_its_first_type(more):
    """A client that expects to be let on would wait for ever, as its head would; packed bytes say nothing."""
    head, _ = request([PLAIN, JSON], AS_JSON, more)
    settled = with_one_content_type(head)
    assert settled is not None
    assert (JSON.encode() in settled, PLAIN.encode() in settled) == (False, True)


def test_a_length_with_leading_zeros_is_one():
    """The body is waited for."""
    head, _ = request([PLAIN, JSON], AS_JSON)
    head = head.replace(b"Content-Length: ", b"Content-Length: 0")
    assert with_one_content_type(head) is None
