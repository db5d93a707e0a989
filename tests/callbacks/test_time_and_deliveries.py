"""Simulated time and real endpoints: time waits for an answer, and one endpoint does not wait for another."""

import threading
import urllib.request
from datetime import UTC, datetime

import pytest

from fakefax import FakeFax
from fakefax.client import AdvanceGaveUp
from tests.callbacks import endpoints
from tests.callbacks.endpoints import DEADLINE, answers_ok, raw_endpoint, receiver, send

SLOW = 0.06
"""Real seconds, longer than any poll or idle threshold would wait."""


def test_advance_waits_for_a_slow_endpoint(fax: FakeFax):
    """An endpoint that takes 60 ms has answered each attempt when advance returns, at its exact simulated time."""

    def slowly(nth: int) -> int:
        threading.Event().wait(SLOW)
        return 200 if nth == 2 else 503

    with receiver(slowly) as endpoint:
        fax.callback_url = endpoint.url()
        send(fax)
        result = fax.advance("31m")
        sent = fax.faxes[0]
    assert [attempt.at.strftime("%H:%M:%S") for attempt in sent.attempts] == ["09:00:30", "09:15:30", "09:30:30"]
    assert all(attempt.latency_ms >= SLOW * 1000 for attempt in sent.attempts)
    assert sent.receipt == "acknowledged"
    assert result.now == datetime(2026, 1, 5, 9, 31, tzinfo=UTC)


def test_advance_gives_up_with_the_names_of_what_hangs():
    """A hanging endpoint costs the budget and no more: the answer names the attempt that is still open."""
    with raw_endpoint(endpoints.hangs) as endpoint, FakeFax(callback_url=endpoint.url, callback_timeout=60) as fax:
        fax_job_id = send(fax)
        with pytest.raises(AdvanceGaveUp) as gave_up:
            fax.advance("1h", budget=0.1)
        result = gave_up.value.advance
        (entry,) = [entry for entry in fax.journal if entry.kind == "clock.gave_up"]
    assert not result.settled
    assert entry.message == f"clock advanced by 30s only, 1 timer(s) fired: {gave_up.value}"
    assert result.holds == [f"receipt {fax_job_id}, attempt 1 to {endpoint.url}"]
    assert result.message == f"gave up after 0.1 real seconds, still waiting for: {result.holds[0]}"
    assert result.advanced == "30s"


def test_a_hanging_endpoint_does_not_hold_up_the_others():
    """While time runs, a receipt reaches its endpoint though a hundred others hang at theirs."""
    arrived = threading.Event()

    def note(_: int) -> int:
        arrived.set()
        return 200

    with (
        raw_endpoint(endpoints.hangs) as hanging,
        receiver(note) as good,
        FakeFax(rate=100_000, callback_url=hanging.url, callback_timeout=60) as fax,
    ):
        for _ in range(100):
            send(fax)
        assert hanging.connected.wait(DEADLINE)
        fax.callback_url = good.url()
        send(fax)
        assert arrived.wait(DEADLINE)
        assert hanging.connections <= 64


def test_the_api_answers_while_deliveries_hang():
    """A send is answered at once, whatever the callback URL is doing."""
    with (
        raw_endpoint(endpoints.hangs) as hanging,
        FakeFax(rate=100_000, callback_url=hanging.url, callback_timeout=60) as fax,
    ):
        send(fax)
        assert hanging.connected.wait(DEADLINE)
        assert send(fax) > 0
        with urllib.request.urlopen(f"{fax.url}/_fakefax/readyz", timeout=DEADLINE) as answer:
            assert answer.status == 200


def test_more_receipts_than_connections_all_arrive(fax: FakeFax):
    """100 receipts due at the same instant reach one endpoint, each exactly once."""
    with receiver() as endpoint:
        fax.callback_url = endpoint.url()
        ids = {str(send(fax)) for _ in range(100)}
        fax.advance("1m")
        arrived = [posted.fields["fax_job_id"] for posted in endpoint.posted]
    assert len(arrived) == 100
    assert set(arrived) == ids


def test_a_reset_forgets_the_attempt_in_flight(fax: FakeFax):
    """After a reset the answer to an attempt of the old sandbox changes nothing in the new one."""
    with raw_endpoint(endpoints.hangs, answers_ok) as endpoint:
        fax.callback_url = endpoint.url
        send(fax)
        with pytest.raises(AdvanceGaveUp):
            fax.advance("1m", budget=0.05)
        fax.reset()
        result = fax.advance("48h")
    assert fax.faxes == []
    assert result.fired_count == 0
    assert [entry.kind for entry in fax.journal] == ["sandbox.started", "clock.advanced"]


@pytest.mark.parametrize("status", [200, 503])
def test_a_receipt_can_be_resent(fax: FakeFax, status: int):
    """Resending posts the same form once more, now, acknowledged before or not."""
    with receiver(lambda _: status) as endpoint:
        fax.callback_url = endpoint.url()
        fax_job_id = send(fax)
        fax.advance("1m")
        fax.resend(fax_job_id)
        fax.advance("0")
        first, again = endpoint.posted
    assert again.body == first.body
