"""Answers of both APIs about finished faxes that were evicted to keep to --fax-limit."""

from collections.abc import AsyncIterator

import pytest

from tests.api.wire import KEY, Wire, open_wire

WHY = (
    "fax job 201 is not kept any more, if there was one: 3 finished faxes up to fax job 202 were evicted to keep "
    "the last 2; start with a larger --fax-limit"
)


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    """Five faxes were sent and have ended; two are kept, 203 and 204."""
    async with open_wire(fax_limit=2, journal_limit=100) as wire:
        for _ in range(5):
            await wire.send()
            await wire.post("clock/advance", {"by": "1m"})
        yield wire


async def test_the_status_of_a_fax_that_was_evicted_says_why(wire: Wire):
    """Fax.to's answer is that of an unknown fax; the reason for the tester names the setting."""
    answer = await wire.call("GET", f"/api/v2/fax/201/status?api_key={KEY}")
    assert (answer.status, answer.json) == (404, {"status": "failed", "message": "Fax job not found"})
    assert answer.reason == WHY
    never = await wire.call("GET", f"/api/v2/fax/999/status?api_key={KEY}")
    assert (never.status, never.reason) == (404, "this key has no fax job 999")
    kept = await wire.call("GET", f"/api/v2/fax/203/status?api_key={KEY}")
    assert (kept.status, kept.json["status"]) == (200, "success")


async def test_the_switch_for_an_unknown_fax_is_about_evicted_ones_too():
    """A program cannot tell the two apart. The switches of other operations stay out of it."""
    text = f"""
accounts: [{{api_key: {KEY}}}, {{api_key: other}}]
api: {{unknown_job_status: 400, costs_unknown_document_status: 400}}
"""
    async with open_wire(text, fax_limit=1) as wire:
        for _ in range(3):
            await wire.send()
        await wire.post("clock/advance", {"by": "1m"})
        assert [(await wire.get(f"faxes?api_key={key}"))["let_go"] for key in (KEY, "other")] == [2, 0]
        for fax_job_id in (200, 999):
            assert (await wire.call("GET", f"/api/v2/fax/{fax_job_id}/status?api_key={KEY}")).status == 400
        assert (await wire.call("GET", f"/api/v2/fax/99/costs?fax_number=12345&api_key={KEY}")).status == 400
        assert (await wire.call("DELETE", f"/api/v2/files/99?api_key={KEY}")).status == 404


@pytest.mark.parametrize(("method", "path"), [("GET", "faxes/201"), ("POST", "faxes/201/resend")])
async def test_the_control_api_says_that_it_is_gone(wire: Wire, method: str, path: str):
    """Looking at it, or sending its receipt once more, is a 410 with the cure."""
    answer = await wire.call(method, f"/_fakefax/{path}")
    assert (answer.status, answer.json) == (410, {"status": "failed", "message": WHY})


async def test_the_history_of_an_evicted_fax_is_shown_as_long_as_it_is_known(wire: Wire):
    """The journal answers with what it has of a fax that is not kept; when nothing is left, that is a 410."""
    reported = await wire.get("journal?fax_job_id=201")
    kinds = [entry["kind"] for entry in reported["entries"]]
    assert kinds == ["fax.accepted", "request", "fax.finished", "receipt.not_sent"]
    assert {entry["fax_job_id"] for entry in reported["entries"]} == {201}
    assert (await wire.get("journal?fax_job_id=201&kind=clock"))["entries"] == []
    while (await wire.get("journal"))["evicted"] < reported["entries"][-1]["seq"]:
        await wire.post("clock/advance", {"by": "1s"})
        answer = await wire.call("GET", "/_fakefax/journal?fax_job_id=201")
    assert (answer.status, answer.json) == (410, {"status": "failed", "message": WHY})


async def test_lists_end_where_faxes_were_evicted(wire: Wire):
    """The history and the list of faxes have those that are kept, and the list counts the others."""
    history = (await wire.call("GET", f"/api/v2/fax-history?api_key={KEY}&limit=1&page=2")).json["history"]
    assert [row["id"] for row in history] == [203]
    assert (await wire.call("GET", f"/api/v2/fax-history?api_key={KEY}&limit=1&page=3")).json["history"] == []
    for query in ("", "?detail=true"):
        listed = await wire.get(f"faxes{query}")
        assert ([fax["fax_job_id"] for fax in listed["faxes"]], listed["let_go"]) == ([203, 204], 3)


async def test_the_ledger_and_the_audit_say_what_was_carried_forward(wire: Wire):
    """The balance is proved from the opening one on, and what is no longer there is reported."""
    books = await wire.get("ledger")
    carried = {"entries": 3, "fax_jobs": 3, "balances_told": 2, "amounts": {"charge": -0.45}}
    assert books["entries"][0] == {
        "at": "2026-01-05T09:02:00Z",
        "reason": "carried_forward",
        "fax_job_id": None,
        "amount": -0.45,
        "balance": 99.55,
    }
    assert (len(books["entries"]), books["opening"], books["balance"]) == (3, 100, 99.25)
    assert books["carried_forward"] == carried
    audit = await wire.get("audit")
    assert (audit["ok"], audit["entries"], audit["fax_jobs"], audit["balances_told"]) == (True, 2, 2, 3)
    assert audit["carried_forward"] == carried
    assert audit["reach"] == (await wire.get("verdict"))["reach"]
    assert audit["reach"].startswith("3 fax jobs were evicted to keep to --fax-limit; 3 entries were proved")


async def test_waiting_for_one_that_was_evicted_is_hopeless(wire: Wire):
    """Nothing more comes of it, and that is said at once."""
    body = {"for": {"kind": "receipt", "fax_job_id": 201, "attempt": 2}}
    answer = await wire.post("wait", body)
    assert (answer["found"], answer["message"]) == (False, WHY)


async def test_a_request_fault_about_one_that_was_evicted_still_answers():
    """A rule that cuts the answers to status requests does so, with the fax gone too."""
    rule = "requests: [{when: {operation: fax_status}, then: {status: 500}}]"
    async with open_wire(rule, fax_limit=1) as wire:
        for _ in range(2):
            await wire.send()
            await wire.post("clock/advance", {"by": "1m"})
        answer = await wire.call("GET", f"/api/v2/fax/200/status?api_key={KEY}")
        assert answer.status == 500


async def test_a_reset_and_another_sandbox_have_let_nothing_go(wire: Wire):
    """Evicted faxes of one sandbox do not count in another, nor in the one that takes its place."""
    made = await wire.call("POST", "/_fakefax/sandboxes", json={"rate": 0})
    other = await wire.call("GET", f"/api/v2/fax/201/status?api_key={made.json['api_key']}")
    assert other.reason == "this key has no fax job 201"
    await wire.post("reset")
    answer = await wire.call("GET", f"/api/v2/fax/201/status?api_key={KEY}")
    assert answer.reason == "this key has no fax job 201"
    assert (await wire.get("faxes"), (await wire.get("audit"))["reach"]) == (
        {"faxes": [], "let_go": 0, "total": 0, "more": False},
        None,
    )
    assert (await wire.send())["fax_job_id"] == 205
