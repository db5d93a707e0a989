"""The status of a fax, and the balance, in the vendor's API."""

import pytest

from tests.api.wire import KEY, QUERY, open_wire
from tests.fidelity import assumed, documented

OUTCOMES = {
    "+15005550001": b'{"status":"success","message":"Sent! Fax Has Been Answered.","user_cash_balance":99.85}',
    "+15005550002": (
        b'{"status":"failed","message":"Fax Failed - Line Busy ( The fax machine could be busy )",'
        b'"user_cash_balance":99.85}'
    ),
    "+15005550003": (
        b'{"status":"failed","message":"Fax Failed - No Answer from Fax machine","user_cash_balance":99.85}'
    ),
    "+15005550004": b'{"status":"failed","message":"Fax Failed - Early Hangup","user_cash_balance":99.85}',
    "+15005550005": (
        b'{"status":"failed","message":"Fax Failed - File conversion failed. Re-upload and Retry",'
        b'"user_cash_balance":99.85}'
    ),
    "+15005550006": (
        b'{"status":"failed","message":"Fax Failed - Unknown Error ( We don\xe2\x80\x99t know exactly what went '
        b'wrong - contact us for more info )","user_cash_balance":99.85}'
    ),
}
UNDER_WAY = (
    b'{"status":"executed","message":"The fax job is executed and in the process of sending",'
    b'"user_cash_balance":99.85}'
)
TWO_ACCOUNTS = "accounts: [{api_key: f@x2r0ckkz}, {api_key: other, balance: 5}]"


@pytest.mark.parametrize("base", ["/api/v2", "/api/v1"])
@pytest.mark.parametrize("fax_number", OUTCOMES)
@assumed("The status of a pending fax is `executed`; of a failed one `failed`, with the message of its `msg_code`.")
async def test_the_status_follows_the_fax_to_its_end(wire, base, fax_number):
    """A fax is `executed` until the moment it ends, and from then on says how, in the vendor's words."""
    await wire.send(fax_number=fax_number)
    target = f"{base}/fax/200/status?api_key={KEY}"
    await wire.post("clock/advance", {"by": "29.999s"})
    before = await wire.call("GET", target)
    await wire.post("clock/advance", {"by": "1ms"})
    after = await wire.call("GET", target, headers={"Content-Type": "application/json"})
    assert (before.status, before.body) == (200, UNDER_WAY)
    assert (after.status, after.body) == (200, OUTCOMES[fax_number])
    assert after.headers.getall("Content-Type") == ["application/json"]


@pytest.mark.parametrize(
    ("fax_job_id", "reason"),
    [
        ("200", "this key has no fax job 200"),
        ("999", "this key has no fax job 999"),
        ("abc", "'abc' is not a fax_job_id; it is a whole number"),
        ("-1", "'-1' is not a fax_job_id; it is a whole number"),
        ("%2B200", "'+200' is not a fax_job_id; it is a whole number"),
        ("%00", "'\\x00' is not a fax_job_id; it is a whole number"),
        ("1" * 17, f"'{'1' * 17}' is not a fax_job_id; it is a whole number"),
    ],
)
async def test_a_job_that_is_not_the_keys_own_is_not_found(fax_job_id, reason):
    """An id that this key never got is a 404, also when it is the job of another account."""
    async with open_wire(TWO_ACCOUNTS) as wire:
        await wire.send()
        answer = await wire.call("GET", f"/api/v2/fax/{fax_job_id}/status?api_key=other")
    assert (answer.status, answer.body) == (404, b'{"status":"failed","message":"Fax job not found"}')
    assert answer.reason == reason


@pytest.mark.parametrize("base", ["/api/v2", "/api/v1"])
@documented("`/balance` shows the balance.")
async def test_the_balance_is_the_accounts_own(base):
    """/balance shows a whole balance as an integer, after a send the exact decimal, and each account its own."""
    async with open_wire(TWO_ACCOUNTS) as wire:
        opening = await wire.call("GET", f"{base}/balance", headers={"API_KEY": KEY})
        await wire.call("GET", f"{base}/fax?{QUERY}")
        after = await wire.call("GET", f"{base}/balance?api_key={KEY}")
        other = await wire.call("GET", f"{base}/balance?api_key=other")
    assert opening.body == b'{"status":"success","balance":100}'
    assert after.body == b'{"status":"success","balance":99.85}'
    assert other.body == b'{"status":"success","balance":5}'
