"""The receipt arrives before the send's own answer, which a program must not need to understand it."""

import asyncio
import http.client
import json
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fakefax import FakeFax
from fakefax.values.forms import FilePart, multipart
from tests.callbacks import endpoints
from tests.callbacks.endpoints import DEADLINE, Receiver, raw_endpoint, receiver, send

RULES = """
clock: {start: 2026-01-05T09:00:00Z}
callbacks:
  - name: early bird
    then: {before_reply: true}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    path = tmp_path / "early.yaml"
    path.write_text(RULES)
    return str(path)


def kinds(fax: FakeFax) -> list[str]:
    return [str(entry.kind) for entry in fax.journal][1:]


@pytest.mark.parametrize("rate", [0, 60])
def test_the_receipt_comes_first(scenario: str, rate: float):
    """When the send is answered, its receipt has arrived and been acknowledged, be the clock paused or running."""
    with receiver() as endpoint, FakeFax(scenario, rate=rate, callback_url=endpoint.url()) as fax:
        fax_job_id = send(fax)
        assert [posted.fields["fax_job_id"] for posted in endpoint.posted] == [str(fax_job_id)]
        assert kinds(fax) == [
            "fax.accepted",
            "fault.callback",
            "fax.finished",
            "receipt.attempt",
            "receipt.acknowledged",
            "request",
        ]
        assert fax.journal[2].message == (
            f"receipt {fax_job_id}: comes before the send is answered; callbacks[0] 'early bird'"
        )
        fax.advance("96h")
        assert len(endpoint.posted) == 1
        assert fax.audit().ok


def test_the_callback_handler_can_ask_for_the_status(scenario: str):
    """A program that looks the job up while it handles its receipt gets its end, though the send is unanswered."""
    asked: list[tuple[str, bool]] = []
    answered = threading.Event()
    server: Receiver

    def ask(_: int) -> int:
        address = urlsplit(fax.base_url)
        connection = http.client.HTTPConnection(address.netloc, timeout=DEADLINE)
        fax_job_id = server.posted[0].fields["fax_job_id"]
        connection.request("GET", f"{address.path}/fax/{fax_job_id}/status?api_key={fax.api_key}")
        asked.append((json.load(connection.getresponse())["status"], answered.is_set()))
        connection.close()
        return 200

    with receiver(ask) as server, FakeFax(scenario, callback_url=server.url()) as fax:
        send(fax)
        answered.set()
    assert asked == [("success", False)]


def test_a_receipt_that_fails_does_not_keep_the_answer(scenario: str):
    """The send is answered when the first attempt has failed; the retry is made on schedule."""
    with (
        receiver(lambda nth: 200 if nth else 503) as endpoint,
        FakeFax(scenario, callback_url=endpoint.url()) as fax,
    ):
        send(fax)
        assert len(endpoint.posted) == 1
        fax.advance("15m")
        assert len(endpoint.posted) == 2


def test_a_hanging_endpoint_keeps_the_answer_no_longer_than_an_attempt_may_take(scenario: str):
    """An endpoint that never answers costs the send the callback timeout, in real time."""
    with (
        raw_endpoint(endpoints.hangs) as hanging,
        FakeFax(scenario, callback_url=hanging.url, callback_timeout=0.1) as fax,
    ):
        send(fax)
        assert [attempt.failure for attempt in fax.faxes[0].attempts] == ["no answer within 0.1s"]


def test_without_a_callback_url_the_send_is_answered_at_once(scenario: str):
    """There is nothing to wait for; the fax has ended, and the journal says that its receipt went nowhere."""
    with FakeFax(scenario) as fax:
        send(fax)
        assert kinds(fax) == ["fax.accepted", "fault.callback", "fax.finished", "receipt.not_sent", "request"]


@pytest.mark.parametrize("fault", ["drop: true", "delay: 5m", "reorder: true"])
def test_a_receipt_that_is_not_posted_now_keeps_nobody_waiting(tmp_path: Path, fault: str):
    """Where another fault keeps the first attempt from being made, the send is answered at once."""
    path = tmp_path / "both.yaml"
    path.write_text(
        f"faxes: []\ncallbacks: [{{when: {{attempt: 1}}, then: {{{fault}}}}}, {{then: {{before_reply: true}}}}]"
    )
    with receiver() as endpoint, FakeFax(str(path), callback_url=endpoint.url()) as fax:
        send(fax)
        assert endpoint.posted == []
        fax.advance("16m")
        assert len(endpoint.posted) == 1


def test_a_program_can_send_from_its_callback_handler(scenario: str):
    """A fax sent while a receipt is handled, in an advance, is answered after its own receipt; nothing locks up."""
    order: list[str] = []

    def answer(nth: int) -> int:
        order.append(f"receipt {nth}")
        if nth == 0:
            send(fax)
            order.append("answer of the second send")
        return 200

    with receiver(answer) as endpoint, FakeFax(scenario) as fax:
        fax_job_id = send(fax)  # its receipt goes nowhere yet
        fax.callback_url = endpoint.url()
        fax.resend(fax_job_id)
        fax.advance("0")
    assert order == ["receipt 0", "receipt 1", "answer of the second send"]


def test_a_file_that_is_sent_and_deleted_in_one_step(scenario: str):
    """A send with a file and delete_file comes out whole: the receipt, then the answer, and no document is left."""
    body = multipart(
        {
            "api_key": "f@x2r0ckkz",
            "fax_number": "+123456789",
            "delete_file": "1",
            "file": FilePart("letter.txt", "text/plain", b"Dear Sir"),
        },
        "edge",
    )
    with receiver() as endpoint, FakeFax(scenario, callback_url=endpoint.url()) as fax:
        address = urlsplit(fax.base_url)
        connection = http.client.HTTPConnection(address.netloc, timeout=DEADLINE)
        connection.request("POST", f"{address.path}/fax", body.content, {"Content-Type": body.content_type})
        fax_job_id = json.load(connection.getresponse())["fax_job_id"]
        connection.request("GET", f"{address.path}/files?api_key={fax.api_key}")
        files = json.load(connection.getresponse())
        connection.close()
        assert [posted.fields["fax_job_id"] for posted in endpoint.posted] == [str(fax_job_id)]
        assert [file["filename"] for file in files if file["filename"].endswith("letter.txt")] == []
        assert kinds(fax)[:4] == ["fax.accepted", "file.uploaded", "fault.callback", "fax.finished"]
        assert "file.deleted" in kinds(fax)


async def test_a_reset_lets_the_answer_go(scenario: str):
    """A send whose receipt is in flight when the sandbox is reset is answered, not left hanging."""
    with (
        raw_endpoint(endpoints.hangs) as hanging,
        FakeFax(scenario, callback_url=hanging.url, callback_timeout=60) as fax,
    ):
        sending = asyncio.create_task(asyncio.to_thread(send, fax))
        assert await asyncio.to_thread(hanging.connected.wait, DEADLINE)
        await asyncio.to_thread(fax.reset)
        async with asyncio.timeout(DEADLINE):
            assert await sending > 0


def test_many_sends_at_once_are_each_answered_after_their_own_receipt(scenario: str):
    """Seventy programs at once: each answer comes after its receipt, and each is charged once."""
    with receiver() as endpoint, FakeFax(scenario, callback_url=endpoint.url()) as fax:
        late: list[int] = []

        def one(number: int) -> None:
            fax_job_id = send(fax, f"+1{number:010}")
            if str(fax_job_id) not in {posted.fields["fax_job_id"] for posted in list(endpoint.posted)}:
                late.append(fax_job_id)

        threads = [threading.Thread(target=one, args=(number,)) for number in range(70)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(DEADLINE)
        assert (late, len(endpoint.posted)) == ([], 70)
        assert fax.balance == 89.5
        assert fax.audit().ok
