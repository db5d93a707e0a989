"""Every 15 minutes until 200 OK, up to 48 hours, counted at the receiver."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fakefax import FakeFax
from fakefax.schemas import Attempt
from tests.callbacks.endpoints import receiver, send
from tests.fidelity import assumed, documented

ENDS = datetime(2026, 1, 5, 9, 0, 30, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def attempts_of(fax: FakeFax) -> list[Attempt]:
    return fax.faxes[0].attempts


def messages(fax: FakeFax, kind: str) -> list[str]:
    return [entry.message for entry in fax.journal if entry.kind == kind]


@documented("A receipt is posted again every 15 minutes for 48 hours until 200 OK.")
@assumed("Both ends of the 48 hours count: 193 attempts.", switch="receipts.expires_after")
async def test_a_dead_endpoint_gets_exactly_193_attempts(fax: FakeFax):
    """96 simulated hours at an endpoint that answers 503: 1 + 192 attempts, 15 minutes apart, in no time."""
    with receiver(lambda _: 503) as endpoint:
        fax.callback_url = endpoint.url()
        fax_job_id = send(fax)
        async with asyncio.timeout(5):
            result = await asyncio.to_thread(fax.advance, "96h")
        attempts = attempts_of(fax)
        assert len(endpoint.posted) == 193
        assert {posted.body for posted in endpoint.posted} == {endpoint.posted[0].body}
    assert result.settled
    assert [attempt.due for attempt in attempts] == [ENDS + number * QUARTER for number in range(193)]
    assert all(attempt.at == attempt.due for attempt in attempts)
    assert {attempt.failure for attempt in attempts} == {"503 Service Unavailable"}
    assert messages(fax, "receipt.expired") == [
        f"receipt {fax_job_id} expired after 193 attempts without an acknowledgement"
    ]
    assert (result.pending, result.holds) == (0, [])


def test_the_first_200_ends_the_attempts(fax: FakeFax):
    """After 200 OK the endpoint is left alone, however long time goes on."""
    with receiver(lambda nth: 200 if nth == 2 else 500) as endpoint:
        fax.callback_url = endpoint.url()
        fax_job_id = send(fax)
        fax.advance("96h")
        assert len(endpoint.posted) == 3
    assert messages(fax, "receipt.acknowledged") == [f"receipt {fax_job_id} acknowledged by attempt 3"]


@pytest.mark.parametrize(
    ("status", "phrase"), [(201, "201 Created"), (202, "202 Accepted"), (204, "204 No Content")]
)
@assumed("A 2xx other than 200 does not acknowledge a receipt.", switch="receipts.accept")
def test_another_2xx_is_retried_and_the_journal_says_why(fax: FakeFax, status: int, phrase: str):
    """Only 200 acknowledges; the journal names the answer, the switch and the next attempt."""
    with receiver(lambda nth: 200 if nth else status) as endpoint:
        fax.callback_url = endpoint.url()
        fax_job_id = send(fax)
        fax.advance("1h")
    assert messages(fax, "receipt.attempt")[0] == (
        f"receipt {fax_job_id}, attempt 1 to {endpoint.url()}: {phrase}, but only 200 acknowledges a receipt "
        "(receipts.accept); again at 09:15:30"
    )
    assert len(endpoint.posted) == 2


@pytest.mark.parametrize(("status", "attempts"), [(200, 1), (204, 1), (201, 3)])
def test_a_scenario_can_accept_204(tmp_path: Path, status: int, attempts: int):
    """With receipts.accept [200, 204] both acknowledge, and 201 still does not."""
    scenario = tmp_path / "accept.yaml"
    scenario.write_text("receipts: {accept: [200, 204], retry_every: 10m, expires_after: 20m}\n")
    with receiver(lambda _: status) as endpoint, FakeFax(str(scenario), callback_url=endpoint.url()) as fax:
        send(fax)
        fax.advance("2h")
        assert len(endpoint.posted) == attempts


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@assumed("Redirects of a callback URL are not followed.")
def test_redirects_are_not_followed(fax: FakeFax, status: int):
    """A redirect is a failed attempt with a reason; its target is never asked."""
    with (
        receiver() as elsewhere,
        receiver(lambda nth: 200 if nth else (status, {"Location": elsewhere.url()})) as endpoint,
    ):
        fax.callback_url = endpoint.url()
        send(fax)
        fax.advance("1h")
        failures = [attempt.failure for attempt in attempts_of(fax)]
    assert elsewhere.posted == []
    assert [posted.method for posted in endpoint.posted] == ["POST", "POST"]
    assert failures[0] is not None
    assert failures[0].startswith(f"{status} ")
    assert failures[0].endswith("; redirects are not followed")


def test_without_a_callback_url_the_journal_says_so(fax: FakeFax):
    """A receipt that goes nowhere is an entry with the cure, and nothing is retried."""
    fax_job_id = send(fax)
    result = fax.advance("96h")
    assert messages(fax, "receipt.not_sent") == [
        f"receipt {fax_job_id} not sent: no callback URL is set for this key; "
        "set callback_url in the scenario, or PATCH /_fakefax/account, "
        f"then POST /_fakefax/faxes/{fax_job_id}/resend"
    ]
    assert attempts_of(fax) == []
    assert result.pending == 0


@assumed("A retry goes to the callback URL that the account has then.")
def test_a_callback_url_that_moves_is_followed_by_the_next_attempt(fax: FakeFax):
    """A receipt whose first attempt failed goes to the URL that is set when the next one is due."""
    with receiver(lambda _: 500) as first, receiver() as second:
        fax.callback_url = first.url()
        send(fax)
        fax.advance("1m")
        fax.callback_url = second.url("/moved")
        fax.advance("15m")
    assert (len(first.posted), [posted.target for posted in second.posted]) == (1, ["/moved"])
