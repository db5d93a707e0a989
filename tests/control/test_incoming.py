"""A fax arrives: in the inbox, and at the account's URL for received faxes."""

import base64
import json
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pypdfium2
import pytest

from fakefax.core.receiving.number_registry import MAX_SEARCHED
from fakefax.documents import pool
from fakefax.documents.fax_sheet import MAX_TEXT, write_fax
from fakefax.documents.limits import MAX_FAX_PAGES
from fakefax.geography import atlas
from fakefax.scenario.fake_data import fax_sender, fax_sheet
from tests.api.wire import KEY, Wire, open_wire
from tests.control.received import fax_endpoint
from tests.fidelity import assumed, documented

pytestmark = pytest.mark.usefixtures("shared_pool")

STORY = """
accounts:
  - api_key: f@x2r0ckkz
    numbers: ["+12048134699", "+12048134700"]
  - {api_key: other, numbers: ["+13065550100"]}
  - {api_key: bare}
"""
TRUNCATED = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
)


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, as a real PDF reader sees it."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def made(shown: dict[str, Any], text: str | None, pages: int | None, sender: str | None = None) -> bytes:
    """The pages that are made up for a fax, from what the control API shows of it."""
    seed, purpose, sent_at = 0, str(shown["incoming_fax_id"]), datetime(2026, 1, 5, 9, tzinfo=UTC)
    number, company = fax_sender(seed, purpose)
    sheet = fax_sheet(seed, purpose, sender or number, company, shown["number"], sent_at, text, pages)
    return write_fax(sheet, (pages or 1) if text is None else pages).data


async def refused(wire: Wire, body: dict[str, object], status: int = 400) -> str:
    """The message of a request that must be refused, without anything having arrived."""
    answer = await wire.call("POST", "/_fakefax/incoming-faxes", json=body)
    assert (answer.status, list(answer.json)) == (status, ["status", "message"])
    return str(answer.json["message"])


@documented("A received fax is posted as multipart, with the PDF in `file` and ten more fields.")
@assumed("`from` is digits, `to` has its plus, `time` is in UTC, `ecm` is `on`, `compression` `T.6`.")
async def test_a_fax_that_arrives_is_posted_with_its_pdf():
    """A real multipart parser finds the documented fields in their order, and a PDF that opens and names both."""
    async with fax_endpoint() as endpoint, open_wire(STORY) as wire:
        await wire.patch("account", {"received_fax_url": endpoint.url})
        shown = await wire.post("incoming-faxes", {"from": "+1 (212) 555-0123", "to": "+12048134700", "pages": 3})
        form = await endpoint.next()
        await wire.post("clock/advance", {"by": "1h"})
        after = await wire.get(f"incoming-faxes/{shown['incoming_fax_id']}")
    assert form.names == [
        "uuid", "from", "to", "time", "file", "rsid", "speed", "duration", "ecm", "pages", "compression",
    ]  # fmt: skip
    rsid = form.fields.pop("rsid")
    assert form.fields == {
        "uuid": shown["uuid"],
        "from": "12125550123",
        "to": "+12048134700",
        "time": "2026-01-05 09:00:00",
        "speed": "14400",
        "duration": "85",
        "ecm": "on",
        "pages": "3",
        "compression": "T.6",
    }
    assert (form.filename, form.content_type) == (shown["filename"], "application/pdf")
    assert len(pages_of(form.content)) == 3
    assert form.content == made(shown, None, 3, "12125550123")
    assert rsid
    assert (after["callback"], len(after["attempts"]), endpoint.waiting) == ("acknowledged", 1, 0)


@assumed(
    "The callback of a received fax is repeated as a receipt is.",
    switch="receipts.retry_every, receipts.expires_after, receipts.accept",
)
async def test_the_callback_is_repeated_until_it_is_acknowledged():
    """503 twice, then 200: three attempts 15 minutes apart with the same bytes, and no fourth."""
    async with fax_endpoint(503, 503, 200) as endpoint, open_wire(STORY) as wire:
        await wire.patch("account", {"received_fax_url": endpoint.url})
        shown = await wire.post("incoming-faxes")
        await wire.post("clock/advance", {"by": "2h"})
        fax = await wire.get(f"incoming-faxes/{shown['incoming_fax_id']}")
        forms = [await endpoint.next() for _ in range(3)]
        assert endpoint.waiting == 0
    assert forms[0] == forms[1] == forms[2]
    assert fax["callback"] == "acknowledged"
    assert [(attempt["due"], attempt["status_code"]) for attempt in fax["attempts"]] == [
        ("2026-01-05T09:00:00Z", 503),
        ("2026-01-05T09:15:00Z", 503),
        ("2026-01-05T09:30:00Z", 200),
    ]


async def test_a_fax_without_a_url_waits_for_a_resend():
    """Without a URL nothing is posted and the journal says what to do; a resend posts it once there is one."""
    async with fax_endpoint() as endpoint, open_wire(STORY) as wire:
        fax = await wire.post("incoming-faxes")
        resend = f"incoming-faxes/{fax['incoming_fax_id']}/resend"
        reported = (await wire.get("journal?kind=received.not_sent"))["entries"][0]["message"]
        assert fax["callback"] == "not_sent"
        assert reported.endswith(f"then POST /_fakefax/{resend}")
        unset = await wire.call("POST", f"/_fakefax/{resend}")
        assert unset.status == 409
        await wire.patch("account", {"received_fax_url": endpoint.url})
        await wire.post(resend)
        await wire.post("clock/advance", {"by": "1m"})
        assert (await endpoint.next()).fields["uuid"] == fax["uuid"]
        assert (await wire.get("incoming-faxes"))["incoming_faxes"][0]["callback"] == "acknowledged"


async def test_a_fax_may_arrive_later():
    """With `after` it is on its way until simulated time is there: not in the inbox, no callback, no files."""
    async with fax_endpoint() as endpoint, open_wire(STORY) as wire:
        await wire.patch("account", {"received_fax_url": endpoint.url})
        fax = await wire.post("incoming-faxes", {"after": "10m"})
        fax_id = fax["incoming_fax_id"]
        await wire.post("clock/advance", {"by": "9m"})
        before = (await wire.call("GET", f"/api/v2/incoming-faxes?api_key={KEY}")).json["inbox"]
        hidden = await wire.call("GET", f"/receivefax/api/v1/inbox/{fax_id}/file?api_key={KEY}")
        early = await wire.call("POST", f"/_fakefax/incoming-faxes/{fax_id}/resend")
        assert (fax["arrived"], fax["callback"], before, hidden.status, early.status) == (False, None, [], 404, 404)
        await wire.post("clock/advance", {"by": "1m"})
        form = await endpoint.next()
        inbox = (await wire.call("GET", f"/api/v2/incoming-faxes?api_key={KEY}")).json["inbox"]
    assert form.fields["time"] == "2026-01-05 09:10:00"
    assert [row["created_at"]["date"] for row in inbox] == ["2026-01-05 09:10:00.000000"]


async def test_the_text_of_a_fax_can_be_given():
    """`text` is printed on the fax; it takes as many pages as it needs, or is spread over those asked for."""
    order, lines = "Your order 4711\n\nis ready.", "\n\n".join(f"Line {n}" for n in range(50))
    async with open_wire(STORY) as wire:
        short = await wire.post("incoming-faxes", {"text": order})
        spread = await wire.post("incoming-faxes", {"text": order, "pages": 2})
        long = await wire.post("incoming-faxes", {"text": lines})
        contents = []
        for fax in (short, spread, long):
            url = f"/receivefax/api/v1/inbox/{fax['incoming_fax_id']}/file?api_key={KEY}"
            contents.append((await wire.call("GET", url)).body)
        message = await refused(wire, {"text": lines, "pages": 2})
    assert [fax["pages"] for fax in (short, spread, long)] == [1, 2, 3]
    assert contents == [made(short, order, None), made(spread, order, 2), made(long, lines, None)]
    assert message == "this cannot be faxed: the text needs 3 pages, not 2"


async def test_a_document_of_ones_own_arrives():
    """A file in base64 arrives as a PDF with its real number of pages, byte for byte when it is a PDF already."""
    async with open_wire(STORY) as wire:
        made = await wire.post("incoming-faxes", {"pages": 2})
        url = f"/receivefax/api/v1/inbox/{made['incoming_fax_id']}/file?api_key={KEY}"
        pdf = (await wire.call("GET", url)).body
        again = await wire.post("incoming-faxes", {"document": base64.b64encode(pdf).decode()})
        url = f"/receivefax/api/v1/inbox/{again['incoming_fax_id']}/file?api_key={KEY}"
        assert (again["pages"], (await wire.call("GET", url)).body) == (2, pdf)
        text = await wire.post("incoming-faxes", {"document": "SGVsbG8=", "filename": "hello.txt"})
        assert text["pages"] == 1
        broken = await refused(wire, {"document": base64.b64encode(TRUNCATED).decode()})
        assert broken.startswith("this cannot be faxed: ")
        both = await refused(wire, {"document": "SGVsbG8=", "pages": 2})
        assert both == "a document has its own text, and its pages are counted; leave pages and text out"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            {"to": "+13065550100"},
            "+13065550100 is not a number of this account; it has: +12048134699, +12048134700",
        ),
        ({"to": "abc"}, "to 'abc' is not a fax number such as +12048134699"),
        ({"after": "soon"}, "after: 'soon' is not a duration such as 45s, 15m, 1h30m or 48h"),
        ({"api_key": "bare", "to": "+12048134699"}, "+12048134699 is a number of the account f@x... already"),
    ],
)
async def test_a_fax_that_cannot_arrive_is_refused_with_the_cure(body, message):
    """A wrong recipient or span is a 400 that names it; nothing arrives."""
    async with open_wire(STORY) as wire:
        assert await refused(wire, body) == message
        assert (await wire.get("incoming-faxes"))["incoming_faxes"] == []


async def test_an_unknown_field_is_named_with_all_that_there_are(wire):
    """A field that is unknown is a 400 that lists the fields as they are written."""
    message = await refused(wire, {"form": "+1"})
    assert "its fields are: api_key, from, to, pages, text, document, filename, after, rsid" in message


async def test_an_account_without_numbers_is_given_one():
    """So that a fax can arrive in any scenario: the number named, or the next of Winnipeg, without charge."""
    async with open_wire(STORY) as wire:
        named = await wire.post("incoming-faxes", {"api_key": "bare", "to": "+442079460000"})
        numbers = (await wire.call("GET", "/api/v2/numbers?api_key=bare")).json["numbers"]
        assert [row["did_number"] for row in numbers] == ["+442079460000"]
        assert named["number"] == "+442079460000"
        assert (await wire.get("ledger?api_key=bare"))["entries"] == []
    async with open_wire(STORY) as wire:
        given = await wire.post("incoming-faxes", {"api_key": "bare"})
        assert given["number"] == "+12048134698"
        assert (await wire.get("audit?api_key=bare"))["ok"] is True


@assumed("A number that has expired receives nothing.", switch="pricing.number_lifetime")
async def test_an_expired_number_receives_nothing():
    """A fax to a number that has expired is refused; without `to` another active number takes it."""
    async with open_wire(STORY + "pricing: {number_lifetime: 1d, number: 0}") as wire:
        await wire.post("clock/advance", {"by": "24h"})
        expired = await refused(wire, {"to": "+12048134699"})
        assert expired == "+12048134699 has expired at 2026-01-06 09:00:00 and receives nothing; provision another"
        every = await refused(wire, {})
        assert every.startswith("every number of this account has expired: +12048134699, +12048134700;")
        await wire.call("POST", f"/api/v2/countries/didgroups/67/provision?api_key={KEY}")
        assert (await wire.post("incoming-faxes"))["number"] == "+12048134698"


async def test_the_seed_repeats_what_arrives():
    """Two runs of one story get the same sender, uuid and bytes; another seed gets others."""

    async def run(seed: int) -> tuple[str, str, bytes]:
        async with open_wire(f"seed: {seed}\n{STORY}") as wire:
            fax = await wire.post("incoming-faxes")
            url = f"/receivefax/api/v1/inbox/{fax['incoming_fax_id']}/file?api_key={KEY}"
            return fax["uuid"], fax["sender"], (await wire.call("GET", url)).body

    first, second, other = await run(1), await run(1), await run(2)
    assert first == second
    assert first[0] != other[0]
    assert first[2] != other[2]


async def test_ids_go_on_rising_over_a_reset():
    """After a reset neither the id nor the uuid of an incoming fax comes again, and the inbox is empty."""
    async with open_wire(STORY) as wire:
        before = await wire.post("incoming-faxes")
        await wire.post("reset")
        assert (await wire.get("incoming-faxes"))["incoming_faxes"] == []
        after = await wire.post("incoming-faxes")
    assert after["incoming_fax_id"] == before["incoming_fax_id"] + 1
    assert after["uuid"] != before["uuid"]


@pytest.mark.parametrize(("in_path", "shown"), [("1", "1"), ("x", "x"), ("%C2%B2", "²")])
async def test_a_fax_of_nobody_is_not_found(wire, in_path, shown):
    """An id that no fax of the account has is a 404 with the reason."""
    for method, tail in (("GET", ""), ("POST", "/resend")):
        answer = await wire.call(method, f"/_fakefax/incoming-faxes/{in_path}{tail}")
        assert (answer.status, answer.json["message"]) == (404, f"this key has no incoming fax {shown!r}")


async def test_a_text_is_bounded(wire):
    """A text that cannot fit on the pages of any fax is refused before it is laid out, with both numbers."""
    for text, message in (
        ("x" * (MAX_TEXT + 1), f"text has {MAX_TEXT + 1} characters; {MAX_TEXT} fit on {MAX_FAX_PAGES} pages"),
        ("\n" * MAX_TEXT, "this cannot be faxed: "),
    ):
        body = BytesIO(json.dumps({"text": text}).encode())
        answer = await wire.call("POST", "/_fakefax/incoming-faxes", data=body)
        assert (answer.status, answer.json["message"].startswith(message)) == (400, True)


async def test_a_long_fax_is_drawn_some_pages_at_a_time(monkeypatch):
    """A fax of more pages than one turn draws is what is drawn at once, and nothing is drawn in the server."""
    monkeypatch.setattr(pool, "PAGES_AT_ONCE", 2)
    async with open_wire(STORY) as wire:
        shown = await wire.post("incoming-faxes", {"pages": 5})
        url = f"/receivefax/api/v1/inbox/{shown['incoming_fax_id']}/file?api_key={KEY}"
        content = (await wire.call("GET", url)).body
    assert content == made(shown, None, 5)


async def test_a_file_of_the_allowed_size_is_read_from_json():
    """--upload-limit counts the bytes of the file, not those of its base64; a larger file is refused with 413."""
    async with open_wire(STORY, upload_limit=3_000_000) as wire:
        for size, status, reason in (
            (2_950_000, 400, "this cannot be faxed"),
            (3_000_001, 413, "upload-limit"),
        ):
            body = json.dumps({"document": base64.b64encode(bytes(size)).decode()}).encode()
            answer = await wire.call("POST", "/_fakefax/incoming-faxes", data=BytesIO(body))
            assert (answer.status, reason in answer.json["message"]) == (status, True), answer.json


async def test_faxes_that_arrive_fill_the_sandbox():
    """Received files count for --storage-limit, as uploaded ones do."""
    pdf = write_fax(fax_sheet(0, "1", "1", "", "2", datetime(2026, 1, 5, tzinfo=UTC), "Dear all", None), None).data
    async with open_wire(STORY, storage_limit=len(pdf) * 5 // 2) as wire:
        body = {"document": base64.b64encode(pdf).decode()}
        answers = [await wire.call("POST", "/_fakefax/incoming-faxes", json=body) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 413]


async def test_a_fax_for_an_account_when_no_number_is_left():
    """An account without a number is given one for its fax; if all of the group are taken, 409 says so."""
    async with open_wire(STORY) as wire:
        group = await atlas.did_group(atlas.EXAMPLE_GROUP)
        assert group is not None
        other, bare = (wire.server.sandbox.accounts[key] for key in ("other", "bare"))
        (number,) = other.numbers.values()
        other.numbers.update((group.number(count), number) for count in range(MAX_SEARCHED))
        answer = await wire.call("POST", "/_fakefax/incoming-faxes?api_key=bare", json={})
        assert (answer.status, answer.json["message"]) == (
            409,
            "all 10000 numbers of DID group 67 are taken in this sandbox",
        )
        assert (bare.numbers, bare.inbox) == ({}, {})
