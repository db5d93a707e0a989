"""Assertions that explain themselves: what was expected, what came closest, where it differs, and its timeline."""

import contextlib
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from fakefax import FakeFax
from fakefax.client import FakeFaxServer
from tests.callbacks.endpoints import DEADLINE, receiver, send

NO_URL = "no callback URL is set; set fakefax.callback_url, or use fakefax.receiver"


@pytest.fixture
def sent(fax: FakeFax) -> FakeFax:
    """Two faxes: one to a busy line, one that got through."""
    send(fax, "+15005550002")
    send(fax, "+442012345")
    fax.advance("1m")
    return fax


def test_a_true_assertion_passes(sent: FakeFax):
    """Sent faxes can be asserted by any of their fields, with patterns and counts."""
    assert sent.assert_sent(fax_number="+44*").fax_job_id == 201
    assert sent.assert_sent(fax_number="1 (500) 555-0002", document_id=10, msg_code="busy").status == "failed"
    sent.assert_sent(document_id=10, times=2)
    sent.assert_not_sent(fax_number="+49*")
    sent.assert_not_sent(msg_code="hangup")
    sent.assert_charged("0.15")
    sent.assert_charged("0.15", fax_job_id=201)
    sent.assert_charged_total("0.30")
    sent.assert_no_double_charge()


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (
            lambda fax: fax.assert_sent(fax_number="+442012345", document_id=11),
            """no fax was sent with fax_number '+442012345' and document_id 11
closest: fax 201 to +442012345, document 10, cost 0.15: success, ok, receipt not sent
  document_id: expected 11, was 10
  2026-01-05 09:00:00  accepted
  2026-01-05 09:00:30  ok
  2026-01-05 09:00:30  receipt not sent""",
        ),
        (
            lambda fax: fax.assert_sent(fax_number="+15005550002", msg_code="ok"),
            """no fax was sent with fax_number '+15005550002' and msg_code 'ok'
closest: fax 200 to +15005550002, document 10, cost 0.15: failed, busy, receipt not sent
  msg_code: expected 'ok', was 'busy'
  2026-01-05 09:00:00  accepted
  2026-01-05 09:00:30  busy
  2026-01-05 09:00:30  receipt not sent""",
        ),
        (
            lambda fax: fax.assert_sent(document_id=10, times=1),
            """2 faxes were sent with document_id 10; expected 1
sent:
  fax 200 to +15005550002, document 10, cost 0.15: failed, busy, receipt not sent
  fax 201 to +442012345, document 10, cost 0.15: success, ok, receipt not sent""",
        ),
        (
            lambda fax: fax.assert_not_sent(fax_number="+1*"),
            """1 fax was sent with fax_number '+1*'; expected none
the first: fax 200 to +15005550002, document 10, cost 0.15: failed, busy, receipt not sent
  2026-01-05 09:00:00  accepted
  2026-01-05 09:00:30  busy
  2026-01-05 09:00:30  receipt not sent""",
        ),
        (
            lambda fax: fax.assert_charged("0.30"),
            """no fax was charged with 0.30
closest: fax 201 to +442012345, document 10, cost 0.15: success, ok, receipt not sent
  amount: expected 0.30, was 0.15
  2026-01-05 09:00:00  accepted
  2026-01-05 09:00:30  ok
  2026-01-05 09:00:30  receipt not sent
booked:
  2026-01-05 09:00:00  charge of 0.15, fax 200
  2026-01-05 09:00:00  charge of 0.15, fax 201""",
        ),
        (
            lambda fax: fax.assert_charged_total("0.15"),
            """the faxes were charged with 0.30 in all; expected 0.15
booked:
  2026-01-05 09:00:00  charge of 0.15, fax 200
  2026-01-05 09:00:00  charge of 0.15, fax 201""",
        ),
        (
            lambda fax: fax.assert_acknowledged(fax_number="+44*"),
            """the receipt of fax 201 was not acknowledged: {NO_URL}
fax 201 to +442012345, document 10, cost 0.15: success, ok, receipt not sent
  2026-01-05 09:00:00  accepted
  2026-01-05 09:00:30  ok
  2026-01-05 09:00:30  receipt not sent""",
        ),
    ],
)
def test_a_failed_assertion_is_explained(sent: FakeFax, use: Callable[[FakeFax], object], message: str):
    """A failed assertion says what it expected, what came closest and in which field it differs."""
    with pytest.raises(AssertionError, match=f"^{re.escape(message.format(NO_URL=NO_URL))}$"):
        use(sent)


def test_a_count_that_is_too_high_fails_too(sent: FakeFax):
    """`times` is exact; of several faxes that are equally close the newest is shown."""
    with pytest.raises(AssertionError, match=r"^2 faxes were sent with document_id 10; expected 3\nsent:\n"):
        sent.assert_sent(document_id=10, times=3)
    with pytest.raises(AssertionError, match=r"with document_id 11; expected 2\nclosest: fax 201 "):
        sent.assert_sent(document_id=11, times=2)


def test_an_amount_is_that_of_the_fax_that_is_meant(sent: FakeFax):
    """With an id, another fax that was charged so does not count; of several entries the last is waited for."""
    dear = send(sent, document_id=11)
    assert sent.wait_for("fax.accepted", count=3).fax_job_id == dear
    sent.assert_charged("1.80", fax_job_id=dear)
    with pytest.raises(AssertionError, match=r"^fax 200 was not charged with 1\.80\nclosest: fax 200 "):
        sent.assert_charged("1.80", fax_job_id=200)


def test_what_was_given_back_is_not_charged():
    """The total is less the refunds; that a fax was charged stays true."""
    with FakeFax("billing: {refund_failed: true}\nfaxes: [{then: {msg_code: busy}}]") as fax:
        send(fax)
        fax.advance("1m")
        fax.assert_charged("0.15")
        fax.assert_charged_total("0")


def test_nothing_sent_is_said(fax: FakeFax):
    """Without any fax there is nothing that came close."""
    with pytest.raises(AssertionError, match=r"^no fax was sent with fax_number .*\nnothing was sent at all$"):
        fax.assert_sent(fax_number="+44*")
    with pytest.raises(AssertionError, match=r"^no fax was sent; expected 2\nnothing was sent at all$"):
        fax.assert_sent(times=2)
    with pytest.raises(AssertionError, match=r"^no fax was charged with 0\.15\nnothing was sent at all\nbooked:"):
        fax.assert_charged("0.15")
    with pytest.raises(AssertionError, match="The fax_number is invalid"):
        send(fax, "abc")
    with pytest.raises(
        AssertionError, match=r"nothing was sent at all\nrefused were:\n  GET send_fax: 400 The fax_number"
    ):
        fax.assert_sent(fax_number="+44*")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"msg_code": "bussy"}, "msg_code 'bussy' is none of busy, file_error, hangup, no_answer, ok, unknown"),
        ({"status": "sent"}, "status 'sent' is none of executed, failed, success"),
        ({"document_id": "ten"}, "document_id 'ten' is not a whole number such as 10"),
        ({"fax_number": "abc"}, "fax_number 'abc' is not a number such as +123456789, or a pattern such as +44*"),
    ],
)
def test_an_impossible_value_is_refused(sent: FakeFax, fields: dict[str, Any], message: str):
    """A slip in a field would let assert_not_sent hold for ever; it is an error in its own words."""
    for use in (sent.assert_sent, sent.assert_not_sent):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            use(**fields)


def test_none_at_all_is_asserted_by_another_name(sent: FakeFax):
    """times=0 cannot answer with a fax; the message names the assertion that is meant."""
    with pytest.raises(ValueError, match="times 0 is below 1; that nothing was sent is said by assert_not_sent"):
        sent.assert_sent(times=0)


def test_a_document_is_meant_however_its_number_is_written(sent: FakeFax):
    """A program that keeps ids as text may assert them so."""
    with pytest.raises(AssertionError, match="2 faxes were sent with document_id 10; expected none"):
        sent.assert_not_sent(document_id="10")


def test_of_many_refusals_the_last_are_told(fax: FakeFax):
    """The newest five requests that were refused stand where no fax was sent."""
    for number in range(6):
        with contextlib.suppress(AssertionError):
            send(fax, document_id=90 + number)
    with pytest.raises(AssertionError, match="nothing was sent at all\nrefused were:\n") as failed:
        fax.assert_sent()
    told = [f"no document {90 + number}" in str(failed.value) for number in range(6)]
    assert told == [False, True, True, True, True, True]


def test_a_request_with_another_key_is_reported():
    """A program that forgot the test's key is found by its refusals, in the assertion and in the account."""
    with FakeFaxServer() as server, server.sandbox() as fax:
        url = f"{fax.base_url}/fax?api_key=f@x2r0ckkz&fax_number=+123456789&document_id=10"
        with pytest.raises(urllib.error.HTTPError, match="401") as refused:
            urllib.request.urlopen(url, timeout=DEADLINE)
        refused.value.close()
        reported = (
            rf"no request came with the key of this test, {fax.api_key}; without a key that is known, .*\n.*401"
        )
        with pytest.raises(AssertionError, match=reported):
            fax.assert_acknowledged()
        assert re.search(reported, fax.story())
        with (
            server.sandbox() as later,
            pytest.raises(AssertionError, match=r"^no fax was sent\nnothing was sent at all$"),
        ):
            later.assert_acknowledged()


def test_a_double_charge_is_reported_with_both_faxes(fax: FakeFax):
    """ "The client timed out, sent again and paid twice" shows both faxes and what was paid."""
    fax.fault(lose_reply="after_commit", times=1)
    for _ in range(2):
        try:
            send(fax)
        except ConnectionError:
            continue
    with pytest.raises(AssertionError, match=r"^paid more than once: document 10 to \+123456789, 0\.30 in all\n"):
        fax.assert_no_double_charge()


def test_an_acknowledgement_is_asserted(fax: FakeFax):
    """An endpoint that says 200 has acknowledged; one that is down is named with its answer."""
    with receiver(lambda nth: 503 if nth == 0 else 200) as endpoint:
        fax.callback_url = endpoint.url()
        send(fax)
        with pytest.raises(AssertionError, match="the fax is still under way; let time go by with advance"):
            fax.assert_acknowledged()
        fax.advance("1m")
        with pytest.raises(AssertionError, match=r"the last attempt at .*: 503 Service Unavailable"):
            fax.assert_acknowledged()
        fax.advance("15m")
        fax.assert_acknowledged()


def test_a_long_timeline_is_shortened(fax: FakeFax):
    """Of 193 attempts the first and the last are reported."""
    with receiver(lambda _: 503) as endpoint:
        fax.callback_url = endpoint.url()
        send(fax)
        fax.advance("49h")
    with pytest.raises(AssertionError, match=r"attempt 4: .*\n  … 184 more …\n(.*\n)*.*receipt expired$"):
        fax.assert_acknowledged()
