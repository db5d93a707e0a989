"""The ledger, its audit, and the journal."""

import pytest

from fakefax.core.journal import Kind
from tests.api.wire import KEY, open_wire


async def test_the_ledger_lists_every_movement_exactly():
    """Each charge and refund is an entry with its job, exact amount, balance after and simulated time."""
    async with open_wire("billing: {refund_failed: true}\nfaxes: [{then: {msg_code: busy, after: 45s}}]") as wire:
        await wire.send()
        await wire.post("clock/advance", {"by": "45s"})
        answer = await wire.call("GET", "/_fakefax/ledger")
    assert answer.body.removesuffix(b"\n") == (
        b'{"api_key":"f@x2r0ckkz","opening":100,"balance":100,"entries":['
        b'{"at":"2026-01-05T09:00:00Z","reason":"charge","fax_job_id":200,"amount":-0.15,"balance":99.85},'
        b'{"at":"2026-01-05T09:00:45Z","reason":"refund","fax_job_id":200,"amount":0.15,"balance":100}],'
        b'"carried_forward":{"entries":0,"fax_jobs":0,"balances_told":0,"amounts":{}}}'
    )


async def test_the_audit_proves_the_books_and_lists_double_charges(wire):
    """The audit is ok, counts what it checked, and names the same number and document charged twice."""
    for fax_number, document_id in (("+123456789", "10"), ("+123456789", "11"), ("+123456789", "10")):
        await wire.send(fax_number=fax_number, document_id=document_id)
    await wire.call("GET", f"/api/v2/balance?api_key={KEY}")
    for limit, amounts in ((0, []), (2, [-1.8, -0.15]), (9, [-0.15, -1.8, -0.15])):  # the newest
        entries = (await wire.get(f"ledger?limit={limit}"))["entries"]
        assert [entry["amount"] for entry in entries] == amounts
    assert await wire.get("audit") == {
        "ok": True,
        "opening": 100,
        "balance": 97.9,
        "entries": 3,
        "fax_jobs": 3,
        "balances_told": 3,
        "problems": [],
        "double_charges": [
            {
                "fax_number": "+123456789",
                "document_id": 10,
                "fax_job_ids": [200, 202],
                "charged": 0.3,
                "document_ids": [10],
            }
        ],
        "carried_forward": {"entries": 0, "fax_jobs": 0, "balances_told": 0, "amounts": {}},
        "reach": None,
    }


async def test_the_audit_can_be_bounded_by_a_window():
    """The scenario says how far apart two faxes are a double charge, and a question may say otherwise."""
    async with open_wire("billing: {double_charge_window: 24h}") as wire:
        await wire.send()
        await wire.post("clock/advance", {"by": "25h"})
        await wire.send()
        found = [
            len((await wire.get(f"audit{query}"))["double_charges"])
            for query in ("", "?window=25h", "?window=ever", "?window=24h59m")
        ]
        assert found == [0, 1, 1, 0]
        answer = await wire.call("GET", "/_fakefax/audit?window=long")
        assert (answer.status, answer.json["message"]) == (
            400,
            "window: 'long' is not a duration such as 45s, 15m, 1h30m or 48h, or ever",
        )


async def test_the_audit_of_users_who_share_a_balance_has_all_their_faxes(wire):
    """A user opened on another's ledger is in the same books: both see the same proof."""
    sandbox = wire.server.sandbox
    first = sandbox.first_account
    user = sandbox.open_account(ledger=first.ledger, documents=dict(first.documents))
    await wire.send()
    assert (await wire.send(api_key=user.api_key))["user_cash_balance"] == 99.7
    audit = await wire.get("audit")
    assert (audit["ok"], audit["fax_jobs"], audit["entries"], audit["balances_told"]) == (True, 2, 2, 2)
    assert await wire.get(f"audit?api_key={user.api_key}") == audit


async def test_the_audit_of_books_that_are_wrong_says_where(wire):
    """A charge that went missing is a problem with the job and the amounts, and the audit is not ok."""
    await wire.send()
    wire.server.sandbox.first_account.ledger.entries.clear()
    audit = await wire.get("audit")
    assert audit["ok"] is False
    assert "fax job 200 (executed) should have -0.15 as charge and has nothing" in audit["problems"]


async def test_the_journal_shows_the_story_in_order(wire):
    """Every request, decision and non-delivery is one entry, with its sentence and its details."""
    await wire.send(fax_number="+15005550003")
    await wire.post("clock/advance", {"by": "1m"})
    await wire.call("GET", f"/api/v1/fax/200/status?api_key={KEY}")
    await wire.call("GET", f"/api/v2/fax/201/status?api_key={KEY}")
    journal = await wire.get("journal")
    rule = "faxes[2] 'dialled no_answer': no_answer after 30s"
    assert [(entry["at"][11:], entry["kind"], entry["message"]) for entry in journal["entries"]] == [
        (
            "09:00:00Z",
            "sandbox.started",
            "sandbox started: Dial the outcome; any other number ends ok after 30s.",
        ),
        (
            "09:00:00Z",
            "fax.accepted",
            "fax 200 to +15005550003 accepted: document 10, 1 page(s), cost 0.15, balance 99.85; " + rule,
        ),
        ("09:00:00Z", "request", "GET send_fax: 200"),
        ("09:00:30Z", "fax.finished", "fax 200 to +15005550003 ended: failed, no_answer"),
        (
            "09:00:30Z",
            "receipt.not_sent",
            "receipt 200 not sent: no callback URL is set for this key; set callback_url in the scenario, "
            "or PATCH /_fakefax/account, then POST /_fakefax/faxes/200/resend",
        ),
        ("09:01:00Z", "clock.advanced", "clock advanced by 1m, 1 timer(s) fired"),
        ("09:01:00Z", "request", "GET fax_status: 200"),
        (
            "09:01:00Z",
            "request.refused",
            "GET fax_status: 404 Fax job not found (this key has no fax job 201)",
        ),
    ]
    assert [entry["seq"] for entry in journal["entries"]] == list(range(1, 9))
    assert (journal["last_seq"], journal["evicted"]) == (8, 0)
    assert journal["entries"][1] == {
        "seq": 2,
        "at": "2026-01-05T09:00:00Z",
        "kind": "fax.accepted",
        "api_key": KEY,
        "fax_job_id": 200,
        "message": journal["entries"][1]["message"],
        "detail": {
            "fax_number": "+15005550003",
            "document_id": 10,
            "pages": 1,
            "cost": "0.15",
            "balance": "99.85",
            "msg_code": "no_answer",
            "after": "30s",
            "rule": rule,
            "misses": [
                "faxes[0] 'dialled ok' missed on fax_number: +15005550003 is not +15005550001",
                "faxes[1] 'dialled busy' missed on fax_number: +15005550003 is not +15005550002",
            ],
        },
    }


@pytest.mark.parametrize(
    ("query", "seqs"),
    [
        ("kind=request", [3, 5]),
        ("kind=request.refused", []),
        ("kind=fax", [2, 4, 6, 8]),
        ("kind=fax.finished", [6, 8]),
        ("fax_job_id=201", [4, 5, 8, 9]),
        ("fax_job_id=201&kind=fax", [4, 8]),
        ("fax_job_id=201&limit=3", [5, 8, 9]),
        ("kind=fax&limit=2", [6, 8]),
        ("fax_job_id=201&after=4&limit=2", [5, 8]),
        ("after=8", [9, 10]),
        ("after=3&limit=2", [4, 5]),
        ("after=3&before=9&limit=2", [4, 5]),
        ("limit=1", [10]),
        ("limit=0", []),
        ("limit=99&after=8", [9, 10]),
        ("after=10", []),
        ("account=f@x2r0ckkz", [2, 3, 4, 5, 6, 7, 8, 9]),
        ("account=other", []),
        ("rule=answered", [2, 4]),
        ("rule=faxes[0]", []),
        ("since=2026-01-05T09:00:30Z&kind=fax", [6, 8]),
        ("until=2026-01-05T09:00:00Z&limit=1", [5]),
        ("since=2026-01-05T10:00:30+01:00&until=2026-01-05T09:00:30&kind=receipt", [7, 9]),
    ],
)
async def test_the_journal_is_asked_by_kind_job_place_and_number(wire, query, seqs):
    """kind, or its group, fax_job_id, after and limit choose the entries."""
    await wire.send()
    await wire.send()
    await wire.post("clock/advance", {"by": "1m"})
    assert [entry["seq"] for entry in (await wire.get(f"journal?{query}"))["entries"]] == seqs


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("since=noon", 400, "since: 'noon' is not a time such as 2026-01-05T09:00:00Z"),
        ("after=first", 400, "after 'first' is not a whole number"),
        ("limit=-1", 400, "limit '-1' is not a whole number"),
        ("fax_job_id=%C2%B2", 400, "fax_job_id '²' is not a whole number"),
        ("fax_job_id=999", 404, "this key has no fax job 999"),
        (
            "kind=fax.sent",
            400,
            f"kind 'fax.sent' is none of {', '.join(sorted({*Kind, *(kind.split('.')[0] for kind in Kind)}))}",
        ),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(wire, query, status, message):
    """A word for a number, an unknown job or an unknown kind is an error, never an empty list."""
    answer = await wire.call("GET", f"/_fakefax/journal?{query}")
    assert (answer.status, answer.json) == (status, {"status": "failed", "message": message})


async def test_asking_for_what_was_evicted_is_an_error():
    """The journal is bounded; a question that reaches before its first kept entry is a 410 with the cure."""
    async with open_wire(journal_limit=5) as wire:
        for _ in range(4):
            await wire.send()
        journal = await wire.get("journal")
        assert ([entry["seq"] for entry in journal["entries"]], journal["evicted"]) == ([5, 6, 7, 8, 9], 4)
        assert (await wire.get("journal?after=4"))["entries"] == journal["entries"]
        for query in ("after=3", "fax_job_id=200"):
            answer = await wire.call("GET", f"/_fakefax/journal?{query}")
            assert (answer.status, answer.json["message"]) == (
                410,
                "the journal keeps its last 5 entries and has dropped what came before entry 5; "
                "ask from there, or start with a larger --journal-limit",
            )
