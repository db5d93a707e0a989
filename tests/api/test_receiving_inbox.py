"""The inbox as programs see it: rows, pages, and links that open."""

from io import BytesIO

import pypdfium2
import pytest
from PIL import Image

from tests.api.wire import KEY, Wire, open_wire
from tests.fidelity import assumed, documented, seen

pytestmark = pytest.mark.usefixtures("shared_pool")

STORY = """
accounts:
  - api_key: f@x2r0ckkz
    numbers: ["+918111922344", "+12048134700"]
  - api_key: other
"""


async def inbox(wire: Wire, path: str = "incoming-faxes") -> list[dict[str, object]]:
    """The rows at a path of the API."""
    answer = await wire.call("GET", f"/api/v2/{path}", headers={"api_key": KEY})
    assert answer.status == 200, answer
    rows: list[dict[str, object]] = answer.json["inbox"]
    return rows


@documented(
    "`/incoming-faxes` lists `id`, `did_id`, `filename`, `filesize` as text, …, `preview_file` and `file_url`."
)
async def test_incoming_faxes_are_listed_as_documented():
    """Keys, their order and their types are those of the documentation's example."""
    async with open_wire(STORY) as wire:
        await wire.post("incoming-faxes", {"from": "+919245657633", "pages": 2})
        answer = await wire.call("GET", f"/api/v2/incoming-faxes?api_key={KEY}")
    assert list(answer.json) == ["status", "inbox", "meta"]
    (row,) = answer.json["inbox"]
    size = row.pop("filesize")
    assert list(row.items()) == [
        ("id", 771),
        ("did_id", 6283433),
        ("filename", "695b7d9000303.pdf"),
        ("number", "+918111922344"),
        ("sender", "919245657633"),
        ("total_pages", 2),
        ("created_at", {"date": "2026-01-05 09:00:00.000000", "timezone_type": 3, "timezone": "UTC"}),
        ("preview_file", f"{wire.url}/receivefax/api/v1/inbox/771/preview?api_key=f%40x2r0ckkz"),
        ("file_url", f"{wire.url}/receivefax/api/v1/inbox/771/file?api_key=f%40x2r0ckkz"),
    ]
    assert answer.body.index(b'"filename"') < answer.body.index(b'"filesize"') < answer.body.index(b'"number"')
    number, unit = size.split(" ")
    assert (unit, len(number.partition(".")[2])) == ("KB", 2)
    assert answer.json["meta"]["pagination"]["total"] == 1


@documented("`preview_file` and `file_url` open with the key that is in them.")
async def test_the_links_of_a_fax_open():
    """The file is a PDF of as many pages as the row says; the preview is a picture of a page with ink on it."""
    async with open_wire(STORY) as wire:
        await wire.post("incoming-faxes", {"pages": 2})
        (row,) = await inbox(wire)
        file = await wire.call("GET", str(row["file_url"]).removeprefix(wire.url))
        preview = await wire.call("GET", str(row["preview_file"]).removeprefix(wire.url))
    assert (file.headers["Content-Type"], preview.headers["Content-Type"]) == ("application/pdf", "image/jpeg")
    document = pypdfium2.PdfDocument(file.body)
    assert len(document) == 2
    document.close()
    with Image.open(BytesIO(preview.body)) as picture:
        assert picture.format == "JPEG"
        assert picture.height > picture.width > 500
        darkest, brightest = picture.convert("L").getextrema()
    assert (darkest, brightest) == (0, 255)


async def test_the_files_of_a_fax_are_its_owners_only():
    """Another account's key, a wrong key or none opens neither link."""
    async with open_wire(STORY) as wire:
        await wire.post("incoming-faxes")
        for name in ("file", "preview"):
            path = f"/receivefax/api/v1/inbox/771/{name}"
            statuses = [
                (await wire.call("GET", f"{path}{key}")).status for key in ("?api_key=other", "?api_key=x", "")
            ]
            assert statuses == [404, 401, 401]
            assert (await wire.call("GET", path, headers={"api_key": KEY})).status == 200


@pytest.mark.parametrize("recipient", ["%2B918111922344", "+918111922344", "918111922344", "%2B91-8111-922344"])
@documented("`/incoming-faxes/{recipient}` lists the faxes to one number, the oldest first.")
@seen("A number in a path comes as `%2B91…` and as `+91…`.")
async def test_the_faxes_of_one_recipient_are_listed(recipient):
    """The number is found with its plus, encoded or not, and without."""
    async with open_wire(STORY) as wire:
        for number in ("+918111922344", "+12048134700", "+918111922344"):
            await wire.post("incoming-faxes", {"to": number})
        assert [row["id"] for row in await inbox(wire, f"incoming-faxes/{recipient}")] == [771, 773]
        page = await wire.call("GET", f"/api/v2/incoming-faxes/{recipient}?limit=1&api_key={KEY}")
        link = page.json["meta"]["pagination"]["links"]["next"]
        following = await wire.call("GET", link.removeprefix(wire.url))
        assert [row["id"] for row in following.json["inbox"]] == [773]


@pytest.mark.parametrize("recipient", ["{recipient}", "+49301234567", "abc", "7"])
@assumed("Faxes to a number that is not the account's are an empty list.")
async def test_a_number_of_somebody_else_has_received_nothing(recipient):
    """An unknown number, or a placeholder, is an empty inbox as JSON."""
    async with open_wire(STORY) as wire:
        await wire.post("incoming-faxes")
        assert await inbox(wire, f"incoming-faxes/{recipient}") == []


@documented("`/incoming-faxes` is newest first.")
async def test_the_newest_fax_comes_first():
    """In the order of their arrival, not of their ids."""
    async with open_wire(STORY) as wire:
        await wire.post("incoming-faxes", {"after": "2h"})
        await wire.post("incoming-faxes")
        await wire.post("incoming-faxes", {"after": "1h"})
        await wire.post("clock/advance", {"by": "3h"})
        assert [row["id"] for row in await inbox(wire)] == [771, 773, 772]
        listed = (await wire.get("incoming-faxes"))["incoming_faxes"]
        assert [fax["incoming_fax_id"] for fax in listed] == [771, 772, 773]
