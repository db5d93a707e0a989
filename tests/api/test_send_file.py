"""A send with more than a number and a document: a file in the same step, deletion afterwards, a sender."""

import aiohttp
import pytest

from tests.api.test_files import form, upload
from tests.api.wire import KEY, ORDER, open_wire
from tests.documents import files
from tests.fidelity import assumed, seen

pytestmark = pytest.mark.usefixtures("shared_pool")

NUMBER = {"api_key": KEY, "fax_number": "+123456789"}


@seen("A v1 client may post a `file` part in place of `document_id`: uploaded and sent in one step.")
async def test_a_file_is_uploaded_and_sent_in_one_step(wire):
    """The file becomes a document, and is faxed and charged by its pages."""
    answer = await wire.call("POST", "/api/v1/fax", data=form(files.pdf(3), "a.pdf", **NUMBER))
    assert answer.body == b'{"status":"executed","fax_job_id":200,"user_cash_balance":99.55,"cost":0.45}'
    fax = await wire.get("faxes/200")
    assert (fax["document_id"], fax["pages"]) == (100, 3)
    assert (await wire.call("GET", f"/api/v2/files?api_key={KEY}")).json[-1]["id"] == 100


async def test_the_same_file_sent_twice_is_a_double_charge(wire):
    """Each send with a `file` makes a document of its own; the audit knows the file, however it is called."""
    for name in ("a.pdf", "b.pdf"):
        await wire.call("POST", "/api/v1/fax", data=form(files.pdf(3), name, **NUMBER))
    await wire.call("POST", "/api/v1/fax", data=form(files.pdf(2), "a.pdf", **NUMBER))
    assert (await wire.get("audit"))["double_charges"] == [
        {
            "fax_number": "+123456789",
            "document_id": 100,
            "fax_job_ids": [200, 201],
            "charged": 0.9,
            "document_ids": [100, 101],
        }
    ]


async def test_a_refused_send_leaves_no_file():
    """When the balance does not cover it, there is not a fax, no charge and no document."""
    async with open_wire("accounts: [{api_key: f@x2r0ckkz, balance: 0.3, documents: []}]") as wire:
        answer = await wire.call("POST", "/api/v1/fax", data=form(files.pdf(3), "a.pdf", **NUMBER))
        assert (answer.status, answer.json["message"]) == (400, "Insufficient balance")
        assert (await wire.call("GET", f"/api/v2/files?api_key={KEY}")).json == []
        assert (await wire.get("ledger"))["entries"] == []


@pytest.mark.parametrize(
    "fields", [{"api_key": KEY}, NUMBER | {"fax_number": "x"}, NUMBER | {"delete_file": "no!"}]
)
async def test_a_malformed_send_does_not_look_at_its_file(wire, fields):
    """A wrong number or option is reported before anything is uploaded."""
    answer = await wire.call("POST", "/api/v1/fax", data=form(b"hello", "a.txt", **fields))
    assert answer.status == 400
    assert [row["id"] for row in (await wire.call("GET", f"/api/v2/files?api_key={KEY}")).json] == [10, 11]


@pytest.mark.parametrize(("value", "left"), [("1", [10]), ("true", [10]), ("0", [10, 11]), ("", [10, 11])])
@assumed("`delete_file=1` deletes the document when its fax has ended, however it ended.")
async def test_a_document_is_deleted_when_its_fax_has_ended(wire, value, left):
    """With delete_file 1 the document stays while the fax is under way, and is gone afterwards."""

    async def ids() -> list[int]:
        return [row["id"] for row in (await wire.call("GET", f"/api/v2/files?api_key={KEY}")).json]

    await wire.send(document_id="11", delete_file=value, fax_number="+15005550002")
    assert await ids() == [10, 11]
    await wire.post("clock/advance", {"by": "1m"})
    assert await ids() == left


async def test_the_sender_is_kept_and_shown(wire):
    """tsi_number may be a number or a text; the control API shows what was given."""
    await wire.send(tsi_number="+1 555 ACME")
    fax = await wire.get("faxes/200")
    assert (fax["tsi_number"], fax["delete_file"]) == ("+1 555 ACME", False)
    await wire.send(tsi_number="x" * 100)
    order = aiohttp.FormData({**ORDER, "tsi_number": "x" * 101})
    answer = await wire.call("POST", "/api/v2/fax", data=order)
    assert (answer.status, answer.json["message"]) == (400, "The tsi_number is invalid")


async def test_a_document_beats_a_file(wire):
    """When both are given the document is sent, and nothing is uploaded."""
    answer = await wire.call("POST", "/api/v1/fax", data=form(files.pdf(3), "a.pdf", **ORDER))
    assert answer.json["cost"] == 0.15
    assert (await upload(wire))["document_id"] == 100
