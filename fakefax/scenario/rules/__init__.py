"""The rules of one sandbox, all three sections of them."""

from functools import cached_property
from typing import Any

from fakefax.core.decisions import CallbackSubject, Decision
from fakefax.core.faults.callback_faults import CallbackFault
from fakefax.core.models import FaxOrder, Plan
from fakefax.scenario.collector import collector_held
from fakefax.scenario.rules.callback_rules import CallbackRules
from fakefax.scenario.rules.fax_rules import FaxRules
from fakefax.scenario.rules.matching import Rules
from fakefax.scenario.rules.request_rules import RequestRules
from fakefax.scenario.schema import Scenario

SECTIONS = ("faxes", "requests", "callbacks")

MANY = 500
"""Rules that are made at once, so that the first fax does not wait for them."""


class SandboxRules:
    """The decisions about faxes, requests and callbacks, with the counters of every rule.

    Each section is made when it is first needed: the rules are most of a sandbox, and many sandboxes only wait.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        if len(scenario.faxes) + len(scenario.requests) + len(scenario.callbacks) > MANY:
            with collector_held(when=True):
                self.faxes, self.requests, self.callbacks  # noqa: B018 (made now)

    @cached_property
    def faxes(self) -> FaxRules:
        return FaxRules(self._scenario.faxes, self._scenario.seed)

    @cached_property
    def requests(self) -> RequestRules:
        return RequestRules(self._scenario.requests, self._scenario.seed)

    @cached_property
    def callbacks(self) -> CallbackRules:
        return CallbackRules(self._scenario.callbacks, self._scenario.seed)

    @property
    def made(self) -> dict[str, Rules[Any, Any, Any]]:
        """The sections that were needed so far, by their names; the rules of the others have decided nothing."""
        return {section: getattr(self, section) for section in SECTIONS if section in self.__dict__}

    def section(self, name: str) -> Rules[Any, Any, Any]:
        """The rules of a section."""
        rules: Rules[Any, Any, Any] = getattr(self, name)
        return rules

    def decide_fax(self, order: FaxOrder) -> Decision[Plan]:
        """Decide the end of a fax."""
        return self.faxes.decide(order)

    def decide_callback(self, subject: CallbackSubject) -> Decision[CallbackFault] | None:
        """Decide the fault of a callback; None without one."""
        return self.callbacks.decide(subject)

    def concern_callbacks(self, fax_number: str) -> bool:
        """Whether any rule may be about callbacks of a number."""
        return self.callbacks.concern(fax_number)
