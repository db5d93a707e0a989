"""Every operation under both base paths, asked as curl asks and compared with the documented answer.

Values are tested in the other files of this folder; here it is the shape: keys, their order, and types.
"""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from fakefax.api.operation import BASE_PATHS
from fakefax.api.operations import OPERATIONS
from fakefax.sandbox import users
from tests.api.documented import EXAMPLES, Example
from tests.api.wire import KEY, Answer, Wire, open_wire
from tests.documents import files
from tests.fidelity import documented, seen

pytestmark = pytest.mark.usefixtures("shared_pool")

STORY = """
accounts:
  - api_key: f@x2r0ckkz
    balance: 100
    documents: [{id: 10, filename: invoice.pdf}, {id: 11, filename: contract.pdf}]
    numbers: ["+12048134698"]
pricing: {per_page: 0.15}
"""
ARRIVED = base64.b64encode(files.pdf(1)).decode()
"""A fax of one's own, since to draw one takes ten times as long."""

ODD_CLIENTS = {
    "a JSON type without a body": "Content-Type: application/json",
    "a JSON type and length 0": "Content-Type: application/json\r\nContent-Length: 0",
    "multipart without a boundary": "Content-Type: multipart/form-data\r\nContent-Length: 0",
    "multipart, chunked, with an expectation, empty": (
        "Content-Type: multipart/form-data; boundary=b\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked"
        "\r\n\r\n0\r\n\r\n"
    ),
    "an id of its own in underscored headers": "document_id: 10\r\nx_request_id: 1",
}


@pytest.fixture
async def busy(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Wire]:
    """A sandbox in which a fax has been sent, another one has arrived, and somebody has registered."""
    monkeypatch.setattr(users, "COST", 2)  # a password need not be slow to try
    async with open_wire(STORY) as wire:
        await wire.send()
        await wire.post("clock/advance", {"by": "1m"})
        await wire.post("incoming-faxes", {"document": ARRIVED})
        await wire.call("POST", "/api/v2/user", data={"email": "you@example.com", "password": "secret"})
        yield wire


def shape(value: Any) -> Any:
    """Keys in order, and the types: money may be whole, a list is shown by its first row."""
    match value:
        case dict():
            return [(key, "money" if is_money(key, each) else shape(each)) for key, each in value.items()]
        case list():
            return [shape(each) for each in value[:1]]
        case _:
            return type(value).__name__


def is_money(key: str, value: Any) -> bool:
    return key in {"cost", "balance", "user_cash_balance"} and type(value) in {int, float}


def assert_documented(answer: Answer, example: Example) -> None:
    assert answer.status == 200, (example, answer)
    if isinstance(example.answer, str):
        assert answer.headers.getall("Content-Type") == [example.answer]
        return
    assert answer.headers.getall("Content-Type") == ["application/json"]
    assert shape(json.loads(answer.body)) == shape(example.answer), example
    if isinstance(example.answer, dict):
        assert answer.json["status"] == example.answer["status"], example


def test_every_operation_has_an_example():
    """An operation, or a method of one, that is added without its documented example is reported here."""
    wanted = {(operation.name, method) for operation in OPERATIONS for method in operation.methods}
    assert {(example.operation, example.method) for example in EXAMPLES} == wanted


@pytest.mark.parametrize("base", BASE_PATHS)
@pytest.mark.parametrize(
    "example", EXAMPLES, ids=lambda e: f"{e.operation} {e.method} {e.target.partition('?')[0]}"
)
@documented("Every answer has the documented keys, in the documented order, with the documented types.")
async def test_the_documented_request_is_answered_in_the_documented_shape(busy, base, example):
    """The documentation's curl command gets an answer with the documented keys, order and types."""
    assert_documented(await busy.raw(example.request(base)), example)


@pytest.mark.parametrize("base", BASE_PATHS)
@pytest.mark.parametrize("odd", ODD_CLIENTS.values(), ids=ODD_CLIENTS)
@seen("Whatever a client adds to a request without a body, it is answered; under every operation.")
async def test_odd_clients_are_answered_by_every_operation(busy, base, odd):
    """A type without a body, an expectation, underscored headers: no operation is answered otherwise for them."""
    for example in (example for example in EXAMPLES if not example.body):
        assert_documented(await busy.raw(example.request(base, odd)), example)


async def test_http_1_0_and_broken_escapes_are_answered_by_every_operation(busy):
    """An HTTP/1.0 client that also writes `%&` in its query is answered as any other."""
    for example in EXAMPLES:
        more = b"&%&a=%zz HTTP/1.0" if "?" in example.target else b"?%&a=%zz HTTP/1.0"
        assert_documented(await busy.raw(example.request("/api/v2").replace(b" HTTP/1.1", more, 1)), example)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", '"x"'),
        ("application/json", "10"),
        ("application/json", "{"),
        ("multipart/form-data", "x"),
        ("text/xml", "<fax/>"),
    ],
)
async def test_a_body_that_is_none_is_an_error_of_every_operation(busy, content_type, body):
    """A bare scalar, no JSON, multipart without a boundary, a foreign type: 400 in the error shape, never a 500."""
    for example in EXAMPLES:
        broken = example._replace(body=body, content_type=content_type)
        assert_error(await busy.raw(broken.request("/api/v1")), 400, example)


async def test_an_unknown_key_is_refused_by_every_operation(busy):
    """An unknown key gets nothing, also not behind the links of the inbox and of the previews."""
    for example in EXAMPLES:
        request = example.request("/api/v2")
        if KEY.encode() in request:
            assert_error(await busy.raw(request.replace(KEY.encode(), b"f@x2r0ckkx")), 401, example)


def assert_error(answer: Answer, status: int, example: Example) -> None:
    assert (answer.status, list(answer.json)) == (status, ["status", "message"]), (example, answer)
    assert answer.headers.getall("Content-Type") == ["application/json"]


@pytest.mark.parametrize(
    ("answer", "documented_answer"),
    [
        ({"b": 1, "a": 2}, {"a": 2, "b": 1}),
        ({"id": "1"}, {"id": 1}),
        ({"id": 1.0}, {"id": 1}),
        ({"cost": "0.15"}, {"cost": 0.15}),
        ({"s3": ""}, {"s3": None}),
        ([], [{"id": 1}]),
    ],
)
def test_the_comparison_shows_another_shape(answer, documented_answer):
    """Another order, a number as text, a count with a point, a text for a null, no row: each is a difference."""
    assert shape(answer) != shape(documented_answer)
