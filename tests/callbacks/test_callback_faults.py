"""The faults of the callback as a program meets them: from YAML, over real sockets."""

import http.client
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from fakefax import FakeFax
from tests.callbacks.endpoints import DEADLINE, receiver, send


@pytest.fixture
def started(tmp_path: Path):
    """Starts a fakefax with these rules of `callbacks`, calling back this URL."""

    def start(rules: str, callback_url: str, callback_timeout: float = 1) -> FakeFax:
        path = tmp_path / "faults.yaml"
        path.write_text(f"clock: {{start: 2026-01-05T09:00:00Z}}\ncallbacks: {rules}\n")
        return FakeFax(str(path), callback_url=callback_url, callback_timeout=callback_timeout)

    return start


def ask(fax: FakeFax, path: str) -> tuple[Any, str | None]:
    """The answer of Fax.to's API, and the reason in its header."""
    address = urlsplit(fax.base_url)
    connection = http.client.HTTPConnection(address.netloc, timeout=DEADLINE)
    connection.request("GET", f"{address.path}{path}?api_key={fax.api_key}")
    answer = connection.getresponse()
    reported = json.load(answer), answer.getheader("X-Fakefax-Reason")
    connection.close()
    return reported


def status(fax: FakeFax, fax_job_id: int) -> tuple[str, str | None]:
    """The text of the status answer, and the reason in its header; the history says the same."""
    answer, reason = ask(fax, f"/fax/{fax_job_id}/status")
    (row,) = [row for row in ask(fax, "/fax-history")[0]["history"] if row["id"] == fax_job_id]
    assert row["status"] == answer["status"]
    return answer["status"], reason


FAULTS = {
    "drop": ("[{when: {attempt: 1}, then: {drop: true}}]", 1, ["never posted"]),
    "never sent": ("[{then: {drop: true}}]", 0, 193 * ["never posted"]),
    "delay": ("[{when: {attempt: 1}, then: {delay: 20m}}]", 1, ["posted 20m later"]),
    "duplicate": ("[{then: {duplicate: true}}]", 2, ["posted once more"]),
    "lose_ack": ("[{then: {lose_ack: true}, times: 2}]", 3, 2 * ["its acknowledgement, 200 OK, lost"]),
    "change": ("[{then: {change: {msg_code: melted, message: null, extra: 7}}}]", 1, [
        "msg_code='melted', without message, extra='7'"
    ]),
    "reorder": ("[{then: {reorder: true}}]", 1, ["held back until the next one is attempted, at most 15m"]),
    "in turn": ("[{then: [{drop: true}, {lose_ack: true}, {}]}]", 2, [
        "never posted", "its acknowledgement, 200 OK, lost"
    ]),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_in_the_journal_as_what_it_was(started, name: str):
    """The endpoint sees what the fault lets through, the journal says what was done and by which rule."""
    rules, posts, faults = FAULTS[name]
    with receiver() as endpoint, started(rules, endpoint.url()) as fax:
        fax_job_id = send(fax)
        result = fax.advance("96h")
        reported = [entry for entry in fax.journal if entry.kind == "fault.callback"]
        assert len(endpoint.posted) == posts
        assert [entry.detail["what"] for entry in reported] == faults
        assert {(entry.fax_job_id, entry.detail["rule"]) for entry in reported} == {(fax_job_id, "callbacks[0]")}
        assert (result.pending, fax.audit().ok) == (0, True)


@pytest.mark.parametrize("name", FAULTS)
def test_the_same_calls_give_the_same_journal(started, name: str):
    """Two runs of the same scenario, sends and advances differ in nothing but the port of the endpoint."""
    stories = []
    for _ in range(2):
        with receiver() as endpoint, started(FAULTS[name][0], endpoint.url()) as fax:
            for _ in range(3):
                send(fax)
                fax.advance("10m")
            fax.advance("96h")
            stories.append([repr(entry).replace(str(endpoint.server_port), "PORT") for entry in fax.journal])
    assert stories[0] == stories[1]


def test_a_changed_field_arrives_changed(started):
    """The program gets a msg_code that it does not know, and no message at all."""
    with receiver() as endpoint, started(FAULTS["change"][0], endpoint.url()) as fax:
        fax_job_id = send(fax)
        fax.advance("1m")
    assert endpoint.posted[0].fields == {
        "fax_job_id": str(fax_job_id),
        "status": "success",
        "msg_code": "melted",
        "extra": "7",
    }


def test_receipts_arrive_in_another_order(started):
    """The receipt of the first fax arrives after that of the second."""
    with receiver() as endpoint, started("[{then: {reorder: true}, times: 1}]", endpoint.url()) as fax:
        one, two = send(fax), send(fax)
        fax.advance("1m")
    assert [posted.fields["fax_job_id"] for posted in endpoint.posted] == [str(two), str(one)]


def test_a_poll_ahead_knows_the_end_before_the_receipt(started):
    """The status answer says success at once, while the receipt comes when the fax ends; the books stay right."""
    with receiver() as endpoint, started("[{then: {poll: ahead}}]", endpoint.url()) as fax:
        fax_job_id = send(fax)
        assert status(fax, fax_job_id) == ("success", "the fax is executed; callbacks[0]")
        assert endpoint.posted == []
        fax.advance("30s")
        assert len(endpoint.posted) == 1
        assert status(fax, fax_job_id) == ("success", None)
        assert fax.journal[2].message == (
            f"receipt {fax_job_id}: the status answer is ahead of it by 5m; callbacks[0]"
        )
        assert fax.audit().ok


def test_a_poll_behind_knows_the_end_only_after_the_receipt(started):
    """The receipt has been delivered, and the status answer says executed for as long as the rule says."""
    with receiver() as endpoint, started("[{then: {poll: behind, poll_by: 10m}}]", endpoint.url()) as fax:
        fax_job_id = send(fax)
        fax.advance("30s")
        assert len(endpoint.posted) == 1
        fax.advance("9m59s")
        assert status(fax, fax_job_id) == ("executed", "the fax is success; callbacks[0]")
        fax.advance("1s")
        assert status(fax, fax_job_id) == ("success", None)


def test_a_fault_of_the_send_and_of_the_attempt_in_one_rule(started):
    """A rule may have both: the receipt comes before the answer, twice, and the status answer lags."""
    rules = "[{then: {before_reply: true, poll: behind, duplicate: true}, times: 1}]"
    with receiver() as endpoint, started(rules, endpoint.url()) as fax:
        fax_job_id = send(fax)
        assert [posted.fields["fax_job_id"] for posted in endpoint.posted] == 2 * [str(fax_job_id)]
        assert status(fax, fax_job_id)[0] == "executed"
        send(fax)
        assert len(endpoint.posted) == 2


def test_faults_by_chance_are_the_same_on_every_run(started):
    """With a mix fifty faxes meet each of its faults, the same ones whenever the seed is the same."""
    rule = "[{then: {mix: {deliver: 70, drop: 10, duplicate: 10, lose_ack: 10}}}]"
    stories = []
    for _ in range(2):
        with receiver() as endpoint, started(rule, endpoint.url(), DEADLINE) as fax:
            for _ in range(50):
                send(fax)
            fax.advance("1h")
            struck = [entry for entry in fax.journal if entry.kind == "fault.callback"]
            stories.append([(entry.fax_job_id, entry.detail["fault"]) for entry in struck])
    assert stories[0] == stories[1]
    assert {fault for _, fault in stories[0]} == {"drop", "duplicate", "lose_ack"}
