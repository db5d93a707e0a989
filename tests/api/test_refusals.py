"""A refused request: one shape, a reason, and nothing charged, created or used up."""

import re

import pytest

from fakefax.api.operation import BASE_PATHS
from fakefax.api.operations import OPERATIONS
from fakefax.server.handler import WHERE
from tests.api.wire import KEY, QUERY, open_wire
from tests.fidelity import assumed, documented, seen

STORY = """
accounts:
  - api_key: f@x2r0ckkz
    balance: 1
    documents: [{id: 10, filename: a.pdf, pages: 1}, {id: 11, filename: b.pdf, pages: 7}]
  - {api_key: other}
faxes:
  - {name: one of two, when: {nth: 1}, times: 1, then: {msg_code: hangup}}
  - {name: in turn, then: [{msg_code: busy}, {msg_code: ok}]}
"""
NUMBER = "fax_number=%2B123456789"
NO_KEY = "no api_key in the query, the body or a header of that name"
NOT_A_NUMBER = "is not a fax number such as +123456789: 5 to 15 digits"
NOT_AN_ID = "is not a whole number such as 10"


def form(query: str) -> dict[str, object]:
    return {"data": query, "headers": {"Content-Type": "application/x-www-form-urlencoded"}}


REFUSED = [
    (form(f"{NUMBER}&document_id=10"), 401, "Unauthorized", NO_KEY),
    (form(f"api_key=&{NUMBER}&document_id=10"), 401, "Unauthorized", NO_KEY),
    (
        form(f"api_key=wrong-key&{NUMBER}&document_id=10"),
        401,
        "Unauthorized",
        "no account has the api_key 'wro...' (length 9)",
    ),
    ({"json": {"api_key": ["x"]}}, 401, "Unauthorized", """no account has the api_key "['x..." (length 5)"""),
    ({"headers": {"api_key": "abc"}}, 401, "Unauthorized", "no account has the api_key '...' (length 3)"),
    (
        form(f"api_key={KEY}&document_id=10"),
        400,
        "The fax_number field is required",
        "no fax_number in the query or the body",
    ),
    (
        form(f"api_key={KEY}&fax_number=&document_id=10"),
        400,
        "The fax_number field is required",
        "no fax_number in the query or the body",
    ),
    (
        form(f"api_key={KEY}&{NUMBER}"),
        400,
        "The document_id field is required",
        "no document_id in the query or the body",
    ),
    (
        {"json": {"api_key": KEY, "fax_number": "+123456789", "document_id": None}},
        400,
        "The document_id field is required",
        "no document_id in the query or the body",
    ),
    *(
        (form(f"api_key={KEY}&fax_number={value}&document_id=10"), 400, "The fax_number is invalid", reason)
        for value, reason in [
            ("abc", f"fax_number 'abc' {NOT_A_NUMBER}"),
            ("1234", f"fax_number '1234' {NOT_A_NUMBER}"),
            ("1234567890123456", f"fax_number '1234567890123456' {NOT_A_NUMBER}"),
            ("%D9%A1%D9%A2%D9%A3%D9%A4%D9%A5", f"fax_number '\\u0661\\u0662\\u0663\\u0664\\u0665' {NOT_A_NUMBER}"),
            ("9" * 99, f"fax_number '{'9' * 58}\\u2026 {NOT_A_NUMBER}"),
        ]
    ),
    *(
        (form(f"api_key={KEY}&{NUMBER}&document_id={value}"), 400, "The document_id is invalid", reason)
        for value, reason in [
            ("ten", f"document_id 'ten' {NOT_AN_ID}"),
            ("-10", f"document_id '-10' {NOT_AN_ID}"),
            ("10.5", f"document_id '10.5' {NOT_AN_ID}"),
            ("1" * 17, f"document_id '{'1' * 17}' {NOT_AN_ID}"),
        ]
    ),
    (
        {"json": {"api_key": KEY, "fax_number": ["+123456789"], "document_id": 10}},
        400,
        "The fax_number is invalid",
        "fax_number ['+123456789'] is not text or a whole number",
    ),
    (
        {"json": {"api_key": KEY, "fax_number": "+123456789", "document_id": True}},
        400,
        "The document_id is invalid",
        "document_id True is not text or a whole number",
    ),
    (
        form(f"api_key={KEY}&{NUMBER}&document_id=12"),
        400,
        "Document not found",
        "this key has no document 12; it has: 10, 11",
    ),
    (
        form(f"api_key={KEY}&{NUMBER}&document_id=11"),
        400,
        "Insufficient balance",
        "the fax costs 1.05 and the simulated balance has 1.00 left",
    ),
]


@pytest.mark.parametrize("base", BASE_PATHS)
@pytest.mark.parametrize(("request_options", "status", "message", "reason"), REFUSED)
@documented("A missing or unknown key is answered with 401, a refused send with `status` failed and a message.")
async def test_a_refused_send_says_why_and_changes_nothing(base, request_options, status, message, reason):
    """A refused send answers in the one error shape with its reason; no money, job, id or rule is used up."""
    async with open_wire(STORY) as wire:
        answer = await wire.call("POST", f"{base}/fax", **request_options)
        assert (answer.status, answer.reason) == (status, reason)
        assert answer.body == f'{{"status":"failed","message":"{message}"}}'.encode()
        assert answer.headers.getall("Content-Type") == ["application/json"]

        assert (await wire.get("faxes")) == {"faxes": [], "let_go": 0, "total": 0, "more": False}
        assert (await wire.get("ledger"))["entries"] == []
        last = (await wire.get("journal"))["entries"][-1]
        assert last["kind"] == "request.refused"
        assert last["message"].encode("ascii", "backslashreplace").decode() == (
            f"POST send_fax: {status} {message} ({reason})"
        )
        assert [(await wire.send())["fax_job_id"] for _ in range(3)] == [200, 201, 202]
        plans = [(await wire.get(f"faxes/{number}"))["plan"]["msg_code"] for number in (200, 201, 202)]
        assert plans == ["hangup", "busy", "ok"]


@pytest.mark.parametrize("status", [200, 402, 403])
@assumed("A send that the balance does not cover is answered with 400.", switch="billing.not_enough_balance_status")
async def test_the_status_of_a_send_without_balance_is_a_switch(status):
    """billing.not_enough_balance_status chooses the HTTP status; the body says `failed` all the same."""
    story = f"""
accounts: [{{api_key: f@x2r0ckkz, balance: 0.14}}]
billing: {{not_enough_balance_status: {status}}}
"""
    async with open_wire(story) as wire:
        answer = await wire.call("GET", f"/api/v2/fax?{QUERY}")
        assert answer.status == status
        assert answer.body == b'{"status":"failed","message":"Insufficient balance"}'
        assert answer.reason == "the fax costs 0.15 and the simulated balance has 0.14 left"
        assert (await wire.get("account"))["balance"] == 0.14


async def test_the_last_cent_may_be_spent():
    """A balance of exactly the cost is enough, and leaves 0."""
    async with open_wire("accounts: [{api_key: f@x2r0ckkz, balance: 0.15}]") as wire:
        answer = await wire.call("GET", f"/api/v2/fax?{QUERY}")
        assert answer.body == b'{"status":"executed","fax_job_id":200,"user_cash_balance":0,"cost":0.15}'
        assert (await wire.call("GET", f"/api/v2/fax?{QUERY}")).status == 400


def doors() -> dict[str, list[tuple[str, str, int]]]:
    """Every operation on every base path, asked in a way that must be refused; by the operation's name."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    taken: dict[str, set[str]] = {}
    for operation in OPERATIONS:
        for mount in operation.mounts:
            taken.setdefault(mount, set()).update(operation.methods)
    for operation in OPERATIONS:
        cases = found.setdefault(operation.name, [])
        for mount in operation.mounts:
            path = re.sub(r"{\w+}", "7", mount)
            for method in operation.methods:
                cases += [(method, path, 401 if operation.needs_key else 400)]
                cases += [(method, f"{path}?api_key=wrong", 401)]
            cases += [(method, path, 405) for method in ("DELETE", "PUT", "OPTIONS") if method not in taken[mount]]
            cases += [("GET", f"{path}/", 404), ("GET", f"{path}/no/such/path?api_key={KEY}", 404)]
    return found


@pytest.mark.parametrize("name", doors())
@seen("Errors are JSON too, 404 and 405 among them.")
@assumed("`status` is `failed` on every error.")
async def test_every_operation_refuses_in_the_one_shape(wire, name):
    """For every operation, version and cause: JSON with exactly `status` and `message`, and a reason."""
    for method, target, status in doors()[name]:
        answer = await wire.call(method, target)
        assert (method, target, answer.status) == (method, target, status)
        assert list(answer.json) == ["status", "message"]
        assert answer.json["status"] == "failed"
        assert answer.headers.getall("Content-Type") == ["application/json"]
        assert answer.reason


@pytest.mark.parametrize(
    ("method", "path", "status", "reason"),
    [
        ("GET", "/api/v3/fax", 404, "there is nothing at /api/v3/fax; " + WHERE),
        ("PUT", "/api/v2/fax", 405, "/api/v2/fax takes GET, POST"),
    ],
)
async def test_a_request_beside_every_operation_leaves_a_trace(method, path, status, reason):
    """A wrong base path is the first mistake people make: the journal of the key's sandbox has it."""
    async with open_wire(STORY) as wire:
        answer = await wire.call(method, f"{path}?api_key=other&{NUMBER}&document_id=10")
        assert (answer.status, answer.reason) == (status, reason)
        entry = (await wire.get("journal?kind=request"))["entries"][-1]
        assert (entry["kind"], entry["api_key"], entry["detail"]["reason"]) == ("request.refused", "other", reason)


async def test_a_body_that_cannot_be_read_is_in_the_journal_of_its_key():
    """The program that sent it learns of it where it looks for its other requests."""
    async with open_wire(STORY) as wire:
        headers = {"Content-Type": "application/json"}
        answer = await wire.call("POST", "/api/v2/fax?api_key=other", data=b"{", headers=headers)
        entry = (await wire.get("journal?kind=request.refused"))["entries"][-1]
    assert (answer.status, entry["api_key"], entry["detail"]["malformed"]) == (400, "other", True)


@pytest.mark.parametrize("place", ["query", "header", "form"])
async def test_a_lost_request_is_in_the_journal_of_its_key(place):
    """A base URL without /api/v2 is reported in the sandbox of the key, wherever the key stands."""
    body = b"api_key=other&fax_number=%2B15005550001" if place == "form" else b""
    target = "/fax?api_key=other" if place == "query" else "/fax"
    headers = {"api_key": "other"} if place == "header" else {}
    if body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    async with open_wire(STORY) as wire:
        answer = await wire.call("POST", target, data=body, headers=headers)
        entry = (await wire.get("journal?kind=request.refused"))["entries"][-1]
    assert answer.status == 404
    assert answer.headers["X-Fakefax-Reason"] == f"there is nothing at /fax; {WHERE}"
    assert entry["api_key"] == "other"


async def test_a_request_during_the_end_of_its_sandbox_gets_the_reason():
    """While fakefax stops, a send is neither half done nor a failure of fakefax: 503, and nothing charged."""
    async with open_wire(STORY) as wire:
        await wire.server.sandbox.close()
        answer = await wire.call("GET", f"/api/v2/fax?{QUERY}")
        assert (answer.status, answer.json["message"]) == (503, "Service unavailable")
        ledger = await wire.get("ledger")
        assert (ledger["balance"], ledger["entries"]) == (1, [])
