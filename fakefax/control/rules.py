"""Rules at run time: put one in front, list all with their counters, take those put in front away again."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any, ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from fakefax.control.call import BadInput, Body, ControlCall
from fakefax.control.long_answers import LongAnswer
from fakefax.control.route import Route
from fakefax.core.faults.table import TABLE
from fakefax.core.journal import Kind
from fakefax.scenario.loader import check_rule
from fakefax.scenario.rule_schema import CallbackRule, FaxRule, RequestRule
from fakefax.scenario.rules.matching import Rules
from fakefax.scenario.rules.rule import Rule, UnknownRule
from fakefax.schemas import AllRules, FaultList, FaultView, RuleList, RuleView
from fakefax.values.errors import why_not_json


class _OfSection:
    """A rule in a body: read by the checks of scenario files, with their words for what is wrong."""

    SECTION: ClassVar[str]

    @classmethod
    def read_body(cls, body: bytes) -> Any:
        """The rule. Raises BadInput, or RuleError with every problem."""
        try:
            data = msgspec.json.decode(body or b"{}")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadInput(f"the body is not JSON: {why_not_json(error)}") from None
        if isinstance(data, dict) and not isinstance(key := data.pop("api_key", ""), str):
            raise BadInput(f"api_key: {key!r} is not text")
        return check_rule(cls.SECTION, data)


class NewFaxRule(_OfSection, FaxRule, frozen=True, kw_only=True):
    """A rule of `faxes`, and whose sandbox is meant."""

    SECTION: ClassVar = "faxes"
    api_key: str | UnsetType = UNSET


class NewRequestRule(_OfSection, RequestRule, frozen=True, kw_only=True):
    """A rule of `requests`, and whose sandbox is meant."""

    SECTION: ClassVar = "requests"
    api_key: str | UnsetType = UNSET


class NewCallbackRule(_OfSection, CallbackRule, frozen=True, kw_only=True):
    """A rule of `callbacks`, and whose sandbox is meant."""

    SECTION: ClassVar = "callbacks"
    api_key: str | UnsetType = UNSET


async def add_fax_rule(call: ControlCall, rule: NewFaxRule) -> RuleView:
    """POST rules/faxes"""
    return _put(call, "faxes", rule)


async def add_request_rule(call: ControlCall, rule: NewRequestRule) -> RuleView:
    """POST rules/requests"""
    return _put(call, "requests", rule)


async def add_callback_rule(call: ControlCall, rule: NewCallbackRule) -> RuleView:
    """POST rules/callbacks"""
    return _put(call, "callbacks", rule)


async def every(call: ControlCall) -> LongAnswer[AllRules]:
    """GET rules"""
    return LongAnswer(AllRules([], [], []), **{section: _listed(call, section) for section in _ADD})


def _listed(call: ControlCall, section: str) -> Iterator[RuleView]:
    rules = _rules(call, section)
    return _views(rules, rules.listed)


def _put(call: ControlCall, section: str, written: object) -> RuleView:
    rule = _rules(call, section).put_in_front(written)
    call.sandbox.record(Kind.RULES_CHANGED, {"change": f"{rule.label} put in front of {section}"}, call.account)
    return _view(rule, at_run_time=True)


async def faults(call: ControlCall) -> FaultList:
    """GET faults"""
    return FaultList(
        [
            FaultView(
                name=row.name,
                group=row.group,
                description=row.description,
                number=row.number,
                section=row.group.section,
                key=row.key,
                value=row.value.value,
                example=row.example,
                when=dict(row.when),
                then=row.then,
                once=row.once,
            )
            for row in TABLE.values()
        ]
    )


def _lister(section: str) -> Callable[[ControlCall], Awaitable[LongAnswer[RuleList]]]:
    async def index(call: ControlCall) -> LongAnswer[RuleList]:
        return LongAnswer(RuleList([]), rules=_listed(call, section))

    index.__doc__ = f"GET rules/{section}"
    return index


def _remover(section: str) -> Callable[[ControlCall, Body], Awaitable[RuleList]]:
    async def remove(call: ControlCall, body: Body) -> RuleList:
        rules = _rules(call, section)
        gone = _meant(rules, section, call.query.get("id"))
        views = list(_views(rules, gone))
        rules.take_away(gone)
        for rule in gone:
            change = f"{rule.label} taken away from {section}"
            call.sandbox.record(Kind.RULES_CHANGED, {"change": change}, call.account)
        return RuleList(views)

    remove.__doc__ = f"DELETE rules/{section}"
    return remove


def _rules(call: ControlCall, section: str) -> Rules[Any, Any, Any]:
    return call.sandbox.rules.section(section)


def _meant(rules: Rules[Any, Any, Any], section: str, rule_id: str | None) -> tuple[Rule[Any, Any], ...]:
    """All rules put in front, or the one of this id. Raises UnknownRule."""
    if rule_id is None:
        return rules.at_run_time
    found = tuple(rule for rule in rules.at_run_time if rule.rule_id == rule_id)
    if not found:
        of_scenario = any(rule.rule_id == rule_id for rule in rules.listed)
        known = ", ".join(rule.rule_id for rule in rules.at_run_time) or "none"
        raise UnknownRule(
            f"{rule_id} is a rule of the scenario; only rules put in front at run time can be taken away: {known}"
            if of_scenario
            else f"no rule of {section} put in front at run time has the id {rule_id!r}; there are: {known}"
        )
    return found


def _views(rules: Rules[Any, Any, Any], shown: Iterable[Rule[Any, Any]]) -> Iterator[RuleView]:
    at_run_time = set(rules.at_run_time)
    return (_view(rule, at_run_time=rule in at_run_time) for rule in shown)


def _view(rule: Rule[Any, Any], *, at_run_time: bool) -> RuleView:
    written = msgspec.to_builtins(rule.written)
    written.pop("api_key", None)
    return RuleView(rule.rule_id, rule.label, at_run_time, rule.fitted, rule.used, written, rule.left)


_ADD: dict[str, Callable[..., Awaitable[RuleView]]] = {
    "faxes": add_fax_rule,
    "requests": add_request_rule,
    "callbacks": add_callback_rule,
}
_WHAT = {"faxes": "what becomes of faxes", "requests": "faults of the API", "callbacks": "faults of callbacks"}

_EACH: tuple[Route, ...] = tuple(
    route
    for section, add in _ADD.items()
    for route in (
        Route(
            "POST", f"/rules/{section}", add, f"put a rule in front: {_WHAT[section]}", status=HTTPStatus.CREATED
        ),
        Route("GET", f"/rules/{section}", _lister(section), "the rules, with how often each fitted and was used"),
        Route(
            "DELETE",
            f"/rules/{section}",
            _remover(section),
            "take away the rules put in front at run time",
            {"id": "Only the one with this id."},
        ),
    )
)
RULE_ROUTES = (
    Route("GET", "/rules", every, "all rules in force, with what is left of them"),
    Route("GET", "/faults", faults, "the table of faults: what can be dialled, written or put in front"),
    *_EACH,
)
