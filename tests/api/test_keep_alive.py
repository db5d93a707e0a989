"""Connections that carry many requests: kept as the client asks, and answered in order."""

import asyncio
import json
from itertools import pairwise

import pytest

from fakefax.core.real_time import breathe
from fakefax.server.app import Server

BALANCE = "GET /api/v2/balance?api_key=f%40x2r0ckkz HTTP/{version}\r\nHost: fax\r\n{more}\r\n"


async def exchange(server: Server, *requests: str) -> list[tuple[str, dict[str, str], str]]:
    """Status line, headers and body of each answer, and proof that the connection ends if the last one says so."""
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    answers = []
    async with asyncio.timeout(10):
        for request in requests:
            writer.write(request.encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            line, *fields = head.strip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (field.partition(": ") for field in fields)}
            body = await reader.readexactly(int(headers["content-length"]))
            answers.append((line, headers, body.decode()))
        if answers[-1][1].get("connection") == "close":
            assert await reader.read() == b""
    writer.close()
    return answers


async def test_a_connection_that_stays_says_for_how_long(wire):
    """HTTP/1.1 keeps the connection and says for how many seconds; HTTP/1.0 does not keep it."""
    ask = BALANCE.format(version="1.1", more=""), BALANCE.format(version="1.0", more="")
    kept, ended = [(await exchange(wire.server, each))[0] for each in ask]
    assert kept[1]["keep-alive"] == "timeout=60"
    assert "keep-alive" not in ended[1]
    assert kept[0] == "HTTP/1.1 200 OK"
    assert kept[2] == ended[2]


@pytest.mark.parametrize("more", ["", "Connection: keep-alive\r\n"])
async def test_the_connection_stays_unless_the_client_says_otherwise(wire, more):
    """One connection carries many requests, and ends after the one that asks for it."""
    stays = BALANCE.format(version="1.1", more=more)
    ends = BALANCE.format(version="1.1", more="Connection: close\r\n")
    answers = await exchange(wire.server, stays, stays, ends)
    assert [headers.get("connection") for _, headers, _ in answers] == [None, None, "close"]


async def test_requests_that_come_together_are_answered_in_order(wire):
    """A client that does not wait for its answers gets them all, each whole."""
    send = "GET /api/v2/fax?api_key=f%40x2r0ckkz&fax_number=%2B1555{n}&document_id=10 HTTP/1.1\r\nHost: fax\r\n\r\n"
    together = "".join(send.format(n=1_000_000 + n) for n in range(5))
    answers = await exchange(wire.server, together, *[""] * 4)
    assert [answer[2].count('"fax_job_id"') for answer in answers] == [1] * 5
    assert sorted(answers, key=lambda answer: answer[2]) == answers


PIPELINE = (
    "GET /api/v2/fax?api_key=f%40x2r0ckkz&fax_number=%2B15551000001&document_id=10 HTTP/1.1\r\nHost: fax\r\n\r\n",
    "GET /api/v2/fax?api_key=f%40x2r0ckkz&fax_number=none&document_id=10 HTTP/1.1\r\nHost: fax\r\n\r\n",
    "GET /api/v2/fax/200/status?api_key=f%40x2r0ckkz HTTP/1.1\r\nHost: fax\r\n\r\n",
    "GET /api/v2/fax?api_key=f%40x2r0ckkz&fax_number=%2B15551000002&document_id=10 HTTP/1.1\r\nHost: fax\r\n\r\n",
    BALANCE.format(version="1.1", more="Connection: close\r\n"),
)


@pytest.mark.parametrize("pieces", [1, 2, 7, 600], ids=lambda count: f"in {count} pieces")
async def test_answers_of_all_kinds_keep_the_order_of_their_requests(wire, pieces):
    """Answers and refusals mix on one connection, however the requests are cut on their way."""
    host, port = wire.server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    said = "".join(PIPELINE).encode()
    cuts = [len(said) * n // pieces for n in range(pieces + 1)]
    for begin, end in pairwise(cuts):
        writer.write(said[begin:end])
        await writer.drain()
        await breathe()
    async with asyncio.timeout(10):
        answers = (await reader.read()).decode().split("HTTP/1.1 ")[1:]
    writer.close()
    assert [answer.split("\r\n\r\n")[1][:40] for answer in answers] == [
        '{"status":"executed","fax_job_id":200,"u',
        '{"status":"failed","message":"The fax_nu',
        '{"status":"executed","message":"The fax ',
        '{"status":"executed","fax_job_id":201,"u',
        '{"status":"success","balance":99.7}',
    ]


async def test_a_crowd_is_answered_whole(wire):
    """Each of many connections that ask in the same moment gets its own answer."""
    send = "GET /api/v2/fax?api_key=f%40x2r0ckkz&fax_number=%2B1555{n}&document_id=10 HTTP/1.1\r\nHost: fax\r\n\r\n"
    answers = await asyncio.gather(*(exchange(wire.server, send.format(n=1_000_000 + n)) for n in range(100)))
    assert {json.loads(body)["fax_job_id"] for ((_, _, body),) in answers} == set(range(200, 300))


async def test_an_old_client_that_asks_for_it_keeps_its_connection(wire):
    """HTTP/1.0 needs to be told that the connection is kept, or it would wait for its end."""
    ask = BALANCE.format(version="1.0", more="Connection: keep-alive\r\n")
    answers = await exchange(wire.server, ask, ask)
    assert [headers.get("connection") for _, headers, _ in answers] == ["keep-alive", "keep-alive"]


async def test_an_answer_without_a_body_leaves_the_connection_in_order(wire):
    """HEAD gets a head, and the next bytes are those of the next answer."""
    host, port = wire.server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    async with asyncio.timeout(10):
        writer.write(b"HEAD /_fakefax/clock HTTP/1.1\r\nHost: fax\r\n\r\n")
        first = await reader.readuntil(b"\r\n\r\n")
        writer.write(BALANCE.format(version="1.1", more="").encode())
        second = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    assert (first[:15], second[:15]) == 2 * (b"HTTP/1.1 200 OK",)


async def test_a_refusal_does_not_wait_for_a_large_body_and_keeps_the_connection(wire):
    """The rest of a body that nobody needs is read and dropped, so the next request is answered too."""
    host, port = wire.server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    size = 3_000_000
    async with asyncio.timeout(10):
        writer.write(
            b"POST /api/v2/nothing HTTP/1.1\r\nHost: fax\r\nContent-Length: %d\r\n\r\n" % size + bytes(size)
        )
        await writer.drain()
        writer.write(BALANCE.format(version="1.1", more="Connection: close\r\n").encode())
        answers = (await reader.read()).decode()
    writer.close()
    assert [answer[:3] for answer in answers.split("HTTP/1.1 ")[1:]] == ["404", "200"]
