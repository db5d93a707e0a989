"""From a name or a path to a checked scenario."""

from pathlib import Path

import pytest
from msgspec import UNSET

from fakefax.core.models import ChargeAt
from fakefax.core.msg_codes import MsgCode
from fakefax.scenario.loader import ScenarioError, ScenarioUnreadable, load_scenario, shipped_scenarios
from fakefax.scenario.rule_schema import FaxOutcome, FaxRule, FaxWhen, Mix
from fakefax.scenario.schema import (
    AccountSection,
    BillingSection,
    ClockSection,
    DocumentSection,
    PricingSection,
    ReceiptsSection,
    Scenario,
)
from tests.scenario.texts import parsed

EVERY_KEY = """
description: the whole language
seed: 7
clock: {rate: 60, start: 2026-01-05T09:00:00Z}
accounts:
  - api_key: f@x2r0ckkz
    balance: 100.00
    callback_url: http://localhost:8000/faxto/callback
    received_fax_url: https://localhost/in
    documents: [{id: 10, filename: invoice.pdf, pages: 3}, {id: 11}]
  - {api_key: other, documents: []}
pricing: {per_page: 0.15, prefixes: {"+44": 0.10}}
billing: {charge: on_success, refund_failed: true, not_enough_balance_status: 402}
receipts: {retry_every: 15m, expires_after: 48h, accept: [200, 204]}
faxes:
  - when: {fax_number: "+1500555*2", document_id: 10, pages: ">20", api_key: other, nth: 3}
    then: {msg_code: busy, after: 45s}
    name: a busy one
    times: 2
  - when: {fax_number: "+44*"}
    then: [{msg_code: busy}, {msg_code: ok}]
  - then: {mix: {ok: 90, no_answer: 7.5, hangup: 3}, after: 20s..2m}
"""

EVERY_VALUE = Scenario(
    description="the whole language",
    seed=7,
    clock=ClockSection(rate=60, start="2026-01-05T09:00:00Z"),
    accounts=(
        AccountSection(
            api_key="f@x2r0ckkz",
            balance=100.0,
            callback_url="http://localhost:8000/faxto/callback",
            received_fax_url="https://localhost/in",
            documents=(DocumentSection(id=10, filename="invoice.pdf", pages=3), DocumentSection(id=11)),
        ),
        AccountSection(api_key="other", documents=()),
    ),
    pricing=PricingSection(per_page=0.15, prefixes={"+44": 0.10}),
    billing=BillingSection(charge=ChargeAt.SUCCESS, refund_failed=True, not_enough_balance_status=402),
    receipts=ReceiptsSection(retry_every="15m", expires_after="48h", accept=(200, 204)),
    faxes=(
        FaxRule(
            when=FaxWhen(fax_number="+1500555*2", document_id=10, pages=">20", api_key="other", nth=3),
            then=FaxOutcome(msg_code=MsgCode.BUSY, after="45s"),
            name="a busy one",
            times=2,
        ),
        FaxRule(
            when=FaxWhen(fax_number="+44*"),
            then=(FaxOutcome(msg_code=MsgCode.BUSY), FaxOutcome(msg_code=MsgCode.OK)),
        ),
        FaxRule(then=FaxOutcome(mix=Mix(ok=90, no_answer=7.5, hangup=3), after="20s..2m")),
    ),
)


def test_every_key_of_the_language_is_read():
    """A right file loads with each of its keys as it was written."""
    assert parsed(EVERY_KEY) == EVERY_VALUE


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "{}", "null", "\ufeff"])
def test_an_empty_file_is_the_default_sandbox(text: str):
    """A file with nothing in it is a scenario where all is as documented."""
    scenario = parsed(text)
    assert scenario == Scenario()
    account = scenario.accounts[0]
    assert (account.api_key, account.balance, account.callback_url) == ("f@x2r0ckkz", 100, UNSET)
    assert account.documents == (DocumentSection(id=10, filename="invoice.pdf", pages=1),)
    assert (scenario.pricing.per_page, scenario.pricing.prefixes) == (0.15, {})
    assert scenario.billing == BillingSection(
        charge=ChargeAt.ACCEPT, refund_failed=False, not_enough_balance_status=400
    )
    assert scenario.receipts == ReceiptsSection(retry_every="15m", expires_after="48h", accept=(200,))
    assert (scenario.seed, scenario.clock, scenario.faxes) == (0, ClockSection(rate=60, start=UNSET), ())


def test_a_shipped_name_comes_before_a_file_of_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`busy` always means the shipped scenario; `./busy` means the file in this folder."""
    (tmp_path / "busy").write_text("description: mine\n", encoding="utf-8")
    (tmp_path / "mine").write_text("description: mine\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load_scenario("busy").description == "Every line is busy."
    assert load_scenario("./busy").description == "mine"
    assert load_scenario("mine").description == "mine"


def test_problems_carry_the_path_that_was_asked_for(tmp_path: Path):
    """Each problem begins with the file's path, so that an editor can jump to it."""
    path = tmp_path / "wrong.yaml"
    path.write_text("\nseed: x\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(str(path))
    assert caught.value.lines == [f"{path}:2:7: seed: 'x' is not a whole number"]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("bussy", "bussy: no shipped scenario has this name; did you mean 'busy'? ({all})"),
        ("Busy", "Busy: no shipped scenario has this name; did you mean 'busy'? ({all})"),
        ("xyz", "xyz: no shipped scenario has this name; choose from {all}"),
        ("busy.yaml", "busy.yaml: cannot be read: No such file or directory; the shipped scenario is called busy"),
        ("./busy", "busy: cannot be read: No such file or directory; the shipped scenario is called busy"),
        ("no/such.yaml", "no/such.yaml: cannot be read: No such file or directory"),
        ("folder", "folder: cannot be read: Is a directory"),
        ("a\0.yaml", "a\0.yaml: cannot be read: embedded null byte"),
        ("x" * 5000, "x" * 5000 + ": no shipped scenario has this name; choose from {all}"),
    ],
)
def test_a_scenario_that_is_not_there(name: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A name or path that cannot be read is one clear line, with what was probably meant."""
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioUnreadable) as caught:
        load_scenario(name)
    assert caught.value.lines == [problem.format(all=", ".join(shipped_scenarios()))]


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A file that may not be read is one clear line."""
    path = tmp_path / "secret.yaml"

    def refuse(self: Path, **_: object) -> str:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ScenarioUnreadable) as caught:
        load_scenario(str(path))
    assert caught.value.lines == [f"{path}: cannot be read: Permission denied"]


def test_a_file_that_is_not_utf8(tmp_path: Path):
    """A file in another encoding is one clear line that says where and what to do."""
    path = tmp_path / "latin.yaml"
    path.write_bytes("description: café\n".encode("latin-1"))
    with pytest.raises(ScenarioError) as caught:
        load_scenario(str(path))
    assert caught.value.lines == [f"{path}: is not UTF-8 text: byte 16 is 0xe9; save it as UTF-8"]


def test_a_file_from_windows_loads(tmp_path: Path):
    """A byte order mark and CRLF line ends are no problem, and lines are still counted right."""
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"\xef\xbb\xbfseed: 7\r\ndescription: here\r\n")
    assert load_scenario(str(path)) == Scenario(seed=7, description="here")
    path.write_bytes(b"\xef\xbb\xbfsed: 7\r\nseed: x\r\n")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(str(path))
    assert [line.removeprefix(str(path)).split(": ")[:2] for line in caught.value.lines] == [
        [":1:1", "sed"],
        [":2:7", "seed"],
    ]
