"""A scenario with other api_keys: in its accounts, and in every rule that names one."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from msgspec import UNSET
from msgspec.structs import replace

from fakefax.scenario.rule_schema import CallbackRule, FaxRule, RequestRule
from fakefax.scenario.schema import Scenario

R = TypeVar("R", FaxRule, RequestRule, CallbackRule)


def keys_of(scenario: Scenario) -> list[str]:
    """The api_keys of its accounts, in order."""
    return [account.api_key for account in scenario.accounts]


def new_keys(scenario: Scenario, known: Sequence[str], fresh: Callable[[], str]) -> dict[str, str]:
    """Which key stands for each of the scenario's: the known ones in their order, then fresh ones."""
    written = keys_of(scenario)
    others = [fresh() for _ in written[len(known) :]]
    return dict(zip(written, [*known, *others], strict=False))


def rekeyed(scenario: Scenario, keys: Mapping[str, str]) -> Scenario:
    """The scenario with each key that `keys` names changed. Rules that name none are shared, not copied."""
    return replace(
        scenario,
        accounts=tuple(
            replace(account, api_key=keys.get(account.api_key, account.api_key)) for account in scenario.accounts
        ),
        faxes=_rules(scenario.faxes, keys),
        requests=_rules(scenario.requests, keys),
        callbacks=_rules(scenario.callbacks, keys),
    )


def _rules(rules: tuple[R, ...], keys: Mapping[str, str]) -> tuple[R, ...]:
    if all(rule.when.api_key is UNSET for rule in rules):
        return rules
    return tuple(rule if rule.when.api_key is UNSET else _rule(rule, rule.when.api_key, keys) for rule in rules)


def _rule(rule: R, api_key: str, keys: Mapping[str, str]) -> R:
    return replace(rule, when=replace(rule.when, api_key=keys.get(api_key, api_key)))
