"""Values of a scenario replaced: by flags, environment or code; and its api_keys, wherever they stand."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from msgspec import UNSET
from msgspec.structs import replace

from fakefax.core.clock import MAX_RATE
from fakefax.scenario.build import parse_time
from fakefax.scenario.fields import KEY_EXPECTED
from fakefax.scenario.rule_schema import CallbackRule, FaxRule, RequestRule
from fakefax.scenario.schema import Scenario
from fakefax.values.money import parse_amount
from fakefax.values.urls import check_callback_url


def override(
    scenario: Scenario,
    *,
    rate: float | None = None,
    start: str | datetime | None = None,
    seed: int | None = None,
    api_key: str | None = None,
    balance: str | Decimal | None = None,
    callback_url: str | None = None,
    received_fax_url: str | None = None,
) -> Scenario:
    """The scenario with each value that is given. Raises ValueError for a value that a file could not have."""
    clock = {
        "rate": _checked(rate, check_rate),
        "start": _checked(start, lambda text: parse_time(text).isoformat()),
    }
    account = {
        "api_key": _checked(api_key, lambda key: _new_key(key, scenario)),
        "balance": _checked(balance, lambda amount: float(check_balance(amount))),
        "callback_url": _checked(callback_url, check_callback_url),
        "received_fax_url": _checked(received_fax_url, check_callback_url),
    }
    first = replace(scenario.accounts[0], **_given(account))
    return replace(
        scenario,
        **_given({"seed": _checked(seed, _check_seed)}),
        clock=replace(scenario.clock, **_given(clock)),
        accounts=(first, *scenario.accounts[1:]),
    )


def _given(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def check_balance(balance: str | Decimal) -> Decimal:
    """An amount that is not below zero. Raises ValueError."""
    amount = parse_amount(balance)
    if amount < 0:
        raise ValueError(f"{str(balance)!r} is below 0")
    return amount


def check_rate(rate: str | float) -> float:
    """Simulated seconds per real second. Raises ValueError."""
    try:
        number = float(rate)
    except (ValueError, TypeError):
        number = -1.0
    if not 0 <= number <= MAX_RATE:
        raise ValueError(f"{rate!r} is not a rate from 0 (paused) to {MAX_RATE:,.0f}")
    return number


def _check_seed(seed: object) -> int:
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise ValueError(f"seed {seed!r} is not a whole number")
    return seed


def check_api_key(api_key: str) -> str:
    """A key that can stand in a query, a header and a file. Raises ValueError."""
    if not api_key or not all("!" <= char <= "~" for char in api_key):
        raise ValueError(f"{api_key!r} is not {KEY_EXPECTED}")
    return api_key


def _checked(value: Any, check: Callable[[Any], object]) -> object:
    return None if value is None else check(value)


def _new_key(api_key: str, scenario: Scenario) -> str:
    check_api_key(api_key)
    if any(account.api_key == api_key for account in scenario.accounts[1:]):
        raise ValueError(f"{api_key!r} is the key of another account of the scenario")
    return api_key


R = TypeVar("R", FaxRule, RequestRule, CallbackRule)


def keys_of(scenario: Scenario) -> list[str]:
    """The api_keys of its accounts, in order."""
    return [account.api_key for account in scenario.accounts]


def new_keys(scenario: Scenario, known: Sequence[str], fresh: Callable[[], str]) -> dict[str, str]:
    """The new key for each of the scenario's: the known ones in their order, then fresh ones."""
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
