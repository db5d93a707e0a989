"""The rules of one sandbox, all three sections of them."""

from fakefax.scenario.callback_rules import CallbackRules
from fakefax.scenario.fax_rules import FaxRules
from fakefax.scenario.request_rules import RequestRules
from fakefax.scenario.schema import Scenario


class AllRules:
    """What becomes of faxes, requests and callbacks, with the counters of every rule."""

    def __init__(self, scenario: Scenario) -> None:
        self.faxes = FaxRules(scenario.faxes, scenario.seed)
        self.requests = RequestRules(scenario.requests, scenario.seed)
        self.callbacks = CallbackRules(scenario.callbacks, scenario.seed)
