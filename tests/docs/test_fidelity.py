"""The fidelity table of the README is what the tests' marks say, and every switch in it exists."""

import pytest

from fakefax.cli.settings import SETTINGS
from fakefax.scenario.schema import json_schema
from tests.docs.test_docs import leaves
from tests.fidelity import Behaviour, behaviours, rows
from tests.readme import README


def test_the_table_is_made_from_the_tests():
    """Each behaviour is documented, seen or assumed; `python -m tests.fidelity` writes the table anew."""
    written = README.partition("<!-- fidelity -->\n")[2].partition("<!-- /fidelity -->")[0]
    assert written.splitlines() == rows()


@pytest.mark.parametrize("behaviour", behaviours(), ids=lambda behaviour: str(behaviour.text))
def test_a_behaviour_is_a_sentence_with_a_switch_that_exists(behaviour: Behaviour):
    """A row says one thing, once; the switch of an assumption can be set."""
    assert behaviour.text.endswith(".")
    assert [other.text for other in behaviours()].count(behaviour.text) == 1
    known = {setting.flag for setting in SETTINGS} | set(leaves(json_schema(), "")) | {"none", ""}
    assert set(behaviour.switch.split(", ")) <= known
