"""Pictures of pages: of what was sent, of documents, of faxes that arrived."""

import pytest

from tests.api.wire import open_wire

pytestmark = pytest.mark.usefixtures("shared_pool")

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    "path", ["faxes/200/pages/12.png", "documents/11/pages/1.png", "documents/11/pages/12.png"]
)
async def test_each_page_of_what_was_sent_can_be_seen(wire, path):
    """A page is a PNG, found without the key of its account, and kept by the browser for a while."""
    await wire.send(document_id="11")
    answer = await wire.call("GET", f"/_fakefax/{path}")
    assert (answer.status, answer.headers["Content-Type"], answer.body[:8]) == (200, "image/png", PNG)
    assert answer.headers["Cache-Control"] == "private, max-age=3600"


async def test_a_fax_of_any_sandbox_is_found_by_its_id(wire):
    """Fax jobs and received faxes have one id on a whole server, so no key has to stand in a picture's address."""
    made = (await wire.call("POST", "/_fakefax/sandboxes", json={})).json
    await wire.send(api_key=made["api_key"])
    arrived = (await wire.call("POST", "/_fakefax/incoming-faxes?sandbox=2", json={"pages": 2})).json
    number = arrived["incoming_fax_id"]
    for path in ("faxes/200/pages/1.png", f"incoming-faxes/{number}/pages/2.png"):
        assert (await wire.call("GET", f"/_fakefax/{path}")).body[:8] == PNG


async def test_a_document_of_any_account_of_the_sandbox_can_be_seen():
    """The page of fakefax shows those of all its accounts; one with the same id in another sandbox is not meant."""
    async with open_wire("accounts: [{api_key: one}, {api_key: two, documents: [{id: 77}]}]") as wire:
        assert (await wire.call("GET", "/_fakefax/documents/77/pages/1.png")).body[:8] == PNG
        await wire.call("POST", "/_fakefax/sandboxes", json={"scenario": "default"})
        assert (await wire.call("GET", "/_fakefax/documents/77/pages/1.png?sandbox=2")).status == 404


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("faxes/200/pages/2.png", "document 10 has no page 2; its pages are 1 to 1"),
        ("faxes/200/pages/one.png", "document 10 has no page -1; its pages are 1 to 1"),
        ("faxes/999/pages/1.png", "no sandbox has a fax job 999"),
        ("documents/999/pages/1.png", "this sandbox has no document 999"),
        ("incoming-faxes/999/pages/1.png", "no sandbox has an incoming fax 999"),
    ],
)
async def test_a_page_that_is_not_there_is_a_404_that_says_why(wire, path, message):
    """The message names the document and the pages that it has."""
    await wire.send()
    answer = await wire.call("GET", f"/_fakefax/{path}")
    assert (answer.status, answer.json["message"]) == (404, message)
