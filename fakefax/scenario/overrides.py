"""Single values of a scenario replaced by flags, environment or code; the first account is the one meant."""

from collections.abc import Mapping
from decimal import Decimal

from msgspec.structs import replace

from fakefax.core.money import parse_amount
from fakefax.core.urls import check_callback_url
from fakefax.scenario.build import parse_time
from fakefax.scenario.schema import Scenario


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
    clock = {"rate": rate, "start": start and parse_time(start).isoformat()}
    account = {
        "api_key": api_key and _new_key(api_key, scenario),
        "balance": None if balance is None else float(parse_amount(balance)),
        "callback_url": callback_url and check_callback_url(callback_url),
        "received_fax_url": received_fax_url and check_callback_url(received_fax_url),
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


def _new_key(api_key: str, scenario: Scenario) -> str:
    if any(account.api_key == api_key for account in scenario.accounts[1:]):
        raise ValueError(f"{api_key!r} is the key of another account of the scenario")
    return api_key
