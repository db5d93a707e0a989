"""The built-in receiver: for who tests only what sends."""

from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image

from fakefax import FakeFax, WrongValue
from fakefax.client import FakeFaxServer
from tests.callbacks.endpoints import send


def test_it_records_and_answers_as_told(fax: FakeFax):
    """Its first use makes it the callback URL; it notes every attempt and answers one after the other."""
    fax.receiver.answers(503, "reset", 200)
    assert fax.callback_url == fax.receiver.url
    fax_job_id = send(fax, "+15005550002")
    fax.advance("1h")
    assert [(got.fax_job_id, got.status, got.msg_code) for got in fax.receiver.receipts] == 3 * [
        (fax_job_id, "failed", "busy")
    ]
    assert fax.receiver.receipts[0].fields["message"].startswith("Fax Failed - Line Busy")
    first, second, third = fax.faxes[0].attempts
    assert (first.status_code, second.status_code, third.status_code) == (503, None, 200)
    fax.assert_acknowledged()


def test_new_answers_begin_with_the_first(fax: FakeFax):
    """A second `answers` begins anew: how far the first one came does not matter."""
    fax.receiver.answers(500, 503, 200)
    send(fax)
    fax.advance("1h")
    fax.receiver.answers(503, 200)
    send(fax)
    fax.advance("1h")
    answered = [[attempt.status_code for attempt in sent.attempts] for sent in fax.faxes]
    assert answered == [[500, 503, 200], [503, 200]]


def test_what_came_can_be_forgotten_between_two_answers(fax: FakeFax):
    """`clear` forgets the callbacks, and the endpoint goes on with the answer that comes next."""
    fax.receiver.answers(503, 500, 200)
    send(fax)
    fax.advance("1m")
    fax.receiver.clear()
    fax.advance("1h")
    assert [attempt.status_code for attempt in fax.faxes[0].attempts] == [503, 500, 200]
    assert len(fax.receiver.receipts) == 2
    send(fax)
    fax.advance("1m")
    assert [attempt.status_code for attempt in fax.faxes[1].attempts] == [200]  # the last answer stays


def test_it_keeps_its_connections(fax: FakeFax):
    """It says so in its answers, so that 48 hours of retries at it need not connect 193 times."""
    address = urlsplit(fax.receiver.url)
    connection = HTTPConnection(address.netloc)
    for query in ("", "?from=fakefax"):
        connection.request("POST", address.path + query, "fax_job_id=200")
        answer = connection.getresponse()
        answer.read()
        assert (answer.status, answer.headers["Connection"]) == (200, "keep-alive")
        assert connection.sock is not None
    connection.close()
    assert len(fax.receiver.receipts) == 2


def test_it_hangs_until_the_time_is_up(fax: FakeFax):
    """A hanging endpoint costs an attempt its time limit, and nobody more."""
    fax.receiver.answers("hang", 200)
    send(fax)
    fax.advance("16m")
    assert [attempt.failure for attempt in fax.faxes[0].attempts] == ["no answer within 1s", None]


def test_it_takes_received_faxes_too(fax: FakeFax):
    """A fax that arrives is posted to it with its PDF."""
    assert fax.receiver.faxes == []
    arrived = fax.receive_fax(sender="+12025550123", to="+12048134699", pages=2, after="100h")
    fax.advance("0s")
    assert (arrived.number, fax.receiver.faxes) == ("+12048134699", [])
    fax.run_until_idle()  # it looks as far as a week ahead
    (got,) = fax.receiver.faxes
    assert (got.fields["from"], got.fields["pages"], got.fields["uuid"]) == ("12025550123", "2", arrived.uuid)
    assert got.file is not None
    assert got.file.startswith(b"%PDF")
    assert [each.callback for each in fax.incoming_faxes] == ["acknowledged"]


def test_a_received_document_may_be_as_large_as_an_upload(fax: FakeFax, tmp_path: Path):
    """A file of more than a megabyte arrives; one beyond the upload limit is refused with the limit's name."""
    page = tmp_path / "page.png"
    Image.new("L", (1200, 1600), 200).save(page, compress_level=0)
    assert page.stat().st_size > 1024 * 1024
    assert fax.receive_fax(document=page).pages == 1
    with pytest.raises(WrongValue, match=r"--upload-limit is 20M"):
        fax.receive_fax(document=bytes(20 * 1024 * 1024 + 1))


def test_each_sandbox_has_its_own(fax: FakeFax):
    """Two sandboxes of one process do not see each other's receipts."""
    with FakeFax() as other:
        assert fax.receiver.url != other.receiver.url
        send(fax)
        fax.advance("1m")
        assert (len(fax.receiver.receipts), len(other.receiver.receipts)) == (1, 0)
        fax.receiver.clear()
        assert fax.receiver.receipts == []
        fax.callback_url = other.receiver.url
    send(fax)
    fax.advance("1m")
    assert fax.faxes[-1].attempts[0].status_code == 404  # of one that is closed


@pytest.mark.parametrize("behaviours", [(), (99,), ("fail",), (True,)])
def test_an_impossible_answer_is_refused(fax: FakeFax, behaviours: tuple[int, ...]):
    """Only statuses and the two ways to give no answer are taken."""
    with pytest.raises(ValueError, match=r"an HTTP status from 200 to 599|say what to answer"):
        fax.receiver.answers(*behaviours)


def test_another_host_name_listens_everywhere():
    """With the name by which a container reaches this machine, it listens on all addresses."""
    with FakeFaxServer(receiver_host="localhost") as server, server.sandbox() as fax:
        assert fax.receiver.url.startswith("http://localhost:")
        send(fax)
        fax.advance("1m")
        assert len(fax.receiver.receipts) == 1


def test_a_reset_keeps_it_in_use(fax: FakeFax):
    """After a reset nothing has come yet, and what comes then goes to the same receiver."""
    fax.receiver.answers(200)
    send(fax)
    fax.advance("1m")
    fax.received_fax_url = None
    saved = fax.snapshot()
    fax.reset()
    assert fax.receiver.receipts == []
    assert {fax.callback_url, fax.received_fax_url} == {fax.receiver.url}
    fax.restore(saved)
    assert {fax.callback_url, fax.received_fax_url} == {fax.receiver.url}
    fax.reset()
    send(fax)
    fax.advance("1m")
    assert len(fax.receiver.receipts) == 1
