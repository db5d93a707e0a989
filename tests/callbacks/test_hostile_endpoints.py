"""Endpoints that do everything wrong: each costs an attempt with its reason, and never a receipt."""

import re
import socket

import pytest

from fakefax import FakeFax
from fakefax.schemas import FaxDetail
from tests.callbacks import endpoints
from tests.callbacks.endpoints import Behaviour, answers_ok, raw_endpoint, receiver, says, send


def sent_by(fax: FakeFax) -> FaxDetail:
    return fax.faxes[0]


CLOSED = "the connection was closed without an answer"
CUT_OFF = "the connection was closed in the middle of the answer"
HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        pytest.param(endpoints.closes, CLOSED, id="closes"),
        pytest.param(endpoints.resets, f"{CLOSED}|the connection was lost: .+", id="resets"),
        pytest.param(endpoints.hangs, r"no answer within 1s", id="hangs"),
        pytest.param(says(HEAD + b"Content-Le"), CLOSED, id="closes in the head"),
        pytest.param(says(HEAD + b"Content-Length: 10\r\n\r\nhalf"), CUT_OFF, id="closes in the body"),
        pytest.param(says(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nha"), CUT_OFF, id="closes in a chunk"),
        pytest.param(says(b"\x00\x01\x02 garbage\r\n\r\n"), "the answer is not HTTP: .+", id="garbage"),
        pytest.param(says(b"SSH-2.0-OpenSSH_9.6\r\n"), "the answer is not HTTP: .+", id="another protocol"),
        pytest.param(says(HEAD + b"X y\r\n\r\n"), "the answer is not HTTP: .+", id="a header without colon"),
        pytest.param(says(HEAD + b"X: " + b"x" * 100_000), "the answer is not HTTP: .+", id="a huge header"),
        pytest.param(says(HEAD + b"X: y\r\n" * 10_000), "the answer is not HTTP: .+", id="too many headers"),
        pytest.param(says(b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n"), "999", id="an unknown status"),
    ],
)
def test_a_failure_is_an_attempt_with_its_reason(fax: FakeFax, behaviour: Behaviour, reason: str):
    """For any misbehaviour of the endpoint, the journal has the reason, and the next good answer counts."""
    with raw_endpoint(behaviour, answers_ok) as endpoint:
        fax.callback_url = endpoint.url
        fax_job_id = send(fax)
        fax.advance("1h")
        first, second = sent_by(fax).attempts
        assert endpoint.connections == 2
    assert first.failure is not None
    assert re.fullmatch(reason, first.failure), first.failure
    assert (second.status_code, second.failure) == (200, None)
    assert sent_by(fax).receipt == "acknowledged"
    reported = [entry.message for entry in fax.journal if entry.kind == "receipt.attempt"]
    assert reported == [
        f"receipt {fax_job_id}, attempt 1 to {endpoint.url}: {first.failure}; again at 09:15:30",
        f"receipt {fax_job_id}, attempt 2 to {endpoint.url}: 200 OK; no further attempt",
    ]


def test_a_refused_connection_is_an_attempt(fax: FakeFax):
    """With nobody listening the attempt names address and cause; when somebody does, the receipt arrives."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        fax.callback_url = f"http://127.0.0.1:{port}/faxto"
        send(fax)
        fax.advance("1m")
        assert [attempt.failure for attempt in sent_by(fax).attempts] == [
            f"cannot connect to 127.0.0.1:{port}: Connection refused"
        ]
    with receiver() as endpoint:
        fax.callback_url = endpoint.url()
        fax.advance("15m")
    assert sent_by(fax).receipt == "acknowledged"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://nowhere.invalid/faxto", r"the host name nowhere\.invalid is not known"),
        ("http://a..b/faxto", "the URL cannot be used: .*label.*"),
        ("http://ho\\st/faxto", "the URL cannot be used: .*backslash.*"),
        ("http://\xe9..com/faxto", "the URL cannot be used: .*label.*"),
        ("http://127.1/faxto", r"the URL cannot be used: 127\.1 .*"),
    ],
)
def test_a_host_that_cannot_be_found_is_an_attempt(fax: FakeFax, url: str, reason: str):
    """A name that nobody knows, or that cannot be one, fails the attempt; it is made again like any other."""
    fax.callback_url = url
    send(fax)
    fax.advance("20m")
    failures = [attempt.failure or "" for attempt in sent_by(fax).attempts]
    assert len(failures) == 2
    assert all(re.fullmatch(reason, failure) for failure in failures), failures
    with receiver() as endpoint:
        fax.callback_url = endpoint.url()
        fax.advance("15m")
    assert sent_by(fax).receipt == "acknowledged"


def test_an_endless_body_does_not_hold_time_up(fax: FakeFax):
    """200 OK counts after 64 KiB of a body without end; nobody waits for the rest."""
    with raw_endpoint(endpoints.talks_forever) as endpoint:
        fax.callback_url = endpoint.url
        send(fax)
        result = fax.advance("1h", budget=5)
    assert result.settled
    assert [(attempt.status_code, attempt.failure) for attempt in sent_by(fax).attempts] == [(200, None)]
