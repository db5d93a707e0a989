"""The fidelity table is what the tests' marks say, and every switch in it exists."""

import json
from pathlib import Path

import pytest

from fakefax.cli.settings import SETTINGS
from tests.fidelity import Behaviour, behaviours, verified_on
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


@pytest.mark.parametrize("behaviour", behaviours(), ids=lambda behaviour: str(behaviour.text))
def test_a_behaviour_is_a_sentence_with_a_switch_that_exists(behaviour: Behaviour):
    """A row says one thing, once; the switch of an assumption can be set."""
    assert behaviour.text.endswith(".")
    assert [other.text for other in behaviours()].count(behaviour.text) == 1
    known = {setting.flag for setting in SETTINGS} | set(key_paths()) | {"none", ""}
    assert set(behaviour.switch.split(", ")) <= known
