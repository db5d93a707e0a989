"""Faults of the connection, seen on a raw socket: lost, reset and truncated answers, and who has paid."""

import asyncio
import gc

import pytest

from tests.api.wire import DEADLINE, FIRST_ANSWER, KEY, QUERY, Wire, open_wire

REQUEST = f"POST /api/v2/fax?{QUERY} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode()


async def seen(wire: Wire, request: bytes = REQUEST) -> bytes | str:
    """Every byte of the answer until the connection ends; "reset" when it ends with a TCP reset."""
    async with asyncio.timeout(DEADLINE):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(wire.url.rpartition(":")[2]))
        try:
            writer.write(request)
            return await reader.read()
        except ConnectionResetError:
            return "reset"
        finally:
            writer.close()


async def charged(wire: Wire) -> list[int]:
    return [entry["fax_job_id"] for entry in (await wire.get("ledger"))["entries"]]


def story(then: str) -> str:
    return f"requests: [{{when: {{operation: send_fax}}, times: 1, then: {then}}}]"


LOST = "and the program did not get the answer"
UNCHARGED = "it was not carried out, nothing was charged"


@pytest.mark.parametrize(
    ("then", "ends", "jobs", "reported"),
    [
        ("{lose_reply: before_commit}", b"", [], f"answer lost; {UNCHARGED}"),
        ("{lose_reply: after_commit}", b"", [200], f"answer lost; fax 200 was accepted and 0.15 charged, {LOST}"),
        ("{reset: true}", "reset", [], f"connection reset without an answer; {UNCHARGED}"),
        ("{reset: true, commit: true}", "reset", [200],
         f"connection reset without an answer; fax 200 was accepted and 0.15 charged, {LOST}"),
        ("{reset: true, lose_reply: after_commit}", "reset", [200],
         f"connection reset without an answer; fax 200 was accepted and 0.15 charged, {LOST}"),
    ],
)  # fmt: skip
async def test_an_answer_that_never_comes(then, ends, jobs, reported):
    """Not one byte comes; the fax was charged wholly or not at all; the journal says which, nobody complains."""
    complaints: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context["message"]))
    async with open_wire(story(then)) as wire:
        assert await seen(wire) == ends
        assert await charged(wire) == jobs
        (entry,) = (await wire.get("journal?kind=fault"))["entries"]
        assert entry["message"] == f"POST send_fax: {reported}; requests[0]"
        assert (entry["detail"]["status"], entry["fax_job_id"]) == (None, jobs[0] if jobs else None)
        assert (await wire.get("audit"))["ok"] is True
        assert (await wire.send())["fax_job_id"] == 200 + len(jobs)
    gc.collect()
    assert complaints == []


async def test_half_of_an_answer():
    """The head promises the whole body, half of it comes, and the connection is closed; the fax is charged."""
    async with open_wire(story("{truncate: true}")) as wire:
        answer = await seen(wire)
        assert isinstance(answer, bytes)
        head, _, body = answer.partition(b"\r\n\r\n")
        assert f"Content-Length: {len(FIRST_ANSWER)}".encode() in head
        assert body == FIRST_ANSWER[: len(FIRST_ANSWER) // 2]
        assert await charged(wire) == [200]
        (entry,) = (await wire.get("journal?kind=fault"))["entries"]
        assert LOST in entry["message"]


async def test_half_of_an_error():
    """An answer of the rule's own can be cut too; then nothing is charged."""
    async with open_wire(story("{status: 500, body: abcdefgh, truncate: true}")) as wire:
        answer = await seen(wire)
        assert isinstance(answer, bytes)
        assert answer.startswith(b"HTTP/1.1 500 ")
        assert answer.endswith(b"\r\n\r\nabcd")
        assert await charged(wire) == []


async def test_a_request_that_would_be_refused_is_not_charged_by_a_fault():
    """A lost reply to a send of an unknown document loses a refusal; the journal says that nothing was charged."""
    async with open_wire(story("{lose_reply: after_commit}")) as wire:
        request = REQUEST.replace(b"document_id=10", b"document_id=99")
        assert await seen(wire, request) == b""
        assert await charged(wire) == []
        (entry,) = (await wire.get("journal?kind=fault"))["entries"]
        assert "it had been refused with 400, nothing was charged" in entry["message"]


async def test_other_connections_are_not_touched():
    """A reset ends one connection; another one with a request under way is answered."""
    async with open_wire(story("{reset: true}")) as wire:
        reset, balance = await asyncio.gather(
            seen(wire),
            seen(wire, f"GET /api/v2/balance?api_key={KEY} HTTP/1.0\r\n\r\n".encode()),
        )
        assert reset == "reset"
        assert isinstance(balance, bytes)
        assert balance.endswith(b'{"status":"success","balance":100}')
