"""Many sends at once, and a send while a callback hangs."""

import asyncio

from tests.api.wire import KEY, OK, QUERY, Receiver, hang, open_wire


async def test_parallel_sends_never_overdraw():
    """200 sends at once on a balance for 50 give exactly 50 accepted faxes, and the books are right."""
    async with open_wire("accounts: [{api_key: f@x2r0ckkz, balance: 7.50}]") as wire:
        answers = await asyncio.gather(*(wire.call("POST", f"/api/v2/fax?{QUERY}") for _ in range(200)))
        accepted = [answer.json for answer in answers if answer.status == 200]
        refused = [answer.body for answer in answers if answer.status == 400]
        assert sorted(fax["fax_job_id"] for fax in accepted) == list(range(200, 250))
        assert refused == [b'{"status":"failed","message":"Insufficient balance"}'] * 150
        reported = sorted(fax["user_cash_balance"] for fax in accepted)
        assert reported == [number * 15 / 100 for number in range(50)]
        audit = await wire.get("audit")
        assert (audit["ok"], audit["balance"], audit["entries"], audit["fax_jobs"]) == (True, 0, 50, 50)


async def test_accounts_send_at_once_without_touching_each_other():
    """Sends of two keys at once are charged each to its own account."""
    async with open_wire("accounts: [{api_key: f@x2r0ckkz, balance: 3}, {api_key: other, balance: 1.5}]") as wire:
        other = QUERY.replace("f%40x2r0ckkz", "other")
        await asyncio.gather(*(wire.call("POST", f"/api/v2/fax?{query}") for query in [QUERY, other] * 30))
        for key, faxes in ((KEY, 20), ("other", 10)):
            audit = await wire.get(f"audit?api_key={key}")
            assert (audit["ok"], audit["balance"], audit["fax_jobs"]) == (True, 0, faxes)


async def test_a_reply_never_waits_for_a_callback():
    """While the callback URL hangs, the fax has ended, its status is reported and the next send is answered."""
    async with Receiver(hang).listening() as receiver, open_wire(callback_url=receiver.url, rate=100_000) as wire:
        first = await wire.send()
        request = await receiver.next()
        assert request.endswith(
            b"\r\n\r\nfax_job_id=200&status=success&msg_code=ok&message=Success%21+Your+fax+has+been+sent%21"
        )
        status = await wire.call("GET", f"/api/v2/fax/200/status?api_key={KEY}")
        assert status.json["status"] == "success"
        assert (first["fax_job_id"], (await wire.send())["fax_job_id"]) == (200, 201)
        await receiver.next()
        assert [fax["receipt"] for fax in (await wire.get("faxes"))["faxes"]] == ["pending", "pending"]


async def test_the_send_is_answered_before_its_receipt_is_posted():
    """A fax that ends at once is called back only after the clock has moved, never within the send."""
    posted: list[bytes] = []

    async def answering(request: bytes) -> bytes:
        posted.append(request)
        return OK

    async with Receiver(answering).listening() as receiver:
        story = "faxes: [{then: {msg_code: busy, after: 0s}}]"
        async with open_wire(story, callback_url=receiver.url) as wire:
            assert (await wire.send())["status"] == "executed"
            assert (posted, (await wire.get("clock"))["pending"]) == ([], 1)
            assert (await wire.post("clock/advance", {"by": "0s"}))["fired_count"] == 1
            assert len(posted) == 1
