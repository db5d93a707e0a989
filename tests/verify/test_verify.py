"""`fakefax verify`: a right server passes, each wrong one is caught by the row that it breaks."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from fnmatch import fnmatch
from typing import Any

import pytest
from click.testing import CliRunner

from fakefax.cli.main import cli
from fakefax.client import FakeFax
from fakefax.verify.exchange import Answer, Caller, NoAnswer, as_json
from fakefax.verify.probes import PROBES
from fakefax.verify.recording import as_text, recording
from fakefax.verify.run import Plan, Run, replay
from tests.fidelity import behaviours

EVERYTHING = Plan(files=True, number="+123456789", max_cost=Decimal("0.20"))


@pytest.fixture(scope="module")
def fax() -> Iterator[FakeFax]:
    with FakeFax() as fakefax:
        yield fakefax


class Wrong(Caller):
    """A server with one thing changed: `change` gets the answers of one method and path."""

    def __init__(self, url: str, request: str, change: Callable[[Any], Any]) -> None:
        super().__init__(url)
        self._request, self._change = request, change

    def send(self, method: str, target: str, headers: Any, body: bytes | None = None) -> Answer:
        answer = super().send(method, target, headers, body)
        if not fnmatch(f"{method} {target.partition('?')[0]}", f"*{self._request}") or answer.status != 200:
            return answer
        changed = self._change(answer.body)
        return changed if isinstance(changed, Answer) else answer._replace(body=changed)


def status(number: int) -> Callable[[Any], Answer]:
    return lambda body: Answer(number, "application/json", body)


def renamed(body: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    return {new if name == old else name: value for name, value in body.items()}


WRONG = {
    "balance as text": (
        "GET /balance",
        lambda body: body | {"balance": str(body["balance"])},
        {"balance"},
    ),
    "balance without status": ("GET /balance", lambda body: {"balance": body["balance"]}, {"balance"}),
    "POST not taken": ("POST /balance", status(405), {"methods"}),
    "history renamed": ("GET /fax", lambda body: renamed(body, "history", "faxes"), {"history by /fax"}),
    "files newest first": ("GET /files", lambda rows: [*rows, rows[0] | {"id": 1}], {"files"}),
    "files as an object": ("GET /files", lambda rows: {"status": "success", "files": rows}, {"files"}),
    "numbers without meta": (
        "GET /numbers",
        lambda body: {k: v for k, v in body.items() if k != "meta"},
        {"numbers"},
    ),
    "an extra key": ("GET /incoming-faxes", lambda body: body | {"more": 1}, {"inbox"}),
    "dialling code as text": (
        "GET /countries",
        lambda body: body | {"data": [row | {"dial_code": str(row["dial_code"])} for row in body["data"]]},
        {"countries"},
    ),
    "state ids as numbers": (
        "GET /states/USA",
        lambda body: body | {"states": [row | {"id": int(row["id"])} for row in body["states"]]},
        {"states"},
    ),
    "state_id as text": (
        "GET /areacodes/USA/1",
        lambda body: body | {"areacodes": [row | {"state_id": "1"} for row in body["areacodes"]]},
        {"area codes"},
    ),
    "keys in another order": (
        "GET /countries/CAN/didgroups",
        lambda body: body | {"data": [dict(reversed(row.items())) for row in body["data"]]},
        {"DID groups"},
    ),
    "charged more than quoted": ("POST /fax", lambda body: body | {"cost": body["cost"] * 2}, {"send"}),
    "an unknown status": ("GET /fax/*/status", lambda body: body | {"status": "sent"}, {"status"}),
    "Success in capitals": ("POST /files", lambda body: body | {"status": "Success"}, {"upload"}),
    "a time that is not one": (
        "GET /file-clean",
        lambda body: body | {"created_at": "yesterday"},
        {"clean"},
    ),
}


def differing(caller: Caller, key: str, plan: Plan = EVERYTHING) -> set[str]:
    return {outcome.probe for outcome in Run(caller, key, plan).outcomes() if outcome.result == "differs"}


def test_every_probe_is_of_a_row_of_the_fidelity_table():
    """A probe says what it settles in the words of the table."""
    rows = {behaviour.text for behaviour in behaviours()}
    assert {probe.row for probe in PROBES} <= rows
    assert len({probe.name for probe in PROBES}) == len(PROBES)


def test_fakefax_passes_every_probe_and_nothing_is_left_behind(fax):
    """One fax is sent, one page is uploaded and deleted again; the recording has no key and no number in full."""
    fax.reset()
    run = Run(Caller(fax.base_url), fax.api_key, EVERYTHING)
    outcomes = list(run.outcomes())
    assert [(outcome.probe, outcome.details) for outcome in outcomes if outcome.result != "same"] == []
    assert len(fax.faxes) == 1
    text = as_text(recording(run.exchanges, "fax.to", "2026-11-28", outcomes))
    for secret in (fax.api_key, "123456789", "made-up page", "verify.txt"):
        assert secret not in text
    again = as_json(text.encode())
    assert [(one.probe, one.result, one.details) for one in replay(again)] == [
        (one.probe, "same", ()) for one in outcomes
    ]
    again["exchanges"][0]["body"]["balance"] = "1"
    assert next(replay(again)).details == ("answer.balance is text, not money",)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_server_is_caught_by_the_row_it_breaks(fax, name):
    """One field, order, type, status or rule of money is changed, and these rows differ and no others."""
    fax.reset()
    request, change, rows = WRONG[name]
    assert differing(Wrong(fax.base_url, request, change), fax.api_key) == rows


def test_nothing_is_sent_without_leave(fax):
    """Tier 0 only reads; a price above --max-cost stops before the send, and the page is deleted all the same."""
    fax.reset()
    before = Caller(fax.base_url).send("GET", f"/files?api_key={fax.api_key}", {}).body
    for plan in (Plan(), Plan(number="+123456789", max_cost=Decimal("0.10"))):
        outcomes = {outcome.probe: outcome for outcome in Run(Caller(fax.base_url), fax.api_key, plan).outcomes()}
        assert outcomes["send"].result == outcomes["charge"].result == "not tried"
    assert outcomes["send"].details == ("the fax would cost 0.15, more than 0.10",)
    assert fax.faxes == []
    assert Caller(fax.base_url).send("GET", f"/files?api_key={fax.api_key}", {}).body == before


def test_the_page_is_deleted_when_the_connection_fails(fax):
    """A run that ends early cleans up."""
    fax.reset()

    def fail(_: Any) -> Any:
        raise NoAnswer("gone")

    with pytest.raises(NoAnswer):
        differing(Wrong(fax.base_url, "GET /file-clean", fail), fax.api_key)
    rows = Caller(fax.base_url).send("GET", f"/files?api_key={fax.api_key}", {}).body
    assert [row["filename"] for row in rows if row["filename"] == "verify.txt"] == []


@pytest.mark.parametrize(
    ("options", "exit_code", "words"),
    [
        (["--dry-run", "--live", "https://fax.to/api/v2"], 0, "GET /balance"),
        (["--live", "https://fax.to/api/v2"], 2, None),
        (["--send", "+1"], 2, None),
        (["--live", "https://fax.to/api/v2", "--api-key", "x"], 1, "reads only; this may cost nothing"),
    ],
)
def test_the_command_asks_before_it_goes_anywhere(options, exit_code, words):
    """A plan is free; without a key, a limit or a yes nothing is contacted."""
    result = CliRunner().invoke(cli, ["verify", *options], input="n\n")
    assert result.exit_code == exit_code
    assert words is None or words in result.output


def test_the_command_verifies_a_fakefax_of_its_own():
    """Without --live it needs nothing; --json is one list."""
    result = CliRunner().invoke(cli, ["verify", "--files", "--json"])
    assert result.exit_code == 0, result.output
    assert {row["result"] for row in json.loads(result.output)} == {"same", "not tried"}
