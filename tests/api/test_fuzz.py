"""For any bytes that arrive at the send, the answer is JSON and not a failure of fakefax."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.wire import KEY, QUERY
from tests.thorough import examples

BOUNDARY = b"b"
CONTENT_TYPES = st.sampled_from(
    [
        b"application/json",
        b"application/x-www-form-urlencoded",
        b"multipart/form-data",
        b"multipart/form-data; boundary=" + BOUNDARY,
        b"multipart/mixed; boundary=b",
        b"text/plain; charset=none",
        b"",
    ]
) | st.binary(max_size=30).map(lambda raw: bytes(byte for byte in raw if byte >= 32 and byte != 127))
PIECES = st.sampled_from(
    [
        b"--b\r\n",
        b"--b--\r\n",
        b"\r\n\r\n",
        b'Content-Disposition: form-data; name="fax_number"\r\n',
        b"Content-Disposition: form-data; filename*=x''y\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"Content-Type: multipart/mixed; boundary=b\r\n",
        b'{"fax_number": ',
        b'"+123456789"',
        b"}",
        b"document_id=10&",
        b"%",
        b"\x00",
    ]
)
BODIES = st.binary(max_size=200) | st.lists(PIECES | st.binary(max_size=10), max_size=12).map(b"".join)
QUERIES = st.sampled_from([QUERY.encode(), f"api_key={KEY}".encode(), b""]) | st.binary(max_size=60).map(
    lambda raw: f"api_key={KEY}&".encode() + bytes(byte for byte in raw if 33 <= byte < 127 and byte != 35)
)


@settings(max_examples=examples(75), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content_type=CONTENT_TYPES, body=BODIES, query=QUERIES)
async def test_no_bytes_make_the_send_fail(wire, content_type, body, query):
    """Random bodies under random content types with random queries: 200, 400, 401 or 404, always JSON."""
    answer = await wire.raw(
        b"POST /api/v2/fax?%s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s"
        % (query, content_type, len(body), body)
    )
    assert answer.status in (200, 400, 401, 404), answer
    assert answer.headers.getall("Content-Type") == ["application/json"]
    assert answer.json["status"] == ("executed" if answer.status == 200 else "failed")
    assert wire.server.sandbox.journal.entries(kind="request.failed") == []
