"""Single values of a scenario replaced by flags, environment or code; the first account is the one meant."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from fakefax.core.clock import MAX_RATE
from fakefax.core.money import parse_amount
from fakefax.core.urls import check_callback_url
from fakefax.scenario.build import parse_time
from fakefax.scenario.schema import KEY_EXPECTED, Scenario


def override(
    scenario: Scenario,
    *,
    rate: float | None = None,
    start: str | None = None,
    seed: int | None = None,
    api_key: str | None = None,
    balance: str | Decimal | None = None,
    callback_url: str | None = None,
    received_fax_url: str | None = None,
) -> Scenario:
    """The scenario with each value that is given. Raises ValueError for a value that a file could not have."""
    clock = {"rate": _checked(rate, _rate), "start": _checked(start, lambda text: parse_time(text).isoformat())}
    account = {
        "api_key": _checked(api_key, lambda key: _new_key(key, scenario)),
        "balance": _checked(balance, _not_below_zero),
        "callback_url": _checked(callback_url, check_callback_url),
        "received_fax_url": _checked(received_fax_url, check_callback_url),
    }
    first = replace(scenario.accounts[0], **_given(account))
    return replace(
        scenario,
        **_given({"seed": seed}),
        clock=replace(scenario.clock, **_given(clock)),
        accounts=(first, *scenario.accounts[1:]),
    )


def _given(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _not_below_zero(balance: str | Decimal) -> float:
    amount = parse_amount(balance)
    if amount < 0:
        raise ValueError(f"balance {balance} is below 0")
    return float(amount)


def _checked(value: Any, check: Callable[[Any], object]) -> object:
    return None if value is None else check(value)


def _rate(rate: float) -> float:
    if not 0 <= rate <= MAX_RATE:
        raise ValueError(f"{rate!r} is not a rate from 0 (paused) to {MAX_RATE:,.0f}")
    return rate


def _new_key(api_key: str, scenario: Scenario) -> str:
    if not api_key or not all("!" <= char <= "~" for char in api_key):
        raise ValueError(f"{api_key!r} is not {KEY_EXPECTED}")
    if any(account.api_key == api_key for account in scenario.accounts[1:]):
        raise ValueError(f"{api_key!r} is the key of another account of the scenario")
    return api_key
