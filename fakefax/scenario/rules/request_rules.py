"""The rules of `requests`: the first that matches says what goes wrong with a request of Fax.to's API."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial

from msgspec import UNSET

from fakefax.core.decisions import Decision, RequestSubject
from fakefax.core.faults.request_faults import REQUEST_FAULTS, RequestFault, request_fault_maker
from fakefax.core.randomness import RandomChoices
from fakefax.scenario.rule_schema import RateLimit, RequestEffect, RequestRule, RequestWhen, given
from fakefax.scenario.rules.conditions import Condition, Conditions
from fakefax.scenario.rules.matching import Rules
from fakefax.scenario.rules.rule import Action, FinalCondition, Rule, steps
from fakefax.values.durations import format_duration, parse_duration

SECTION = "requests"

HEADER = "header "
"""The beginning of the names of conditions on headers."""


class RequestRules(Rules[RequestRule, RequestSubject, RequestFault]):
    """The rules of one sandbox. A request that no rule applies to is answered normally."""

    def __init__(self, rules: Sequence[RequestRule], seed: int) -> None:
        self._headers_of_scenario = {name for rule in rules for name in rule.when.header}
        super().__init__(SECTION, rules, partial(_rule, seed), lambda request: request.fax_number)

    @property
    def headers(self) -> tuple[str, ...]:
        """The names of the headers that rules use; the others need not be kept."""
        return self._headers

    def _change_run_time_rules(self, written: dict[Rule[RequestSubject, RequestFault], RequestRule]) -> None:
        super()._change_run_time_rules(written)
        at_run_time = (rule.when.header for rule in written.values())
        self._headers = tuple(self._headers_of_scenario.union(*at_run_time))

    def decide_or_explain(
        self, subject: RequestSubject
    ) -> tuple[Decision[RequestFault] | None, Callable[[], list[str]]]:
        """The fault, if any, and a function that lists the rules that matched in some field."""
        rule, near = self.match(subject)
        near.near = True
        fault = None if rule is None else rule.act(subject)
        if rule is None or fault is None or not fault.does_something:
            return None, near
        return Decision(fault, rule.label, near), near


def _rule(seed: int, written: RequestRule, rule_id: str, label: str) -> Rule[RequestSubject, RequestFault]:
    gate = _gate(steps(written.then)[0])
    return Rule(written, rule_id, label, _conditions(written.when), _fault_maker, seed, SECTION, gate)


def _conditions(when: RequestWhen) -> list[Condition[RequestSubject]]:
    conditions: Conditions[RequestSubject] = Conditions()
    conditions.pattern("operation", when.operation, lambda request: request.operation)
    conditions.value("method", when.method, lambda request: request.method)
    conditions.pattern("fax_number", when.fax_number, lambda request: request.fax_number)
    conditions.value("document_id", when.document_id, lambda request: request.document_id)
    conditions.value("api_key", when.api_key, lambda request: request.api_key)
    for name, pattern in when.header.items():
        conditions.pattern(f"{HEADER}{name}", pattern, partial(_header, name))
    return conditions.listed


def _header(name: str, request: RequestSubject) -> str | None:
    return request.headers.get(name)


def _fault_maker(effect: RequestEffect, _: str, choices: RandomChoices) -> Action[RequestSubject, RequestFault]:
    """A function that makes the fault of a request."""
    make = request_fault_maker({name: given(effect, name) for name in REQUEST_FAULTS})
    return lambda _: make(choices)


def _gate(effect: RequestEffect) -> FinalCondition[RequestSubject] | None:
    return None if effect.rate_limit is UNSET else RateGate(effect.rate_limit)


class RateGate:
    """Lets a rule take what is beyond a rate limit: more than `count` of one key in the span before now."""

    def __init__(self, limit: RateLimit) -> None:
        self._limit = limit
        self._per = parse_duration(limit.per)
        self.passed: defaultdict[str, deque[datetime]] = defaultdict(lambda: deque(maxlen=limit.count))

    def put_back(self, api_key: str, passed: Iterable[datetime]) -> None:
        """Go on with what was let through in another run."""
        self.passed[api_key].extend(passed)

    def why_not(self, request: RequestSubject, /) -> str | None:
        """None beyond the limit; otherwise the request counts, and this says how many have."""
        earlier = self.passed[request.api_key]
        while earlier and request.at - earlier[0] >= self._per:
            earlier.popleft()
        if len(earlier) >= self._limit.count:
            return None
        earlier.append(request.at)
        return f"rate_limit: {len(earlier)} within {format_duration(self._per)} is not above {self._limit.count}"
