"""`fakefax verify`: a right server passes, each wrong one is caught by the row that it breaks."""

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
from click.testing import CliRunner

from fakefax.cli.main import cli
from fakefax.client import FakeFax
from fakefax.verify.checks import after_the_pause
from fakefax.verify.exchange import Caller, NoAnswer, as_json
from fakefax.verify.exchange import ServerAnswer as Reply
from fakefax.verify.own_server import furnish, own_server
from fakefax.verify.plan import RunPlan, replay
from fakefax.verify.probes import NOT_TRIED, PROBES
from fakefax.verify.recording import as_text, recording
from fakefax.verify.run import Run, balances
from fakefax.verify.step import Tier
from tests.fidelity import behaviours
from tests.verify.servers import Change, Keeping, Kept, Wrong

EVERYTHING = RunPlan(files=True, number="+123456789", max_cost=Decimal("0.20"))


@pytest.fixture(scope="module")
def fax() -> Iterator[FakeFax]:
    with own_server() as fakefax:
        yield fakefax


@pytest.fixture(scope="module")
def kept() -> Iterator[tuple[str, str, Kept]]:
    """A right server's answers to all probes, with its URL and key."""
    with own_server() as fakefax:
        caller = Keeping(fakefax.base_url)
        assert differing(caller, fakefax.api_key) == set()
        yield fakefax.base_url, fakefax.api_key, caller.kept


def status(number: int) -> Callable[[Any], Reply]:
    return lambda body: Reply(number, "application/json", body)


def without(name: str) -> Callable[[Any], Any]:
    return lambda body: {key: value for key, value in body.items() if key != name}


def renamed(old: str, new: str) -> Callable[[Any], Any]:
    return lambda body: {new if name == old else name: value for name, value in body.items()}


def having(name: str, value: object) -> Callable[[Any], Any]:
    return lambda body: body | {name: value}


def rows(place: str, change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda body: body | {place: [change(row) for row in body[place]]}


def reverse(place: str) -> Callable[[Any], Any]:
    return lambda body: body | {place: body[place][::-1]}


WRONG = {
    "balance as text": Change("GET /balance*v2", lambda b: b | {"balance": str(b["balance"])}, {"balance"}),
    "balance without status": Change("GET /balance*v2", without("status"), {"balance"}),
    "a POST not taken": Change("POST /fax-history*", status(405), {"methods"}),
    "no v1": Change("GET /balance* v1", status(404), {"versions"}),
    "an unknown key forbidden": Change("GET /balance[?]api_key=no*", lambda b: Reply(403, "application/json", b),
                                       {"key"}, refused=True),
    "a wrong login told as 401": Change("POST /user/login*password*", status(401), {"wrong login"}, refused=True),
    "an error that says error": Change("GET /fax/999*/costs*", having("status", "error"), {"errors"}, refused=True),
    "404 as text": Change("GET /no-such*", lambda _: Reply(404, "text/html", None), {"other paths"}, refused=True),
    "an unknown job forbidden": Change("GET /fax/999*/status*", status(403), {"unknown things"}, refused=True),
    "a history renamed": Change("GET /fax[?]api_key=*", renamed("history", "faxes"), {"history by /fax"}),
    "a history oldest first": Change("GET /fax-history[?]api*", reverse("history"), {"history"}),
    "files newest first": Change("GET /files[?]api*", lambda rows: rows[::-1], {"files"}),
    "files as an object": Change("GET /files[?]api*", lambda rows: {"status": "success", "files": rows}, {"files"}),
    "numbers without meta": Change("GET /numbers[?]limit=5*", without("meta"), {"numbers"}),
    "twenty rows a page": Change(
        "GET /numbers[?]api*", lambda b: b | {"meta": {"pagination": b["meta"]["pagination"] | {"per_page": 20}}},
        {"pages"}),
    "an extra key": Change("GET /incoming-faxes[?]limit=5*", having("more", 1), {"inbox"}),
    "an inbox oldest first": Change("GET /incoming-faxes[?]limit=15*", reverse("inbox"), {"order of the inbox"}),
    "one number's newest first": Change("GET /incoming-faxes/%2B*[?]api*", reverse("inbox"), {"one recipient"}),
    "microseconds": Change(
        "GET /incoming-faxes[?]limit=2*",
        rows("inbox", lambda row: row | {"created_at": row["created_at"] | {"date": "2017-07-30 10:11:12.123456"}}),
        {"time of arrival"}),
    "dialling codes as text": Change(
        "GET /countries[?]*", rows("data", lambda row: row | {"dial_code": str(row["dial_code"])}), {"countries"}),
    "state ids as numbers": Change(
        "GET /states/USA*", rows("states", lambda row: row | {"id": int(row["id"])}), {"states"}),
    "state_id as text": Change(
        "GET /areacodes/USA/1*", rows("areacodes", lambda row: row | {"state_id": "1"}), {"area codes"}),
    "keys in another order": Change(
        "GET /countries/CAN/didgroups*", rows("data", lambda row: dict(reversed(row.items()))), {"DID groups"}),
    "a pattern without cities": Change("GET /countries/USA/didgroups*New*", having("data", []), {"city pattern"}),
    "Success in capitals": Change("POST /files*", having("status", "Success"), {"upload"}),
    "ids must be whole": Change("GET /fax/*.0/costs*", status(404), {"ids with .0"}),
    "a blank is no plus": Change("GET /fax/*/costs[?]fax_number=+15*", status(400), {"plus as a blank"}),
    "a time that is not one": Change("GET /file-clean[?]api*", having("created_at", "yesterday"), {"clean"}),
    "a stored name that keeps .txt": Change(
        "GET /file-clean[?]document*", having("orig_filename", "x.txt"), {"stored names"}),
    "a preview that does not open": Change("OPEN v2", status(404), {"preview", "received files"}),
    "charged more than quoted": Change("POST /fax[?]*", lambda body: body | {"cost": body["cost"] * 2}, {"send"}),
    "charged twice": Change(
        "GET /balance*v2", lambda body: body | {"balance": body["balance"] - Decimal("0.15")}, {"charge"},
        after_send=True),
    "charged later": Change(
        "GET /balance*v2", lambda body: body | {"balance": body["balance"] + Decimal("0.15")}, {"charge"},
        after_send=True),
    "an unknown status": Change("GET /fax/*/status*", having("status", "sent"), {"status"}),
    "a fax that is not in the history": Change(
        "GET /fax-history[?]limit=1*", rows("history", lambda row: row | {"id": 1}), {"row of the history"}),
    "a deletion without status": Change("DELETE /files/*", lambda _: {}, {"delete"}),
}  # fmt: skip


def differing(caller: Caller, key: str, plan: RunPlan = EVERYTHING) -> set[str]:
    return {outcome.probe for outcome in Run(caller, key, plan).outcomes() if outcome.result == "differs"}


def test_every_row_of_the_fidelity_table_is_reported_once():
    """Each row has probes, or a reason why it has none; and a probe uses the words of the table."""
    probed = {probe.row for probe in PROBES}
    assert probed.isdisjoint(NOT_TRIED)
    assert probed | set(NOT_TRIED) == {behaviour.text for behaviour in behaviours()}
    assert len({probe.name for probe in PROBES}) == len(PROBES)


def test_fakefax_passes_every_probe_and_nothing_is_left_behind(fax):
    """One fax is sent, one page is uploaded and deleted again; the recording has no key and no number in full."""
    fax.reset()
    furnish(fax)
    before = len(fax.faxes)
    run = Run(Caller(fax.base_url), fax.api_key, EVERYTHING)
    outcomes = list(run.outcomes())
    tried = {probe.name for probe in PROBES if probe.tier is not Tier.RECEIPTS}
    assert {outcome.probe for outcome in outcomes if outcome.result == "same"} == tried
    assert {outcome.row for outcome in outcomes} == {behaviour.text for behaviour in behaviours()}
    assert len(fax.faxes) == before + 1
    assert balances(run) == {"before": "99.7", "after": "99.55", "cost": "0.15"}
    text = as_text(recording(run.exchanges, "fax.to", "2026-11-28", outcomes))
    for secret in (fax.api_key, "123456789", "12048134698", "made-up page", "verify.txt", "invoice"):
        assert secret not in text
    again = as_json(text.encode())
    assert [(one.probe, one.result) for one in replay(again)] == [(one.probe, one.result) for one in outcomes]
    again["exchanges"][0]["body"]["balance"] = "1"
    assert next(replay(again)).details == ("answer.balance is text, not money",)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_server_is_caught_by_the_row_it_breaks(kept, name):
    """One field, order, type, status or rule of money is changed, and these rows differ and no others."""
    url, key, answers = kept
    assert differing(Wrong(url, answers, WRONG[name]), key) == WRONG[name].told_by


@pytest.mark.parametrize(
    ("name", "probe"),
    [("Success in capitals", "upload"), ("charged twice", "charge"), ("balance as text", "balance")],
)
def test_the_first_surprise_ends_what_involves_money(kept, name, probe):
    """Before the send nothing is sent then; after it nothing more is tried, and the reason names the surprise."""
    url, key, answers = kept
    outcomes = {one.probe: one for one in Run(Wrong(url, answers, WRONG[name]), key, EVERYTHING).outcomes()}
    assert outcomes["status"].details == (f"stopped at the surprise in `{probe}`",)
    assert (outcomes["send"].result == "same") == (probe == "charge")
    assert outcomes["delete"].result == "same" or probe == "upload"


def test_nothing_is_sent_without_leave(fax):
    """Tier 0 only reads; a price above --max-cost stops before the send, and the page is deleted all the same."""
    fax.reset()
    before = Caller(fax.base_url).send("GET", f"/files?api_key={fax.api_key}", {}).body
    for plan in (RunPlan(), RunPlan(number="+123456789", max_cost=Decimal("0.10"))):
        outcomes = {outcome.probe: outcome for outcome in Run(Caller(fax.base_url), fax.api_key, plan).outcomes()}
        assert outcomes["send"].result == outcomes["charge"].result == "not tried"
    assert outcomes["send"].details == ("the fax would cost 0.15, more than 0.10",)
    assert fax.faxes == []
    assert Caller(fax.base_url).send("GET", f"/files?api_key={fax.api_key}", {}).body == before


def test_an_account_that_has_nothing_can_tell_little(fax):
    """A row whose list is empty is not tried, rather than the same."""
    fax.reset()
    outcomes = {one.probe: one for one in Run(Caller(fax.base_url), fax.api_key, RunPlan()).outcomes()}
    assert outcomes["inbox"].details == ("the account has no received fax",)
    assert outcomes["history"].details == ("the account has not two faxes",)
    assert outcomes["countries"].result == "same"


class Failing(Caller):
    """A server that goes away at one path."""

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        if target.startswith("/file-clean"):
            raise NoAnswer("GET /file-clean: gone")
        return super().send(method, target, headers, body)


def test_a_lost_connection_is_a_difference_and_the_page_is_deleted(fax):
    """Results from before are kept, nothing else is sent, and the run cleans up."""
    fax.reset()
    outcomes = {one.probe: one for one in Run(Failing(fax.base_url), fax.api_key, EVERYTHING).outcomes()}
    assert outcomes["clean"].details == ("GET /file-clean: gone",)
    assert outcomes["send"].result == "not tried"
    files = Caller(fax.base_url).send("GET", f"/files?api_key={fax.api_key}", {}).body
    assert [row["filename"] for row in files if row["filename"] == "verify.txt"] == []


@pytest.mark.parametrize(("after", "reported"), [("899.0", False), ("300.0", True), ("1200.0", True)])
def test_a_receipt_comes_when_it_is_due(after, reported):
    """Five minutes are no fifteen."""
    assert (after_the_pause({"after": after}, {"retry_after": 900}) is not None) == reported


@pytest.mark.parametrize(
    ("options", "exit_code", "words"),
    [
        (["--dry-run", "--live", "https://fax.to/api/v2"], 0, "GET /balance"),
        (["--live", "https://fax.to/api/v2"], 2, "--live needs --api-key"),
        (["--send", "+1"], 2, "--send needs --max-cost"),
        (["--receipts"], 2, "--receipts needs --send and --public-url"),
        (["--max-cost", "much"], 2, "'much' is not an amount"),
        (["--live", "https://fax.to/api/v2", "--api-key", "x"], 1, "reads only; this costs nothing"),
    ],
)
def test_the_command_asks_before_it_goes_anywhere(options, exit_code, words):
    """A plan is free; without a key, a limit or a yes nothing is contacted."""
    result = CliRunner().invoke(cli, ["verify", *options], input="n\n")
    assert result.exit_code == exit_code
    assert words in result.output


def test_the_command_verifies_a_fakefax_of_its_own():
    """Without --live it needs nothing; --json has the rows, and the balance around a send."""
    result = CliRunner().invoke(cli, ["verify", "--send", "+15005550009", "--max-cost", "0.20", "--json"])
    assert result.exit_code == 0, result.output
    reported = json.loads(result.output)
    assert {row["result"] for row in reported["rows"]} == {"same", "not tried"}
    assert reported["balance"]["cost"] == "0.15"
