"""Bodies, queries and methods that clients were seen to send, or might: always JSON, never a 500."""

import json

import pytest

from tests.api.wire import FIRST_ANSWER, KEY, QUERY, Answer, Wire
from tests.fidelity import seen

HOST = b"Host: fax.to\r\n"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
MULTIPART = "multipart/form-data; boundary=b"
UNREADABLE = "The request body could not be read"
MIB = 1024 * 1024


def post(content_type: str | None, body: bytes, query: str = QUERY, extra: bytes = b"") -> bytes:
    head = b"" if content_type is None else f"Content-Type: {content_type}\r\n".encode()
    length = b"Content-Length: %d\r\n" % len(body)
    return f"POST /api/v2/fax?{query} HTTP/1.1\r\n".encode() + HOST + head + extra + length + b"\r\n" + body


def part(headers: bytes, body: bytes = b"x") -> bytes:
    return b"--b\r\nContent-Disposition: form-data" + headers + b"\r\n\r\n" + body + b"\r\n--b--\r\n"


def get(query: str) -> bytes:
    return f"GET /api/v2/fax?{query} HTTP/1.1\r\n".encode() + HOST + b"\r\n"


def bodiless(method: str, head: str, version: str = "1.1") -> bytes:
    return f"{method} /api/v2/fax?{QUERY} HTTP/{version}\r\nHost: x\r\n{head}\r\n".encode()


CHUNKED_NOTHING = "Transfer-Encoding: chunked\r\n\r\n0\r\n"

VALID = {
    "GET with a JSON type and no body": bodiless("GET", "Content-Type: application/json\r\n"),
    "GET with a JSON type and length 0": bodiless("GET", "Content-Type: application/json\r\nContent-Length: 0\r\n"),
    "POST with a JSON type and no body": post(JSON, b""),
    "POST with a JSON type and blanks": post(JSON, b" \r\n "),
    "POST with an empty JSON object": post(JSON, b"{}"),
    "multipart without boundary or body": post("multipart/form-data", b""),
    "multipart with an empty boundary": post("multipart/form-data; boundary=", b""),
    "multipart with boundary, no body": post(MULTIPART, b""),
    "multipart with only its end": post(MULTIPART, b"--b--\r\n"),
    "multipart, chunked and empty": bodiless("POST", f"Content-Type: {MULTIPART}\r\n{CHUNKED_NOTHING}"),
    "a part in an unknown charset": post(MULTIPART, part(b'; name="a"\r\nContent-Type: text/plain; charset=none')),
    "POST without Content-Length": bodiless("POST", ""),
    "POST without a type": post(None, b""),
    "POST of an unknown type, empty": post("text/xml", b""),
    "chunked and empty": bodiless("POST", f"Content-Type: {JSON}\r\n{CHUNKED_NOTHING}"),
    "HTTP/1.0": bodiless("GET", "", version="1.0"),
    "HTTP/1.0 POST": bodiless("POST", "", version="1.0"),
    "a broken escape beside the rest": get(f"%&a=%zz&{QUERY}&%"),
    "a name twice, the last counts": get(f"document_id=999&{QUERY}"),
    "an absolute target": get(QUERY).replace(b"GET /", b"GET http://fax.example/"),
    "an upgrade nobody offers": bodiless("GET", "Connection: Upgrade\r\nUpgrade: websocket\r\n"),
}

BROKEN_BODIES = {
    "a bare JSON string": (post(JSON, b'"fax_number"'), "the JSON body is not an object but str"),
    "a bare JSON number": (post(JSON, b"10"), "the JSON body is not an object but int"),
    "a JSON array": (post(JSON, b"[1]"), "the JSON body is not an object but list"),
    "a JSON null": (post(JSON, b"null"), "the JSON body is not an object but NoneType"),
    "no JSON": (post(JSON, b"fax_number=1"), "the body is not JSON: JSON is malformed: "),
    "JSON cut off": (post(JSON, b'{"fax_number": "+1'), "the body is not JSON: Input data was truncated"),
    "JSON a hundred thousand deep": (post(JSON, b"[" * 100_000), "the body is not JSON: it is nested too deep"),
    "JSON of invalid UTF-8": (post(JSON, b'{"fax_number": "\xff\xfe"}'), "the body is not JSON: "),
    "JSON with half a surrogate pair": (post(JSON, b'{"a": "\\ud800"}'), "the body is not JSON: "),
    "a JSON number of 5000 digits": (post(JSON, b'{"a": ' + b"1" * 5000 + b"}"), "the body is not JSON: Integer"),
    "a bare string and the key nowhere": (
        post(JSON, b'"x"', query="x=1"),
        "the JSON body is not an object but str",
    ),
    "multipart without a boundary": (
        post("multipart/form-data", b"x"),
        "the body is multipart/form-data without a boundary",
    ),
    "multipart of garbage": (post(MULTIPART, b"\x00\xffgarbage"), "the multipart body is broken: "),
    "multipart cut off": (post(MULTIPART, part(b'; name="a"')[:-9]), "the multipart body is broken: "),
    "multipart with another boundary": (
        post("multipart/form-data; boundary=c", part(b'; name="a"')),
        "the multipart body is broken: Could not find starting boundary",
    ),
    "a part without a name": (post(MULTIPART, part(b"")), "a multipart part has no name"),
    "a part in broken base64": (
        post(MULTIPART, part(b'; name="a"\r\nContent-Transfer-Encoding: base64')),
        "the multipart body is broken: ",
    ),
    "a part in an unknown encoding": (
        post(MULTIPART, part(b'; name="a"\r\nContent-Transfer-Encoding: \xffx')),
        "the part 'a' has transfer encoding ",
    ),
    "a part of parts": (
        post(MULTIPART, part(b"\r\nContent-Type: multipart/mixed; boundary=c", b"--c\r\n\r\nx\r\n--c--")),
        "a multipart part has no name",
    ),
    "a part of 65 KiB": (
        post(MULTIPART, part(b'; name="a"', b"x" * 66_560)),
        "the part 'a' is longer than 65536 b",
    ),
    "XML": (post("text/xml", b"<fax/>"), "the body has content type text/xml; send "),
    "a body without a type": (post(None, b"x"), "the body has no content type; send "),
    "a type of binary": (post("text/\u00ff", b"x"), "the body has content type text/"),
    "gzip that is none": (
        post(JSON, b"garbage", extra=b"Content-Encoding: gzip\r\n"),
        "the body is not gzip: ",
    ),
    "multipart as gzip that is none": (
        post(MULTIPART, b"garbage", extra=b"Content-Encoding: gzip\r\n"),
        "the body is not gzip: ",
    ),
    "a form of 1001 fields": (post(FORM, b"a=1&" * 1001), "the form has more than 1000 fields"),
    "a query of 1001 fields": (get("a=1&" * 1001 + QUERY), "the query has more than 1000 fields"),
}

WRONG_VALUES = {
    "a broken escape in a value": (get(f"api_key={KEY}&fax_number=%&document_id=10"), 400),
    "a fax number of NUL": (get(f"api_key={KEY}&fax_number=%00&document_id=10"), 400),
    "a fax number of invalid UTF-8": (get(f"api_key={KEY}&fax_number=%ff%fe&document_id=10"), 400),
    "a key of invalid UTF-8": (get(f"api_key=%ff%fe%fd%fc&{QUERY[20:]}"), 401),
    "a fax number of 60 KiB": (get(f"api_key={KEY}&fax_number={'1' * 61_440}&document_id=10"), 400),
    "a form value of 1 MiB less a little": (
        post(FORM, b"document_id=" + b"1" * (MIB - 100), query=f"api_key={KEY}&fax_number=1234567"),
        400,
    ),
    "a form of NULs": (post(FORM, b"\x00" * 1000, query=f"api_key={KEY}"), 400),
    "a nested document_id": (
        post(JSON, b'{"document_id": {"a": [' + b"1," * 1000 + b"1]}}", query=f"api_key={KEY}&fax_number=1234567"),
        400,
    ),
    "a key of bytes in the header": (
        b"GET /api/v2/fax HTTP/1.1\r\n" + HOST + b"api_key: \xff\xfe\xfd\xfc\r\n\r\n",
        401,
    ),
    "a body over 1 MiB": (post(FORM, b"x" * (MIB + 1)), 413),
    "a JSON body over 1 MiB, with its key": (post(JSON, b" " * (MIB + 1), query="x=1"), 413),
    "DELETE": (bodiless("DELETE", ""), 405),
    "PUT": (bodiless("PUT", ""), 405),
    "a rare method": (bodiless("PROPFIND", ""), 405),
    "an unknown path": (f"GET /api/v3/fax?{QUERY} HTTP/1.1\r\nHost: x\r\n\r\n".encode(), 404),
    "the root": (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 404),
    "two slashes": (f"GET //api/v2/fax?{QUERY} HTTP/1.1\r\nHost: x\r\n\r\n".encode(), 404),
    "a literal {id} in the path": (
        f"GET /api/v2/fax/{{fax_job_id}}/status?api_key={KEY} HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
        404,
    ),
}


def assert_error(answer: Answer, status: int) -> None:
    assert answer.status == status, answer
    assert answer.headers.getall("Content-Type") == ["application/json"]
    assert list(answer.json) == ["status", "message"]
    assert answer.json["status"] == "failed"
    assert answer.reason


async def assert_alive(wire: Wire) -> None:
    """A send on a new connection works, is the first one, and the journal can be read."""
    assert (await wire.raw(get(QUERY))).body == FIRST_ANSWER
    assert "request.failed" not in {entry["kind"] for entry in (await wire.get("journal"))["entries"]}


@pytest.mark.parametrize("request_bytes", VALID.values(), ids=VALID)
@seen("A JSON type with an empty body, or multipart without a boundary: the query says it all.")
async def test_an_odd_but_complete_request_sends_a_fax(wire, request_bytes):
    """Everything said in the query is a valid send, whatever the client adds around it."""
    answer = await wire.raw(request_bytes)
    assert (answer.status, answer.body) == (200, FIRST_ANSWER)
    assert answer.headers.getall("Content-Type") == ["application/json"]


@pytest.mark.parametrize(("request_bytes", "reason"), BROKEN_BODIES.values(), ids=BROKEN_BODIES)
@seen("A JSON body that is a bare string or number is answered with 400.")
async def test_a_body_that_cannot_be_read_is_a_400_that_says_why(wire, request_bytes, reason):
    """A body that is not what its type says is refused whole, and X-Fakefax-Reason names the cause."""
    answer = await wire.raw(request_bytes)
    assert_error(answer, 400)
    assert answer.json["message"] == UNREADABLE
    assert answer.reason.startswith(reason)
    await assert_alive(wire)


@pytest.mark.parametrize(("request_bytes", "status"), WRONG_VALUES.values(), ids=WRONG_VALUES)
async def test_a_strange_value_method_or_path_is_refused_as_json(wire, request_bytes, status):
    """Broken escapes, binary, huge values, other methods and paths: an error in the one shape, and life goes on."""
    assert_error(await wire.raw(request_bytes), status)
    await assert_alive(wire)


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/api/v2/fax", "GET, POST"),
        ("PUT", "/api/v1/fax/200/status", "GET, POST"),
        ("PATCH", "/api/v2/balance", "GET, POST"),
        ("DELETE", "/_fakefax/clock", "GET, HEAD, PATCH"),
        ("GET", "/_fakefax/clock/advance", "POST"),
    ],
)
async def test_a_wrong_method_names_the_right_ones(wire, method, path, allow):
    """405 comes with Allow, and with a reason that names the path's methods."""
    answer = await wire.call(method, path)
    assert_error(answer, 405)
    assert (answer.headers["Allow"], answer.reason) == (allow, f"{path} takes {allow}")


async def test_head_never_sends_a_fax(wire):
    """HEAD is refused with 405 and no body: a link checker must not spend money."""
    answer = await wire.raw(bodiless("HEAD", ""))
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, POST")
    assert (await wire.get("faxes")) == {"faxes": [], "let_go": 0, "total": 0, "more": False}


async def test_a_body_in_chunks_is_read_to_its_end(wire):
    """A chunked JSON body is as good as one with a length."""
    body = json.dumps({"api_key": KEY, "fax_number": "+123456789", "document_id": 10}).encode()
    chunks = b"".join(b"%x\r\n%c\r\n" % (1, byte) for byte in body) + b"0\r\n\r\n"
    head = (
        b"POST /api/v2/fax HTTP/1.1\r\n"
        + HOST
        + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
    )
    assert (await wire.raw(head + b"\r\n" + chunks)).body == FIRST_ANSWER
