"""An account's balance and URLs, looked at and changed."""

import pytest

from tests.api.wire import OK, Receiver, always, open_wire

SOUND = {"convertible": True, "problem": ""}
ACCOUNT = {
    "api_key": "f@x2r0ckkz",
    "balance": 100,
    "callback_url": None,
    "received_fax_url": None,
    "documents": [
        {"document_id": 10, "filename": "invoice.pdf", "pages": 1, "size": 24576} | SOUND,
        {"document_id": 11, "filename": "contract.pdf", "pages": 12, "size": 294912} | SOUND,
    ],
}


async def test_an_account_shows_its_settings_and_documents(wire):
    """GET account shows balance, URLs and documents."""
    assert await wire.get("account") == ACCOUNT


@pytest.mark.parametrize(
    ("balance", "entry"),
    [
        (150, ("top_up", 50.15, 150)),
        ("100.00", ("top_up", 0.15, 100)),
        (99.85, None),
        (0, ("withdrawal", -99.85, 0)),
        (0.000001, ("withdrawal", -99.849999, 0.000001)),
    ],
)
async def test_a_new_balance_is_a_ledger_entry(wire, balance, entry):
    """A top-up or a withdrawal is an entry of the exact difference, with a journal entry, and the audit holds."""
    await wire.send()
    assert (await wire.patch("account", {"balance": balance}))["balance"] == float(balance)
    entries = (await wire.get("ledger"))["entries"][1:]
    assert [(one["reason"], one["amount"], one["balance"]) for one in entries] == ([entry] if entry else [])
    assert len((await wire.get("journal?kind=account"))["entries"]) == len(entries)
    assert (await wire.get("audit"))["ok"] is True


async def test_the_journal_tells_of_a_top_up_and_of_a_new_url(wire):
    """Each change of an account is a sentence in the journal."""
    await wire.patch("account", {"balance": "150.5", "callback_url": "http://localhost:9/a?b=%2f"})
    messages = [entry["message"] for entry in (await wire.get("journal?kind=account.changed"))["entries"]]
    assert messages == [
        "account f@x...: top_up of 50.50, balance 150.50",
        "account f@x...: callback_url is now http://localhost:9/a?b=%2f",
    ]


async def test_a_callback_url_counts_from_the_next_receipt_and_null_takes_it_away(wire):
    """A URL set at run time is called; null removes it and leaves the other one alone."""
    async with Receiver(always(OK)).listening() as receiver:
        changed = await wire.patch("account", {"callback_url": receiver.url, "received_fax_url": receiver.url})
        assert (changed["callback_url"], changed["received_fax_url"]) == (receiver.url, receiver.url)
        await wire.send()
        await wire.post("clock/advance", {"by": "30s"})
        assert (await receiver.next()).startswith(b"POST /faxto HTTP/1.1\r\n")

        changed = await wire.patch("account", {"callback_url": None})
        assert (changed["callback_url"], changed["received_fax_url"]) == (None, receiver.url)
        await wire.send()
        await wire.post("clock/advance", {"by": "30s"})
        assert receiver.arrived.empty()
        assert (await wire.get("faxes/201"))["receipt"] == "not_sent"


AMOUNT = "an amount such as 0.15, with at most 6 decimals, below 1,000,000,000"
URL = "an http or https URL such as http://localhost:8000/faxto"


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        ({"balance": "lots"}, f"'lots' is not {AMOUNT}"),
        ({"balance": "NaN"}, f"'NaN' is not {AMOUNT}"),
        ({"balance": 0.0000001}, f"1e-07 is not {AMOUNT}"),
        ({"balance": 1e9}, f"1000000000.0 is not {AMOUNT}"),
        ({"balance": -0.01}, "a balance of -0.01 is below 0"),
        ({"callback_url": "localhost:8000"}, f"'localhost:8000' is not {URL}"),
        ({"callback_url": ""}, f"'' is not {URL}"),
        ({"callback_url": "ftp://localhost/"}, f"'ftp://localhost/' is not {URL}"),
        ({"callback_url": "http://local host/"}, f"'http://local host/' is not {URL}"),
        ({"received_fax_url": "http://h:99999/"}, f"'http://h:99999/' is not {URL}"),
        (
            {"balance": True},
            "balance: true is not a number or text",
        ),
    ],
)
async def test_a_wrong_value_is_named_and_nothing_of_the_patch_is_taken(wire, patch, message):
    """A patch with one wrong part changes nothing at all, and says which value and what would be right."""
    good = {"balance": 5, "callback_url": "http://localhost:9/", "received_fax_url": "http://localhost:9/"}
    answer = await wire.call("PATCH", "/_fakefax/account", json=good | patch)
    assert (answer.status, answer.json) == (400, {"status": "failed", "message": message})
    assert await wire.get("account") == ACCOUNT
    assert (await wire.get("ledger"))["entries"] == []


async def test_a_balance_cannot_fall_below_what_accepted_faxes_need():
    """With billing.charge on_success, a withdrawal may not take the money of faxes under way."""
    async with open_wire("billing: {charge: on_success}") as wire:
        await wire.send()
        answer = await wire.call("PATCH", "/_fakefax/account", json={"balance": 0.1})
        assert answer.status == 400
        assert answer.json["message"] == "a balance of 0.10 is below 0.15, which accepted faxes need"
        assert (await wire.get("account"))["balance"] == 100
