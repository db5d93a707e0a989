"""Sending a fax, on the wire: every shape of request, and the answer byte for byte."""

import json

import aiohttp
import pytest

from tests.api.wire import FIRST_ANSWER, KEY, ORDER, QUERY, open_wire
from tests.fidelity import assumed, documented, seen

BASES = ("/api/v2", "/api/v1")
MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="api_key"\r\n\r\nf@x2r0ckkz\r\n'
    b'--b\r\nContent-Disposition: form-data; name="fax_number"\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n'
    b"+123456789\r\n"
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="/home/me/a b.pdf"\r\n\r\n%PDF\r\n'
    b'--b\r\nContent-Disposition: form-data; name="document_id"\r\n\r\n10\r\n--b--\r\n'
)


@documented("A send answers `status`, `fax_job_id`, `user_cash_balance` and `cost`, in this order.")
async def test_the_documented_example_works_verbatim(wire):
    """The example of the reference page, with its raw plus, gets the documented answer, byte for byte."""
    answer = await wire.raw(
        b"GET /api/v2/fax?api_key=f@x2r0ckkz&fax_number=+123456789&document_id=10 HTTP/1.1\r\nHost: fax.to\r\n\r\n"
    )
    assert (answer.status, answer.body) == (200, FIRST_ANSWER)
    assert answer.headers.getall("Content-Type") == ["application/json"]
    assert [fax["fax_number"] for fax in (await wire.get("faxes"))["faxes"]] == ["+123456789"]


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(
    ("method", "query", "options"),
    [
        pytest.param("GET", f"?{QUERY}", {}, id="GET query"),
        pytest.param("POST", f"?{QUERY}", {}, id="POST query"),
        pytest.param("POST", "", {"data": ORDER}, id="form"),
        pytest.param("POST", "", {"json": ORDER}, id="JSON"),
        pytest.param("POST", "", {"json": ORDER | {"document_id": 10}}, id="JSON with a number"),
        pytest.param(
            "POST",
            "",
            {"data": json.dumps(ORDER), "headers": {"Content-Type": "application/vnd.api+json; charset=utf-8"}},
            id="JSON by another name",
        ),
        pytest.param("GET", "", {"json": ORDER}, id="GET with a JSON body"),
        pytest.param("POST", "", {"data": aiohttp.FormData(ORDER, default_to_multipart=True)}, id="multipart"),
        pytest.param(
            "POST",
            "",
            {"data": MULTIPART, "headers": {"Content-Type": "Multipart/Form-Data; Boundary=b"}},
            id="multipart with part types, a file of a whole path, and capitals",
        ),
        pytest.param(
            "POST", f"?api_key={KEY}&document_id=10", {"data": {"fax_number": "+123456789"}}, id="query and form"
        ),
    ],
)
@documented("Parameters come by GET or POST, under `/api/v1` and `/api/v2` alike.")
async def test_parameters_are_taken_wherever_a_client_puts_them(wire, base, method, query, options):
    """Query, form, multipart and JSON, by GET or POST, to v1 or v2: all are the same send."""
    answer = await wire.call(method, f"{base}/fax{query}", **options)
    assert (answer.status, answer.body) == (200, FIRST_ANSWER)
    assert answer.headers.getall("Content-Type") == ["application/json"]


@pytest.mark.parametrize("name", ["api_key", "API_KEY", "Api_Key", "api_Key"])
@seen("The key may be a request header `api_key`, in any case.")
async def test_the_key_may_be_a_header_in_any_case(wire, name):
    """The official SDKs send the key as a header with an underscore; its case does not matter."""
    head = f"GET /api/v2/fax?fax_number=+123456789&document_id=10 HTTP/1.1\r\nHost: x\r\n{name}: {KEY}\r\n\r\n"
    answer = await wire.raw(head.encode())
    assert (answer.status, answer.body) == (200, FIRST_ANSWER)


@assumed("What the query says beats the body; a key in a header comes last.")
async def test_the_query_beats_the_body_and_both_beat_the_header(wire):
    """When a request says a thing twice, the query counts before the body, and the header last."""
    answer = await wire.call(
        "POST",
        "/api/v2/fax?document_id=10",
        data={"api_key": KEY, "fax_number": "+123456789", "document_id": "999"},
        headers={"api_key": "no such key"},
    )
    assert answer.body == FIRST_ANSWER


@pytest.mark.parametrize(
    "spelling",
    ["%20123456789", "123456789", "00123456789", "%2B1%20(234)%2056-789", "+1.23.45/67-89", "%2B00123456789"],
)
@seen("A plus that was decoded to a blank is a plus.")
async def test_a_number_may_be_spelled_as_people_do(wire, spelling):
    """A plus that became a blank, a 00, blanks, dots, dashes, slashes and brackets all mean the same number."""
    answer = await wire.call("GET", f"/api/v2/fax?api_key={KEY}&document_id=10&fax_number={spelling}")
    assert answer.body == FIRST_ANSWER
    assert (await wire.get("faxes"))["faxes"][0]["fax_number"] == "+123456789"


@assumed("A fax number that begins with 0 is taken, though no country code does.")
async def test_a_number_without_a_country_code_is_taken_and_told(wire):
    """Digits are taken as they are; where no country's code can be meant, the reason says so beside the rule."""
    answer = await wire.call("GET", f"/api/v2/fax?api_key={KEY}&document_id=10&fax_number=030/123456")
    assert (answer.status, answer.body) == (200, FIRST_ANSWER)
    assert answer.reason is not None
    assert answer.reason.endswith("; no country code begins with 0: was the number written without its own?")
    assert (await wire.get("faxes"))["faxes"][0]["fax_number"] == "+030123456"
    right = await wire.call("GET", f"/api/v2/fax?api_key={KEY}&document_id=10&fax_number=%2B4930123456")
    assert right.reason is not None
    assert "country" not in right.reason


@seen("Ids are JSON integers and money JSON numbers, exact.")
async def test_ids_rise_and_balances_are_exact(wire):
    """Each send has the next id, and the balance falls by exactly the cost, without binary noise."""
    bodies = [(await wire.call("GET", f"/api/v2/fax?{QUERY}")).body for _ in range(3)]
    bodies.append((await wire.call("GET", f"/api/v2/fax?{QUERY[:-2]}11")).body)
    assert bodies == [
        b'{"status":"executed","fax_job_id":200,"user_cash_balance":99.85,"cost":0.15}',
        b'{"status":"executed","fax_job_id":201,"user_cash_balance":99.7,"cost":0.15}',
        b'{"status":"executed","fax_job_id":202,"user_cash_balance":99.55,"cost":0.15}',
        b'{"status":"executed","fax_job_id":203,"user_cash_balance":97.75,"cost":1.8}',
    ]


PRICES = """
accounts:
  - api_key: f@x2r0ckkz
    balance: 100.00
    documents: [{id: 1, pages: 1, filename: a.pdf}, {id: 3, pages: 3, filename: b.pdf}]
pricing: {per_page: 0.1, prefixes: {"+44": 0.07, "+4477": 1, "+1800": 0}}
"""


@pytest.mark.parametrize(
    ("fax_number", "document_id", "money"),
    [
        ("+4930123456", 1, b'"user_cash_balance":99.9,"cost":0.1}'),
        ("+4930123456", 3, b'"user_cash_balance":99.7,"cost":0.3}'),
        ("+442012345678", 1, b'"user_cash_balance":99.93,"cost":0.07}'),
        ("+447712345678", 3, b'"user_cash_balance":97,"cost":3}'),
        ("+18001234567", 3, b'"user_cash_balance":100,"cost":0}'),
    ],
)
async def test_the_price_is_by_page_and_by_the_longest_prefix(fax_number, document_id, money):
    """A fax costs its pages times the price of the longest prefix that fits; whole amounts are integers."""
    async with open_wire(PRICES) as wire:
        order = {"api_key": KEY, "fax_number": fax_number, "document_id": document_id}
        answer = await wire.call("POST", "/api/v2/fax", json=order)
    assert answer.body == b'{"status":"executed","fax_job_id":200,' + money


async def test_the_answer_names_the_rule_that_decides_the_outcome(wire):
    """X-Fakefax-Reason says which rule of the scenario decided what becomes of the fax."""
    answer = await wire.call("GET", f"/api/v2/fax?api_key={KEY}&document_id=10&fax_number=%2B15005550002")
    assert answer.reason == "faxes[1] 'dialled busy': busy after 30s"
