"""Files on the wire: uploaded, listed, deleted, cleaned, looked at."""

import json
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from PIL import Image
from yarl import URL

from tests.api.wire import KEY, ORDER, Wire, open_wire
from tests.documents import files
from tests.fidelity import assumed, documented, seen

pytestmark = pytest.mark.usefixtures("shared_pool")

BASES = ("/api/v2", "/api/v1")
UPLOADED = {
    "filename": "695b7d9000064.pdf.tiff",
    "filename_uploaded": "Invoice May.pdf",
    "orig_filename": "695b7d9000064.pdf",
    "file_extension": "pdf",
    "total_pages": 3,
    "filesize": len(files.pdf(3)),
    "preview_in_storage": 1,
    "preview_file": "695b7d9000064.pdf.preview.jpg",
    "preview_image": None,
    "s3": None,
    "user_id": 1,
    "updated_at": "2026-01-05 09:00:00",
    "created_at": "2026-01-05 09:00:00",
    "id": 100,
}


def form(content: bytes, filename: str, name: str = "file", **fields: str) -> aiohttp.FormData:
    made = aiohttp.FormData(fields, quote_fields=False)
    made.add_field(name, BytesIO(content), filename=filename, content_type="application/octet-stream")
    return made


async def upload(wire: Wire, content: bytes = b"hello", filename: str = "a.txt", base: str = "/api/v2") -> Any:
    """Upload a file; the answer must be a success."""
    answer = await wire.call("POST", f"{base}/files?api_key={KEY}", data=form(content, filename))
    assert answer.status == 200, answer
    return answer.json


def pairs(body: bytes) -> Any:
    """JSON with its key order."""
    return json.loads(body, object_pairs_hook=list)


@pytest.mark.parametrize("base", BASES)
@documented(
    "POST `/files` takes a multipart part `file` and answers `success`, `document_id`, `total_pages`, `document`."
)
async def test_the_documented_upload_is_answered_as_documented(wire, base):
    """curl -F file=@Invoice.pdf: every key in the documented order, ids and sizes as integers."""
    answer = await wire.call("POST", f"{base}/files?api_key={KEY}", data=form(files.pdf(3), "Invoice May.pdf"))
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert pairs(answer.body) == [
        ("status", "success"),
        ("document_id", 100),
        ("total_pages", 3),
        ("document", list(UPLOADED.items())),
    ]


async def test_a_pdf_of_three_pages_is_charged_as_three_pages(wire):
    """The pages counted at the upload are those that are charged: in the quote, in the send and in the ledger."""
    document_id = str((await upload(wire, files.pdf(3), "a.pdf"))["document_id"])
    quote = await wire.call("GET", f"/api/v2/fax/{document_id}/costs?api_key={KEY}&fax_number=%2B123456789")
    assert quote.body == b'{"status":"success","cost":0.45}'
    assert (await wire.send(document_id=document_id))["cost"] == 0.45
    assert (await wire.get("audit"))["balance"] == 99.55


@pytest.mark.parametrize("base", BASES)
@documented("GET `/files` answers a bare array of `id`, `filename`, `pages`, `size`, `uploaded`, the oldest first.")
async def test_the_files_are_listed_oldest_first(wire, base):
    """A bare array in the documented shape; uploads come after what was there already."""
    await upload(wire)
    answer = await wire.call("GET", f"{base}/files?api_key={KEY}")
    assert pairs(answer.body) == [
        list({"id": number, "filename": name, "pages": pages, "size": size, "uploaded": "2026-01-05"}.items())
        for number, name, pages, size in (
            (10, "invoice.pdf", 1, 24576),
            (11, "contract.pdf", 12, 294912),
            (100, "a.txt", 1, 5),
        )
    ]


async def test_a_file_beats_the_url_beside_it(wire):
    """AddRemoteFile is in place of a file; where there is one, nothing is fetched."""
    body = form(b"hello", "a.txt", AddRemoteFile="http://127.0.0.1:1/b.pdf")
    answer = await wire.call("POST", f"/api/v2/files?api_key={KEY}", data=body)
    assert (answer.status, answer.json["document"]["filename_uploaded"]) == (200, "a.txt")


@assumed("A page has 15 rows unless `limit` says otherwise; one beyond the last is empty.")
async def test_the_list_comes_in_pages(wire):
    """`limit` and `page` choose a part of the list; there is nothing beyond its end."""
    for _ in range(3):
        await upload(wire)

    async def ids(query: str) -> list[int]:
        answer = await wire.call("GET", f"/api/v2/files?api_key={KEY}&{query}")
        return [row["id"] for row in answer.json]

    assert await ids("limit=2") == [10, 11]
    assert await ids("limit=2&page=3") == [102]
    assert await ids("limit=2&page=4") == []
    assert await ids("page=") == [10, 11, 100, 101, 102]


async def test_what_came_first_is_first_whatever_its_id():
    """An upload comes after a document of the scenario, also when that has the higher id."""
    async with open_wire(f"accounts: [{{api_key: {KEY}, documents: [{{id: 500}}]}}]") as wire:
        await wire.post("clock/advance", {"by": "1s"})
        await upload(wire)
        assert [row["id"] for row in (await wire.call("GET", f"/api/v2/files?api_key={KEY}")).json] == [500, 100]


async def test_the_list_may_be_an_object_as_the_sdks_expect():
    """With `api: {files_list: object}` the rows are under `files`, after a `status`."""
    async with open_wire("api: {files_list: object}") as wire:
        answer = await wire.call("GET", f"/api/v2/files?api_key={KEY}")
    assert list(answer.json) == ["status", "files"]
    assert (answer.json["status"], [row["id"] for row in answer.json["files"]]) == ("success", [10])


@documented("An upload is stored as `.pdf`, whatever it was: `….pdf.tiff`, `….pdf`, `….pdf.preview.jpg`.")
async def test_a_text_is_stored_as_a_pdf(wire):
    """The documentation's own upload of verify.txt: only file_extension still says txt."""
    document = (await upload(wire, b"hello", "verify.txt"))["document"]
    names = [document[key].partition(".")[2] for key in ("filename", "orig_filename", "preview_file")]
    assert names == ["pdf.tiff", "pdf", "pdf.preview.jpg"]
    assert (document["filename_uploaded"], document["file_extension"]) == ("verify.txt", "txt")


@pytest.mark.parametrize("base", BASES)
@documented("DELETE `/files/{document_id}` deletes a file.")
async def test_a_deleted_file_is_gone(wire, base):
    """It is answered with success once, is not listed any more and cannot be sent."""
    target = f"{base}/files/10?api_key={KEY}"
    assert (await wire.call("DELETE", target)).body == b'{"status":"success"}'
    again = await wire.call("DELETE", target)
    assert (again.status, again.json) == (404, {"status": "failed", "message": "Document not found"})
    assert again.reason == "this key has no document 10; it has: 11"
    assert (await wire.call("GET", f"/api/v2/fax?{urlencode(ORDER)}")).status == 400


async def test_deleting_a_file_hurts_no_fax_and_no_record(wire):
    """A fax under way ends as planned; its history and the audit know the document still."""
    await wire.send()
    await wire.call("DELETE", f"/api/v2/files/10?api_key={KEY}")
    await wire.post("clock/advance", {"by": "1m"})
    history = await wire.call("GET", f"/api/v2/fax-history?api_key={KEY}")
    [row] = history.json["history"]
    assert (row["document_id"], row["document"], row["status"]) == (10, "invoice.pdf", "success")
    assert (await wire.get("audit"))["ok"]


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("place", ["query", "header"])
@seen("`document_id` of `/file-clean` and `/file-generate-preview` may be a request header.")
async def test_cleaning_shows_the_document_in_the_documented_order(wire, base, place):
    """The id may be a header, as SDKs send it; the fields come in order, and with created_date for SDKs."""
    await upload(wire, files.pdf(3), "Invoice May.pdf")
    query = f"{base}/file-clean?api_key={KEY}"
    answer = (
        await wire.call("GET", query + "&document_id=100")
        if place == "query"
        else await wire.call("GET", query, headers={"document_id": "100"})
    )
    expected = ["user_id", "created_at", "id", "filename", "orig_filename", "preview_file"]
    expected += ["preview_image", "preview_in_storage", "file_extension", "filename_uploaded", "filesize", "s3"]
    expected += ["server_document_id", "team_user_id", "total_pages", "updated_at", "created_date"]
    assert list(answer.json) == ["status", *expected]
    extra = {"created_date": UPLOADED["created_at"], "server_document_id": None, "team_user_id": None}
    assert answer.json == UPLOADED | extra | {"status": "success"}


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("document_id", ["10", "100"])
@documented("GET `/file-generate-preview` answers the `url` of a picture, which opens.")
async def test_the_preview_opens_without_anything_else(wire, base, document_id):
    """The URL alone is enough to get a picture of the first page, of an upload and of a scenario's document."""
    await upload(wire, files.pdf(3), "a.pdf")
    answer = await wire.call("GET", f"{base}/file-generate-preview?api_key={KEY}&document_id={document_id}")
    assert list(answer.json) == ["status", "url"]
    url = URL(answer.json["url"])
    assert str(url.origin()) == wire.url
    picture = await wire.call("GET", url.raw_path_qs)
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert Image.open(BytesIO(picture.body)).size == (778, 1100)


async def test_the_link_to_a_preview_has_the_key_whatever_its_signs():
    """A key that a tester has chosen may have signs that mean something in a URL."""
    async with open_wire("accounts: [{api_key: 'a&b=c#d+e%'}]") as wire:
        query = urlencode({"api_key": "a&b=c#d+e%", "document_id": 10})
        url = URL((await wire.call("GET", f"/api/v2/file-generate-preview?{query}")).json["url"], encoded=True)
        assert (url.query["api_key"], url.fragment) == ("a&b=c#d+e%", "")


@pytest.mark.parametrize(
    ("filename", "content"),
    [("a.pdf", files.TRUNCATED), ("a.pdf", files.pdf(password="x")), ("a.png", b"no picture"), ("a.pdf", b"")],
)
@assumed("A file that cannot be converted is taken as one page; its fax is accepted and ends in `file_error`.")
async def test_an_inconvertible_file_is_taken_and_fails_as_a_fax(wire, filename, content):
    """The upload succeeds and says why in the header; the fax is accepted, and ends in file_error."""
    answer = await wire.call("POST", f"/api/v2/files?api_key={KEY}", data=form(content, filename))
    assert (answer.status, answer.json["total_pages"]) == (200, 1)
    assert answer.reason is not None
    assert answer.reason.startswith("document 100 cannot be converted: the ")
    job = await wire.send(document_id="100")
    await wire.post("clock/advance", {"by": "1m"})
    assert (await wire.get(f"faxes/{job['fax_job_id']}"))["msg_code"] == "file_error"
    preview = await wire.call("GET", f"/api/v2/file-generate-preview?api_key={KEY}&document_id=100")
    assert (preview.status, list(preview.json)) == (400, ["status", "message"])


@pytest.mark.parametrize(
    "filename",
    ["/etc/passwd", "..\\..\\boot.ini", "../../../../tmp/x.txt", "\N{HIRAGANA LETTER A}.txt"],
)
async def test_a_file_name_with_a_path_is_only_a_name(wire, filename):
    """Nothing of a path is kept."""
    document = (await upload(wire, b"hello", filename))["document"]
    assert not set("/\\") & set(document["filename_uploaded"])
    assert document["orig_filename"].startswith("695b7d9000064")


async def test_a_file_of_the_limit_is_taken_and_one_byte_more_is_not():
    """The limit is that of the file, whatever the form around it; a refusal leaves nothing."""
    async with open_wire(upload_limit=2 * 1024**2) as wire:
        assert (await upload(wire, b"x" * 2 * 1024**2))["document"]["filesize"] == 2 * 1024**2
        answer = await wire.call(
            "POST", f"/api/v2/files?api_key={KEY}", data=form(b"x" * (2 * 1024**2 + 1), "b.txt")
        )
        assert (answer.status, answer.json) == (413, {"status": "failed", "message": "The file is too large"})
        assert answer.reason == "the file has 2097153 bytes; --upload-limit is 2MB"
        huge = await wire.call("POST", f"/api/v2/files?api_key={KEY}", data=form(b"x" * 3 * 1024**2, "b.txt"))
        assert (huge.status, huge.json["status"]) == (413, "failed")
        assert len((await wire.call("GET", f"/api/v2/files?api_key={KEY}")).json) == 3


async def test_all_files_keep_to_a_limit_too():
    """When the storage is full, the refusal names the option and the cure; a deletion makes room."""
    async with open_wire(storage_limit=100) as wire:
        await upload(wire, b"x" * 60)
        answer = await wire.call("POST", f"/api/v2/files?api_key={KEY}", data=form(b"x" * 60, "b.txt"))
        assert (answer.status, answer.json["message"]) == (413, "There is no room for the file")
        assert answer.reason is not None
        assert answer.reason.endswith("40 are left of --storage-limit 100 bytes; delete documents, or reset")
        await wire.call("DELETE", f"/api/v2/files/100?api_key={KEY}")
        await upload(wire, b"x" * 60)


@pytest.mark.parametrize(
    ("options", "message", "reason"),
    [
        ({}, "The file field is required", "no file in the query or the body"),
        ({"data": form(b"", "")}, "The file field is required", "no file in the query or the body"),
        ({"data": form(b"x", "a.txt", name="document")}, "The file field is required", "no file in the query or"),
        (
            {"data": {"file": "hello"}},
            "The file is invalid",
            "file 'hello' is not a file: a part of multipart/form-",
        ),
        ({"json": {"AddRemoteFile": ["x"]}}, "The AddRemoteFile is invalid", "AddRemoteFile ['x'] is not text"),
    ],
)
async def test_an_upload_without_a_file_says_what_is_missing(wire, options, message, reason):
    """No file, an empty choice, another name, a text in its place: 400 and what was expected."""
    answer = await wire.call("POST", f"/api/v2/files?api_key={KEY}", **options)
    assert (answer.status, answer.json) == (400, {"status": "failed", "message": message})
    assert answer.reason is not None
    assert answer.reason.startswith(reason)


@pytest.mark.parametrize("document_id", ["{document_id}", "abc", "-1", "1" * 40, "%F0%9F%93%A0"])
@pytest.mark.parametrize("path", ["files/{}", "files/{}/preview.jpg", "fax/{}/costs"])
async def test_a_wrong_document_in_a_path_is_404(wire, document_id, path):
    """A literal template, text and numbers beyond all ids are unknown documents."""
    method = "DELETE" if path == "files/{}" else "GET"
    answer = await wire.call(method, f"/api/v2/{path.format(document_id)}?api_key={KEY}")
    assert (answer.status, answer.json) == (404, {"status": "failed", "message": "Document not found"})


async def test_the_methods_of_a_path_are_reported_together(wire):
    """GET and POST /files are two operations; another method gets an error that names both."""
    answer = await wire.call("PUT", f"/api/v2/files?api_key={KEY}")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, POST")


async def test_document_ids_rise_over_a_reset(wire):
    """An id that came again would mean another file to a program that remembers it."""
    first = (await upload(wire))["document_id"]
    await wire.post("reset")
    assert (await upload(wire))["document_id"] == first + 1
    assert [row["id"] for row in (await wire.call("GET", f"/api/v2/files?api_key={KEY}")).json] == [10, 11, 101]
