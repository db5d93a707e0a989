"""Bodies: looked at before they are read, unpacked within their limit, and bounded all together."""

import asyncio
import base64
import gzip
import io
import json
import zlib
from collections.abc import AsyncIterator
from functools import cache
from urllib.parse import quote

import aiohttp
import pytest
from yarl import URL

from tests.api.wire import DEADLINE, KEY, open_wire
from tests.documents import files

MEGABYTE = 1024 * 1024


@cache
def bomb() -> bytes:
    """The beginning of 300 MB, packed: ten of them thirty times, which is quicker than packing all."""
    packer = zlib.compressobj(9, wbits=31)
    first, again = (
        packer.compress(bytes(10 * MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in ("with a head", "without")
    )
    return first + 29 * again


def upload_head(target: str, size: int, more: bytes = b"") -> bytes:
    head = f"POST {target} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    return head.encode() + more + b"Content-Length: %d\r\n\r\n" % size


FILE_PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'


@pytest.mark.parametrize(
    ("target", "more"),
    [("/api/v2/files?api_key=nobody", b""), ("/api/v2/files", b"api_key: nobody\r\n")],
    ids=["query", "header"],
)
async def test_a_body_with_an_unknown_key_is_not_waited_for(wire, target, more):
    """A client without a key is refused as soon as the head has come, not after 19 MB."""
    answer = await wire.raw(upload_head(target, 19 * MEGABYTE, more) + FILE_PART)
    assert (answer.status, answer.json["message"]) == (401, "Unauthorized")


async def test_a_key_before_the_file_is_looked_at_before_the_file(wire):
    """The same for a key that is the first part of a form."""
    key_part = b'--b\r\nContent-Disposition: form-data; name="api_key"\r\n\r\nnobody\r\n'
    answer = await wire.raw(upload_head("/api/v2/files", 19 * MEGABYTE) + key_part + FILE_PART + bytes(MEGABYTE))
    assert answer.status == 401


async def test_a_body_for_which_there_is_no_room_is_not_waited_for():
    """A file that says it is larger than what is left of the storage is refused by its head."""
    async with open_wire(storage_limit=5 * MEGABYTE) as wire:
        answer = await wire.raw(upload_head(f"/api/v2/files?api_key={KEY}", 10 * MEGABYTE) + FILE_PART)
    assert answer.status == 413
    assert answer.reason is not None
    assert "--storage-limit 5MB" in answer.reason


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_packed_body_is_unpacked(wire, encoding):
    """A client may compress what it sends; deflate is understood with its header and without."""
    order = b"fax_number=%2B123456789&document_id=10&api_key=" + KEY.encode()
    raw = zlib.compressobj(wbits=-15)
    packed = {"gzip": [gzip.compress(order)], "deflate": [zlib.compress(order), raw.compress(order) + raw.flush()]}
    for body in packed[encoding]:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": encoding}
        assert (await wire.call("POST", "/api/v2/fax", data=body, headers=headers)).status == 200


async def test_a_packed_body_is_whole_and_counts_unpacked(wire):
    """A megabyte of parameters is taken, packed or not; not a byte more, nor half an order that was cut off."""
    order = json.dumps({"api_key": KEY, "fax_number": "+123456789", "document_id": 10}).encode()
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    for body, status, reason in (
        (gzip.compress(order.ljust(MEGABYTE), 1), 200, "ok after 30s"),
        (gzip.compress(order.ljust(MEGABYTE + 1), 1), 413, f"more than {MEGABYTE} bytes, unpacked"),
        (gzip.compress(order)[:-1], 400, "its end is missing"),
    ):
        answer = await wire.call("POST", "/api/v2/fax", data=body, headers=headers)
        assert (answer.status, reason in str(answer.reason)) == (status, True), answer
    del headers["Content-Encoding"]
    for size, status in ((MEGABYTE, 200), (MEGABYTE + 1, 413)):
        answer = await wire.call("POST", "/api/v2/fax", data=io.BytesIO(order.ljust(size)), headers=headers)
        assert answer.status == status
    assert (await wire.get("faxes"))["total"] == 2


@pytest.mark.parametrize(
    ("target", "content_type"),
    [
        (f"/api/v2/fax?api_key={KEY}", "application/json"),
        (f"/api/v2/files?api_key={KEY}", "multipart/form-data; boundary=b"),
        ("/_fakefax/clock/advance", "application/json"),
    ],
    ids=["parameters", "upload", "control"],
)
async def test_a_packed_bomb_is_left_at_the_limit(wire, target, content_type):
    """300 kB that would be 300 MB are refused with 413; a send meanwhile is answered."""
    headers = {"Content-Type": content_type, "Content-Encoding": "gzip"}
    answering = asyncio.create_task(wire.call("POST", target, data=bomb(), headers=headers))
    await wire.send()
    answer = await answering
    assert answer.status == 413
    assert "unpacked" in (answer.reason or answer.json["message"])


async def test_a_thousand_fields_are_taken_and_no_more(wire):
    """In a query and in a form alike."""
    for more, status in ((999, 200), (1000, 400)):
        fields = f"api_key={quote(KEY)}" + more * "&a=1"
        asked = {"data": fields, "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
        assert (await wire.call("GET", f"/api/v2/balance?{fields}")).status == status
        assert (await wire.call("POST", "/api/v2/balance", **asked)).status == status


async def test_a_part_may_be_written_as_mail_writes_it(wire):
    """A part may be in base64 or quoted-printable, as its own header says; of two with one name the last counts."""
    order = [
        ("api_key", "binary", KEY),
        ("document_id", "binary", "10"),
        ("fax_number", "quoted-printable", "=2B123456789"),
        ("document_id", "base64", "MTE="),
    ]
    body = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n'
        f"Content-Transfer-Encoding: {transfer}\r\n\r\n{text}\r\n"
        for name, transfer, text in order
    )
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    assert (await wire.call("POST", "/api/v2/fax", data=f"{body}--b--\r\n", headers=headers)).status == 200
    (fax,) = (await wire.get("faxes"))["faxes"]
    assert (fax["fax_number"], fax["document_id"]) == ("+123456789", 11)


async def test_all_parts_of_a_body_together_keep_to_the_limit():
    """A body of which nobody knows how long it becomes is left where its parts come to more than an upload."""

    async def parts() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield FILE_PART + bytes(MEGABYTE // 2) + b"\r\n"
        yield b"--b--\r\n"

    async with open_wire(upload_limit=100_000) as wire:
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        answer = await wire.call("POST", f"/api/v2/files?api_key={KEY}", data=parts(), headers=headers)
    assert answer.status == 413
    assert answer.reason is not None
    assert answer.reason.startswith("the parts of the body have more than ")


async def test_all_uploads_in_progress_have_one_budget():
    """Clients that each send half a file cannot fill the memory; their memory is free when they are gone."""
    async with open_wire(storage_limit=3 * MEGABYTE) as wire:
        port = URL(wire.url).port
        in_progress = wire.server.sandboxes.files.in_progress
        writers = []
        for _ in range(3):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writers.append(writer)
            head = upload_head(f"/api/v2/files?api_key={KEY}", 2 * MEGABYTE)
            writer.write(head + FILE_PART + bytes(3 * MEGABYTE // 2))
            await writer.drain()
        async with asyncio.timeout(DEADLINE):
            refusal = await reader.readuntil(b"\r\n\r\n")
        assert refusal.startswith(b"HTTP/1.1 413")
        assert b"all uploads in progress" in refusal
        for writer in writers:
            writer.close()
        async with asyncio.timeout(DEADLINE):
            while in_progress.used:
                await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.01)
        form = aiohttp.FormData()
        form.add_field("file", b"a" * MEGABYTE, filename="a.txt")
        assert (await wire.call("POST", f"/api/v2/files?api_key={KEY}", data=form)).status == 200
        assert in_progress.used == 0


async def test_a_large_file_may_arrive_as_a_fax(wire):
    """The control API takes a file of more than a megabyte in base64, up to the limit of an upload."""
    pdf = files.pdf(1)
    end = pdf[pdf.rindex(b"startxref") :]
    document = base64.b64encode(pdf + b"%" + bytes(2 * MEGABYTE) + b"\n" + end).decode()
    body = json.dumps({"document": document, "filename": "a.pdf", "to": "+12048134699"}).encode()
    answer = await wire.call("POST", "/_fakefax/incoming-faxes", data=io.BytesIO(body))
    assert answer.status == 200, answer
