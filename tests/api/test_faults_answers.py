"""Faults that answer something else: a status, a body, a refusal, a rate limit. Nothing is charged."""

from typing import Any

import pytest

from tests.api.wire import KEY, QUERY, Wire, open_wire

SEND = f"/api/v2/fax?{QUERY}"
SEND_TO = f"/api/v2/fax?api_key={KEY}&document_id=10&fax_number="
BALANCE = f"/api/v2/balance?api_key={KEY}"
UNCHARGED = "it was not carried out, nothing was charged"


def story(then: str, more: str = "") -> str:
    return f"requests: [{{name: the fault, when: {{operation: send_fax}}, then: {then}{more}}}]"


async def entries(wire: Wire, kind: str = "fault.request") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await wire.get(f"journal?kind={kind}"))["entries"]
    return found


async def nothing_happened(wire: Wire) -> bool:
    books = await wire.get("ledger")
    return not (await wire.get("faxes"))["faxes"] and not books["entries"] and bool(books["balance"] == 100)


@pytest.mark.parametrize(
    ("then", "status", "body"),
    [
        ("{status: 500}", 500, b'{"status":"failed","message":"Internal Server Error"}'),
        ("{status: 403}", 403, b'{"status":"failed","message":"Rate Limit Exceeded"}'),
        ("{status: 599}", 599, b'{"status":"failed","message":"Status 599"}'),
        ("{status: 400, body: {status: failed, message: Nope, code: 7}}", 400,
         b'{"status":"failed","message":"Nope","code":7}'),
        ("{status: 200, body: [1, 2]}", 200, b"[1,2]"),
        ("{status: 200, body: ''}", 200, b""),
        ("{refuse: not_enough_balance}", 400, b'{"status":"failed","message":"Insufficient balance"}'),
        ("{refuse: invalid_number}", 400, b'{"status":"failed","message":"The fax_number is invalid"}'),
        ("{refuse: unauthorized}", 401, b'{"status":"failed","message":"Unauthorized"}'),
        ("{refuse: rate_limited}", 403, b'{"status":"failed","message":"Rate Limit Exceeded"}'),
        ("{refuse: unknown_document}", 400, b'{"status":"failed","message":"Document not found"}'),
    ],
)  # fmt: skip
async def test_an_answer_in_place_of_the_operation(then: str, status: int, body: bytes):
    """The answer is the rule's, in the vendor's shape unless it says otherwise; nothing was created or charged."""
    async with open_wire(story(then)) as wire:
        answer = await wire.call("GET", SEND)
        assert (answer.status, answer.body) == (status, body)
        assert answer.headers["Content-Type"] == "application/json"
        assert (answer.reason or "").startswith("requests[0] 'the fault': ")
        assert await nothing_happened(wire)
        (entry,) = await entries(wire)
        assert entry["detail"]["status"] == status
        assert entry["detail"]["committed"] is False
        assert entry["message"].endswith(f"; {UNCHARGED}; requests[0] 'the fault'")
        assert (await wire.call("GET", BALANCE)).status == 200


async def test_a_body_that_is_not_json():
    """A proxy's HTML page comes as it is, with its own content type."""
    page = "<html><body>Bad Gateway</body></html>"
    async with open_wire(story(f'{{status: 502, body: "{page}", content_type: text/html}}')) as wire:
        answer = await wire.call("GET", SEND)
        assert (answer.status, answer.body, answer.headers["Content-Type"]) == (502, page.encode(), "text/html")


async def test_a_gateway_that_gives_up_after_the_fax_was_accepted():
    """With `commit` the fax is accepted and charged, and only its answer is replaced; the journal says so."""
    async with open_wire(story("{status: 504, commit: true}")) as wire:
        assert (await wire.call("GET", SEND)).status == 504
        assert [fax["fax_job_id"] for fax in (await wire.get("faxes"))["faxes"]] == [200]
        assert (await wire.get("account"))["balance"] == 99.85
        (entry,) = await entries(wire)
        assert entry["fax_job_id"] == 200
        assert entry["message"] == (
            "GET send_fax: answered with 504; fax 200 was accepted and 0.15 charged, "
            "and the program did not get the answer; requests[0] 'the fault'"
        )


async def test_a_refusal_has_the_scenario_s_status():
    """A refusal asked for by name has the status that the scenario's billing gives to it."""
    text = story("{refuse: not_enough_balance}") + "\nbilling: {not_enough_balance_status: 402}"
    async with open_wire(text) as wire:
        assert (await wire.call("GET", SEND)).status == 402


async def test_a_long_reason_is_cut():
    """The header stays one that every client takes, however long the name of a rule is."""
    async with open_wire(f"requests: [{{name: {'n' * 1000}, then: {{status: 500}}}}]") as wire:
        assert (await wire.call("GET", BALANCE)).reason == f"requests[0] '{'n' * 387}"


async def test_a_sequence_ends_with_an_empty_step():
    """`[{status: 500}, {}]` fails once and then answers as usual, with no fault in the journal any more."""
    async with open_wire(story("[{status: 500}, {}]")) as wire:
        answers = [(await wire.call("GET", SEND)) for _ in range(3)]
        assert [answer.status for answer in answers] == [500, 200, 200]
        assert len(await entries(wire)) == 1


async def test_times_nth_method_document_and_header_choose_the_request():
    """Each field of `when` is asked; the number and the document are those that sending would read."""
    text = """
requests:
  - {when: {method: POST}, then: {status: 501}}
  - {when: {header: {user-agent: "curl*"}}, then: {status: 502}}
  - {when: {fax_number: "+4420*"}, then: {status: 503}}
  - {when: {document_id: 77}, then: {status: 504}}
  - {when: {operation: balance, nth: 2}, then: {status: 505}}
  - {when: {operation: "fax_*"}, times: 1, then: {status: 506}}
  - {when: {api_key: other}, then: {status: 507}}
accounts: [{api_key: f@x2r0ckkz}, {api_key: other}]
"""
    async with open_wire(text) as wire:

        async def status(target: str, method: str = "GET", **options: object) -> int:
            return (await wire.call(method, target, **options)).status

        assert await status(SEND, "POST") == 501
        assert await status(SEND, headers={"User-Agent": "curl/8.5"}) == 502
        assert await status(f"/api/v2/fax?api_key={KEY}&fax_number=0044-20%20123456&document_id=10") == 503
        assert await status(f"/api/v2/fax?api_key={KEY}&fax_number=%2B4930123456&document_id=77") == 504
        assert await status(SEND) == 200
        assert [await status(BALANCE) for _ in range(3)] == [200, 505, 200]
        assert [await status(f"/api/v2/fax/200/status?api_key={KEY}") for _ in range(2)] == [506, 200]
        assert await status("/api/v2/balance?api_key=other") == 507


async def test_a_status_poll_is_found_by_the_number_of_its_fax():
    """A rule for a number or a document takes the status polls of its faxes too, and of no other fax."""
    text = """
accounts: [{api_key: f@x2r0ckkz, documents: [{id: 10}, {id: 11}]}]
requests:
  - {when: {operation: fax_status, fax_number: "+44*"}, then: {status: 500}}
  - {when: {operation: fax_status, document_id: 11}, then: {status: 501}}
"""
    async with open_wire(text) as wire:
        await wire.send(fax_number="+442012345")
        await wire.send(fax_number="+15550001")
        await wire.send(fax_number="+15550001", document_id="11")
        polls = [await wire.call("GET", f"/api/v2/fax/{job}/status?api_key={KEY}") for job in (200, 201, 202, 203)]
        assert [poll.status for poll in polls] == [500, 200, 501, 404]


async def test_a_rate_limit_counts_simulated_time_and_each_key():
    """Two requests a minute are let through; the third is refused until a simulated minute after the first."""
    text = "accounts: [{api_key: f@x2r0ckkz}, {api_key: other}]\n" + story("{rate_limit: {count: 2}}")
    async with open_wire(text) as wire:

        async def statuses(count: int, key: str = KEY) -> list[int]:
            target = SEND.replace(KEY.replace("@", "%40"), key)
            return [(await wire.call("GET", target)).status for _ in range(count)]

        assert await statuses(1) == [200]
        await wire.post("clock/advance", {"by": "20s"})
        assert await statuses(3) == [200, 403, 403]
        assert await statuses(1, "other") == [200]
        await wire.post("clock/advance", {"by": "39s"})
        assert await statuses(1) == [403]
        await wire.post("clock/advance", {"by": "1s"})
        assert await statuses(2) == [200, 403]
        assert {entry["detail"]["effect"] for entry in await entries(wire)} == {"refused as rate_limited"}


async def test_a_rate_limit_counts_only_what_else_the_rule_would_take():
    """Requests before the `nth` of the rule are not among those that it lets through; then one is, and no more."""
    when = '{operation: balance, nth: ">2"}'
    async with open_wire(f"requests: [{{when: {when}, times: 2, then: {{rate_limit: {{count: 1}}}}}}]") as wire:
        statuses = [(await wire.call("GET", BALANCE)).status for _ in range(6)]
    assert statuses == [200, 200, 200, 403, 403, 200]


async def test_a_mix_of_statuses_comes_from_the_seed():
    """So many percent of requests fail, the same ones on every run with the same seed."""
    runs = []
    for seed in (1, 1, 2):
        async with open_wire(f"seed: {seed}\nrequests: [{{then: {{mix: {{200: 70, 500: 20, 403: 10}}}}}}]") as wire:
            runs.append([(await wire.call("GET", BALANCE)).status for _ in range(100)])
    assert runs[0] == runs[1] != runs[2]
    assert set(runs[0]) == {200, 403, 500}
    assert 55 <= runs[0].count(200) <= 85


async def test_the_journal_tells_why_a_rule_that_came_near_did_not_fire():
    """A request that was answered as usual names the rules that fitted in part, and what they missed on."""
    text = """
requests:
  - {name: far, when: {fax_number: "+44*"}, then: {status: 500}}
  - {name: near, when: {operation: send_fax, document_id: 11}, then: {status: 500}}
  - {name: later, when: {operation: send_fax, nth: 2}, then: {status: 500}}
"""
    async with open_wire(text) as wire:
        await wire.send()
        (entry,) = [entry for entry in await entries(wire, "request") if entry["kind"] == "request"]
        assert entry["detail"]["misses"] == [
            "requests[1] 'near' missed on document_id: 10 is not 11",
            "requests[2] 'later' missed on nth: 1 is not 2",
        ]


async def test_an_unknown_key_meets_no_fault():
    """Faults belong to a sandbox: a request without a known key is refused as usual."""
    async with open_wire("requests: [{then: {status: 500}}]") as wire:
        assert (await wire.call("GET", "/api/v2/balance?api_key=nobody")).status == 401
        assert (await wire.call("GET", BALANCE)).status == 500


async def test_a_fault_can_be_for_one_number():
    """A rule of requests with a fax_number leaves sends to other numbers, and other requests, alone."""
    text = 'requests: [{when: {fax_number: "+44*"}, then: {status: 503}}]'
    async with open_wire(text) as wire:
        assert (await wire.call("GET", f"{SEND_TO}%2B442071838750")).status == 503
        assert (await wire.call("GET", f"{SEND_TO}%2B15005550001")).status == 200
        assert (await wire.call("GET", BALANCE)).status == 200


async def test_what_a_request_does_not_have_fits_no_pattern():
    """`*` is any number and any header, but not none."""
    text = """
requests:
  - {when: {fax_number: "*"}, then: {status: 503}}
  - {when: {header: {x-try: "*"}}, then: {status: 500}}
"""
    async with open_wire(text) as wire:
        assert (await wire.call("GET", BALANCE)).status == 200
        assert (await wire.call("GET", BALANCE, headers={"X-Try": ""})).status == 500
        assert (await wire.call("GET", SEND)).status == 503


async def test_a_fault_can_be_for_numbers_that_end_alike():
    """A pattern that says nothing of a number's beginning is compared with each number, and with none at all."""
    text = """
requests:
  - {when: {fax_number: "*99"}, then: {status: 503}}
  - {when: {fax_number: "+1*7"}, then: {status: 500}}
"""
    async with open_wire(text) as wire:
        for number, status in (
            ("15005550099", 503),
            ("15005550007", 500),
            ("15005550001", 200),
            ("442071838757", 200),
        ):
            assert (await wire.call("GET", f"{SEND_TO}%2B{number}")).status == status
        assert (await wire.call("GET", BALANCE)).status == 200
