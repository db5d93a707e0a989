"""The README's table of what can go wrong with a callback: each row does what it says."""

import http.client
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from fakefax import FakeFax
from fakefax.views import JournalEntry
from tests.delivery.endpoints import DEADLINE, receiver, send
from tests.readme import code, table

RULES = [yaml.safe_load(code(row[1])[0]) for row in table("callback-faults")]
CHANCE = [rule for rule in RULES if "mix" in rule["then"]]
CERTAIN = [rule for rule in RULES if rule not in CHANCE]


def name_of(rule: dict[str, Any]) -> str:
    return str(next(iter(rule["then"])))


def put_in_front(fax: FakeFax, rule: dict[str, Any]) -> None:
    """POST a rule while the server runs."""
    connection = http.client.HTTPConnection(urlsplit(fax.url).netloc, timeout=DEADLINE)
    connection.request("POST", f"/_fakefax/rules/callbacks?api_key={fax.api_key}", json.dumps(rule))
    assert connection.getresponse().status in (200, 201)
    connection.close()


def struck(fax: FakeFax) -> list[JournalEntry]:
    """The faults that the journal has."""
    return [entry for entry in fax.journal if entry.kind == "fault.callback"]


def test_every_fault_has_a_row():
    """All faults of a callback that the scenario knows are in the table."""
    assert {name_of(rule) for rule in RULES} == {
        *("drop", "delay", "duplicate", "reorder", "lose_ack", "change", "before_reply", "poll", "mix")
    }


@pytest.mark.parametrize("at_run_time", [False, True], ids=["in the file", "at run time"])
@pytest.mark.parametrize("rule", CERTAIN, ids=[json.dumps(rule) for rule in CERTAIN])
def test_a_row_does_what_it_says(tmp_path: Path, rule: dict[str, Any], at_run_time: bool):
    """The fault of the row, and no other, strikes the callback of a fax that is sent now."""
    path = tmp_path / "faults.yaml"
    path.write_text(json.dumps({"callbacks": [] if at_run_time else [rule]}))
    with receiver() as endpoint, FakeFax(str(path), callback_url=endpoint.url()) as fax:
        if at_run_time:
            put_in_front(fax, rule)
        send(fax)
        fax.advance("96h")
        assert {entry.detail["fault"] for entry in struck(fax)} == {name_of(rule)}
        assert fax.audit().ok


@pytest.mark.parametrize("rule", CHANCE, ids=str)
def test_a_row_of_chance_is_the_same_on_every_run(tmp_path: Path, rule: dict[str, Any]):
    """A hundred faxes meet each of the faults, in the same order whenever the seed is the same."""
    path = tmp_path / "faults.yaml"
    path.write_text(json.dumps({"callbacks": [rule]}))
    stories = []
    for _ in range(2):
        with receiver() as endpoint, FakeFax(str(path), callback_url=endpoint.url()) as fax:
            for _ in range(100):
                send(fax)
            fax.advance("1h")
            stories.append([(entry.fax_job_id, entry.detail["fault"]) for entry in struck(fax)])
    assert stories[0] == stories[1]
    assert {fault for _, fault in stories[0]} == {"drop", "duplicate", "lose_ack"}
