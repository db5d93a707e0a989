"""The fidelity table is what the tests' marks say, and every switch in it exists."""

import json
from pathlib import Path

import pytest

from fakefax.cli.settings import SETTINGS
from tests.fidelity import behaviours, verified_on
from tools.scenario_docs import key_paths


@pytest.mark.parametrize(
    ("host", "reported"), [("fax.to", 1), ("api.fax.to", 1), ("localhost", 0), ("notfax.to", 0)]
)
def test_the_column_verified_on_is_made_from_recordings_of_the_vendor(tmp_path: Path, host: str, reported: int):
    """A row that was the same at Fax.to has the latest day; a stand-in verifies nothing."""
    for day, balance in (("2026-01-05", 7), ("2026-01-06", 8), ("2026-01-07", "8")):
        answer = {
            "status": 200,
            "content_type": "application/json",
            "body": {"status": "success", "balance": balance},
        }
        recording = {
            "date": day,
            "host": host,
            "exchanges": [{"probe": "balance", "step": 0, "saved": {}, **answer}],
        }
        (tmp_path / f"{day}.json").write_text(json.dumps(recording))
    assert verified_on(tmp_path) == ({"`/balance` shows the balance.": "2026-01-06"} if reported else {})


def test_each_behaviour_is_a_sentence_with_a_switch_that_exists():
    """A row says one thing, once; the switch of an assumption can be set."""
    texts = [behaviour.text for behaviour in behaviours()]
    assert [text for text in texts if not text.endswith(".") or texts.count(text) > 1] == []
    known = {setting.flag for setting in SETTINGS} | set(key_paths()) | {"none", ""}
    switches = {switch for behaviour in behaviours() for switch in behaviour.switch.split(", ")}
    assert switches - known == set()
