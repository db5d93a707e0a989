"""`fakefax serve` as a process: what it prints, which setting wins, what it logs."""

import json
import re
import threading
import urllib.request
from pathlib import Path

import pytest

from tests.callbacks.endpoints import receiver
from tests.processes import DEADLINE, Serving, serving, start

EXAMPLE = "/api/v2/fax?api_key=f@x2r0ckkz&fax_number=+123456789&document_id=10"
"""The request of the documentation, with its raw +."""


def test_the_first_line_says_where_it_is_ready():
    """The first line on standard output is exactly the ready line, with the port that was really taken."""
    with serving() as server:
        assert re.fullmatch(r"fakefax is ready at http://127\.0\.0\.1:[1-9]\d*", server.first_line)
        assert server.ask("/_fakefax/readyz")["status"] == "ready"


def test_the_example_of_the_documentation_works_without_options():
    """The vendor's own example request is answered as documented, byte for byte."""
    with serving() as server, urllib.request.urlopen(server.url + EXAMPLE, timeout=DEADLINE) as answer:
        assert answer.read() == (b'{"status":"executed","fax_job_id":200,"user_cash_balance":99.85,"cost":0.15}')


def test_the_introduction_has_a_request_to_try():
    """The lines after the ready line name the key and a curl command that really sends a fax."""
    with serving() as server:
        facts = dict(server.stdout.next().split(maxsplit=1) for _ in range(5))
        assert next(iter(facts)) == "page"
        assert facts["page"] == f"{server.url}/_fakefax/"
        assert facts["api_key"] == "f@x2r0ckkz   balance 100.00"
        assert facts["callback"] == "none; receipts are only journaled. Set --callback-url"
        curl = re.fullmatch(r"curl -i '(\S+)'", facts["try"])
        assert curl is not None
        with urllib.request.urlopen(curl[1], timeout=DEADLINE) as answer:
            assert json.load(answer)["status"] == "executed"


def test_the_page_is_opened_in_a_browser(tmp_path: Path):
    """With --open, `serve` starts the reader's browser with the page's address; without one it says the address."""
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}.part && mv {opened}.part {opened}\n')
    browser.chmod(0o755)
    with serving("--open", "--log-format", "off", BROWSER=str(browser)) as server:
        assert server.stdout.next().split() == ["page", f"{server.url}/_fakefax/"]
        for _ in range(100):
            if opened.exists():
                break
            threading.Event().wait(0.1)
        assert opened.read_text().strip() == f"{server.url}/_fakefax/"


FILE = """\
seed: 3
clock: {rate: 7, start: 2026-03-01T00:00:00Z}
accounts: [{api_key: of-file, balance: 7, callback_url: "http://127.0.0.1:9/file"}]
"""
ENVIRONMENT = {
    "FAKEFAX_RATE": "0",
    "FAKEFAX_BALANCE": "8.50",
    "FAKEFAX_CALLBACK_URL": "http://127.0.0.1:9/environment",
    "FAKEFAX_API_KEY": "of-environment",
    "FAKEFAX_START": "2026-03-02T00:00:00Z",
}
FLAGS = [
    *("--rate", "0", "--balance", "9", "--callback-url", "http://127.0.0.1:9/flag"),
    *("--api-key", "of-flag", "--start", "2026-03-03"),
]


def state(server: Serving) -> tuple[object, ...]:
    account, clock = server.ask("/_fakefax/account"), server.ask("/_fakefax/clock")
    return account["api_key"], account["balance"], account["callback_url"], clock["rate"], clock["now"][:10]


@pytest.mark.parametrize("given", ["file", "file and environment", "all"])
def test_a_flag_beats_the_environment_beats_the_file(tmp_path: Path, given: str):
    """Each source of a setting beats the next: flag, environment variable, scenario file."""
    file = tmp_path / "mine.yaml"
    file.write_text(FILE)
    environment = {} if given == "file" else ENVIRONMENT
    flags = FLAGS if given == "all" else []
    with serving("--scenario", str(file), *flags, **environment) as server:
        assert (
            state(server)
            == {
                "file": ("of-file", 7, "http://127.0.0.1:9/file", 7, "2026-03-01"),
                "file and environment": ("of-environment", 8.5, "http://127.0.0.1:9/environment", 0, "2026-03-02"),
                "all": ("of-flag", 9, "http://127.0.0.1:9/flag", 0, "2026-03-03"),
            }[given]
        )


def test_the_environment_can_name_the_scenario_and_an_empty_variable_counts_for_nothing():
    """FAKEFAX_SCENARIO chooses; a variable that is set but empty is as good as not set."""
    with serving(FAKEFAX_SCENARIO="small-balance", FAKEFAX_RATE="", FAKEFAX_CALLBACK_URL="") as server:
        account = server.ask("/_fakefax/account")
        assert account["balance"] < 100
        assert account["callback_url"] is None
        assert server.ask("/_fakefax/clock")["rate"] == 60


def send_and_settle(server: Serving) -> None:
    """One fax and its receipt, then the end of the process, so that all of its log can be read."""
    server.ask(EXAMPLE)
    server.ask("/_fakefax/clock/advance", {"by": "1m"})
    assert server.end() == 0


def test_the_text_log_shows_the_story():
    """Standard error has a line for the fax, its end, the attempt and the acknowledgement."""
    with (
        receiver() as endpoint,
        serving("--start", "2026-01-05T09:00:00Z", "--rate", "0", "--callback-url", endpoint.url()) as server,
    ):
        send_and_settle(server)
        assert server.stderr.rest() == [
            "2026-01-05 09:00:00  fax 200 to +123456789 accepted: document 10, 1 page(s), cost 0.15, "
            "balance 99.85; faxes[7] 'answered': ok after 30s",
            "2026-01-05 09:00:30  fax 200 to +123456789 ended: success, ok",
            f"2026-01-05 09:00:30  receipt 200, attempt 1 to {endpoint.url()}: 200 OK; no further attempt",
            "2026-01-05 09:00:30  receipt 200 acknowledged by attempt 1",
            "2026-01-05 09:01:00  clock advanced by 1m, 1 timer(s) fired",
            "fakefax stopped",
        ]


def test_the_json_log_is_one_object_a_line():
    """Every line of --log-format json is a JSON object of the journal, requests included."""
    with serving("--rate", "0", "--log-format", "json") as server:
        send_and_settle(server)
        entries = [json.loads(line) for line in server.stderr.rest()]
    assert [entry["kind"] for entry in entries] == [
        "fax.accepted",
        "request",
        "fax.finished",
        "receipt.not_sent",
        "clock.advanced",
    ]
    assert entries[0]["detail"]["cost"] == "0.15"
    assert [entry["seq"] for entry in entries] == [2, 3, 4, 5, 6]


def test_the_log_can_be_off():
    """--log-format off leaves standard error empty."""
    with serving("--rate", "0", "--log-format", "off") as server:
        send_and_settle(server)
        assert server.stderr.rest() == []


def test_a_reader_that_hangs_up_after_the_first_line_does_not_end_the_server():
    """`fakefax serve | head -1` in a script: the server goes on when nobody reads its output."""
    process = start("serve", "--port", "0")
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        url = process.stdout.readline().split()[-1]
        process.stdout.close()
        with urllib.request.urlopen(url + EXAMPLE, timeout=DEADLINE) as answer:
            assert answer.status == 200
        assert process.poll() is None
    finally:
        process.terminate()
        assert process.wait(DEADLINE) == 0
        process.stderr.close()
