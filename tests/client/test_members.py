"""FakeFax, the sandbox from Python: everything it shows and does, against a receiver that is not ours."""

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from fakefax import FakeFax
from fakefax.client import AdvanceGaveUp
from tests.callbacks.endpoints import receiver, send

START = "2026-01-05T09:00:00Z"
BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)


def test_a_fax_from_first_to_last():
    """Send, advance, look: the fax, its charge, its receipt and the journal are all at hand."""
    with receiver() as endpoint, FakeFax(start=START, callback_url=endpoint.url()) as fax:
        assert fax.base_url == f"{fax.url}/api/v2"
        assert fax.api_key == "f@x2r0ckkz"
        fax_job_id = send(fax)
        assert [job.status for job in fax.faxes] == ["executed"]
        result = fax.advance("1m")
        (job,) = fax.faxes
        assert (job.fax_job_id, job.status, job.fax_number) == (fax_job_id, "success", "+123456789")
        assert [posted.fields["msg_code"] for posted in endpoint.posted] == ["ok"]
        assert [(entry.reason, entry.amount, entry.balance) for entry in fax.ledger] == [
            ("charge", Decimal("-0.15"), Decimal("99.85"))
        ]
        assert fax.balance == Decimal("99.85")
        report = fax.audit()
        assert (report.ok, report.entries, report.balance) == (True, 1, Decimal("99.85"))
        assert [entry.kind for entry in fax.journal] == [
            "sandbox.started",
            "fax.accepted",
            "request",
            "fax.finished",
            "receipt.attempt",
            "receipt.acknowledged",
            "clock.advanced",
        ]
    assert (result.settled, result.advanced, result.fired_count) == (True, "1m", 1)


def test_time_moves_only_when_told():
    """Time stands still at its start, moves by, to, and until idle, and never by itself."""
    with FakeFax(start=START) as fax:
        assert (fax.rate, fax.now) == (0, BEGIN)
        assert fax.advance("1h30m").now == BEGIN + timedelta(minutes=90)
        assert fax.advance_to("2026-01-05T11:00:00Z").now == BEGIN + timedelta(hours=2)
        assert fax.advance_to(BEGIN + timedelta(hours=3)).now == BEGIN + timedelta(hours=3)
        send(fax)
        result = fax.run_until_idle()
        assert (result.settled, result.pending, fax.now) == (True, 0, BEGIN + timedelta(hours=3, seconds=30))


def test_a_time_without_a_zone_is_utc_on_every_machine(monkeypatch: pytest.MonkeyPatch):
    """A test goes the same on a laptop in Berlin and in CI."""
    with FakeFax(start=START) as fax, monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        try:
            assert fax.advance_to("2026-01-05T10:00:00").now == BEGIN + timedelta(hours=1)
            assert fax.advance_to(datetime(2026, 1, 5, 11)).now == BEGIN + timedelta(hours=2)  # noqa: DTZ001
        finally:
            patch.undo()
            time.tzset()


def test_idle_can_be_out_of_reach():
    """run_until_idle gives up at `within`, and names what is still to come."""
    with receiver(lambda _: 503) as endpoint, FakeFax(start=START, callback_url=endpoint.url()) as fax:
        fax_job_id = send(fax)
        with pytest.raises(AdvanceGaveUp) as gave_up:
            fax.run_until_idle(within="20m")
    assert not gave_up.value.advance.settled
    assert str(gave_up.value) == (
        f"not idle within 20m: 'receipt {fax_job_id}, attempt 3' is next, at 2026-01-05T09:30:30+00:00"
    )


def test_settings_can_be_changed_while_it_runs():
    """Balance and rate can be set, and read back; the books stay provable."""
    with FakeFax() as fax:
        for amount in (Decimal("0.10"), "12.5", 7):
            fax.balance = amount
            assert fax.balance == Decimal(amount)
        assert [entry.reason for entry in fax.ledger] == ["withdrawal", "top_up", "withdrawal"]
        assert fax.audit().ok
        fax.rate = 100
        assert fax.rate == 100


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/a?b=%2f", "https://localhost/", None])
def test_the_callback_url_can_be_changed_and_taken_away(url: str | None):
    """The callback URL is read back as it was set; None posts no receipts any more."""
    with FakeFax(callback_url="http://127.0.0.1:9/first") as fax:
        assert fax.callback_url == "http://127.0.0.1:9/first"
        fax.callback_url = url
        assert fax.callback_url == url
        send(fax)
        fax.advance("1m")
        kinds = {entry.kind for entry in fax.journal}
    assert ("receipt.not_sent" in kinds) == (url is None)


def test_a_scenario_and_its_values_can_be_chosen():
    """Scenario, balance, seed and address are arguments; the others are the scenario's."""
    with FakeFax("busy", balance="0.20", seed=3, host="localhost") as fax:
        assert fax.url.startswith("http://localhost:")
        assert fax.balance == Decimal("0.20")
        send(fax)
        fax.run_until_idle()
        assert [job.plan.msg_code for job in fax.faxes] == ["busy"]


def test_reset_begins_anew_but_ids_rise():
    """After a reset time, balance and faxes are the scenario's; only the ids go on."""
    with FakeFax(start=START) as fax:
        fax.callback_url = "http://127.0.0.1:9/"
        first = send(fax)
        fax.advance("10s")
        fax.reset()
        assert (fax.faxes, fax.ledger) == ([], [])
        assert (fax.balance, fax.now) == (Decimal(100), BEGIN)
        assert send(fax) == first + 1
        assert fax.callback_url is None


def test_two_at_once_are_independent():
    """Two fakes in one program have ports, times, books and journals of their own."""
    with FakeFax(start=START) as one, FakeFax(start=START) as other:
        assert one.url != other.url
        send(one)
        one.advance("1h")
        assert (len(one.faxes), len(other.faxes)) == (1, 0)
        assert (one.balance, other.balance) == (Decimal("99.85"), Decimal(100))
        assert (one.now, other.now) == (BEGIN + timedelta(hours=1), BEGIN)
        assert [entry.kind for entry in other.journal] == ["sandbox.started"]


def test_it_says_where_it_is():
    """A debugger, or a failed assertion, shows the address and the key; outside of `with` there are none."""
    with FakeFax() as fax:
        assert repr(fax) == f"<FakeFax base_url={fax.base_url} api_key=f@x2r0ckkz>"
    assert repr(fax) == "<FakeFax, not running>"
