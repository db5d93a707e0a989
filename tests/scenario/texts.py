"""Short ways to read a scenario's text and to send it a fax."""

from datetime import UTC, datetime

import pytest

from fakefax.callbacks.client import CallbackClient
from fakefax.core.ids import FaxJobIds
from fakefax.core.models import Document, FaxOrder, Plan
from fakefax.sandbox.sandbox import Sandbox
from fakefax.sandbox.services import SharedServices
from fakefax.scenario.loader import ScenarioError, parse_scenario
from fakefax.scenario.overrides import override
from fakefax.scenario.rules.fax_rules import FaxRules
from fakefax.scenario.schema import Scenario

try:
    datetime(2026, 2, 31, tzinfo=UTC)
except ValueError as error:
    NO_SUCH_DAY = str(error)
    """As this Python says it."""

MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)


def parsed(text: str) -> Scenario:
    return parse_scenario(text, "s.yaml")


def problems(text: str) -> list[str]:
    """The lines that a wrong scenario is answered with, without the name of the file."""
    with pytest.raises(ScenarioError) as caught:
        parsed(text)
    assert all(line.startswith("s.yaml:") for line in caught.value.lines)
    return [line.removeprefix("s.yaml:") for line in caught.value.lines]


def rules(text: str) -> FaxRules:
    scenario = parsed(text)
    return FaxRules(scenario.faxes, scenario.seed)


def plan(of: FaxRules, fax: FaxOrder) -> Plan:
    """The plan that the rules make for a fax."""
    return of.decide(fax).action


def order(fax_number: str = "+123456789", *, document_id: int = 10, pages: int = 1, api_key: str = "k") -> FaxOrder:
    return FaxOrder(api_key, fax_number, Document(document_id, "a.pdf", pages))


def rig(scenario: Scenario) -> Sandbox:
    """A sandbox whose time stands still; it opens no connection and so needs no closing."""
    return Sandbox(override(scenario, rate=0), SharedServices(CallbackClient(), FaxJobIds(), MONDAY))
