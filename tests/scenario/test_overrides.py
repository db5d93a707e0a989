"""Single values of a scenario replaced by flags, environment or code."""

from decimal import Decimal
from typing import Any

import pytest

from fakefax.scenario.build import accounts_of, start_of
from fakefax.scenario.overrides import override
from fakefax.scenario.schema import Scenario
from tests.scenario.texts import MONDAY, NO_SUCH_DAY, parsed

SCENARIO = parsed("""
seed: 7
clock: {rate: 5, start: 2026-01-05T09:00:00Z}
accounts:
  - {api_key: first, balance: 3, callback_url: "http://old/", documents: [{id: 4}]}
  - {api_key: second, balance: 4}
faxes: [{then: {msg_code: busy}}]
""")


def test_without_values_nothing_changes():
    """A scenario without overrides stays as its file says."""
    assert override(SCENARIO) == SCENARIO


@pytest.mark.parametrize(
    ("given", "where", "expected"),
    [
        ({"rate": 0}, "clock.rate", 0),
        ({"rate": 100_000.0}, "clock.rate", 100_000.0),
        ({"start": "2026-02-01"}, "clock.start", "2026-02-01T00:00:00+00:00"),
        ({"start": "2026-02-01T01:00:00+02:00"}, "clock.start", "2026-02-01T01:00:00+02:00"),
        ({"seed": 0}, "seed", 0),
        ({"api_key": "new"}, "accounts.0.api_key", "new"),
        ({"api_key": "first"}, "accounts.0.api_key", "first"),
        ({"balance": "0"}, "accounts.0.balance", 0),
        ({"balance": "0.1"}, "accounts.0.balance", 0.1),
        ({"balance": Decimal("99.999999")}, "accounts.0.balance", 99.999999),
        ({"callback_url": "http://new/x?a=%20"}, "accounts.0.callback_url", "http://new/x?a=%20"),
        ({"received_fax_url": "https://new/"}, "accounts.0.received_fax_url", "https://new/"),
    ],
)
def test_each_value_replaces_its_own(given: dict[str, Any], where: str, expected: object):
    """An override changes its one value, of the first account where it is an account's, and nothing else."""
    after = override(SCENARIO, **given)
    assert changes(SCENARIO, after) == {where: expected} or get(after, where) == get(SCENARIO, where) == expected


def changes(before: Any, after: Any, path: str = "") -> dict[str, object]:
    """Where two scenarios differ, and what stands there afterwards."""
    if isinstance(before, tuple):
        pairs = [(str(index), one, other) for index, (one, other) in enumerate(zip(before, after, strict=True))]
    elif hasattr(before, "__struct_fields__"):
        pairs = [(name, getattr(before, name), getattr(after, name)) for name in before.__struct_fields__]
    else:
        return {} if before == after else {path: after}
    found: dict[str, object] = {}
    for name, one, other in pairs:
        found |= changes(one, other, f"{path}.{name}".lstrip("."))
    return found


def get(scenario: Any, path: str) -> object:
    for step in path.split("."):
        scenario = scenario[int(step)] if step.isdigit() else getattr(scenario, step)
    return scenario


def test_balances_stay_exact():
    """A balance given as text or Decimal reaches the ledger as the same exact amount."""
    for amount in ("0.1", "99999999.123456", "999999999.999999", "0.000001"):
        account = next(accounts_of(override(Scenario(), balance=Decimal(amount))))
        assert account.ledger.balance == Decimal(amount)


def test_a_start_is_where_time_begins():
    """Simulated time begins at `start`, and without one where the server says."""
    assert start_of(override(Scenario(), start="2026-01-05T09:00"), MONDAY.replace(year=2000)) == MONDAY
    assert start_of(Scenario(), MONDAY) == MONDAY


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"rate": -1}, "-1 is not a rate from 0 (paused) to 100,000"),
        ({"rate": float("nan")}, "nan is not a rate from 0 (paused) to 100,000"),
        ({"rate": 100_001}, "100001 is not a rate from 0 (paused) to 100,000"),
        ({"start": "noon"}, "'noon' is not a time such as 2026-01-05T09:00:00Z"),
        ({"start": ""}, "'' is not a time such as 2026-01-05T09:00:00Z"),
        ({"start": "2026-02-31"}, f"'2026-02-31' is not such a time: {NO_SUCH_DAY}"),
        ({"start": "9999-01-01"}, "'9999-01-01' is not within simulated time, which is from the year 1 to 9000"),
        ({"api_key": ""}, "'' is not a key of visible ASCII characters without blanks"),
        ({"api_key": "a b"}, "'a b' is not a key of visible ASCII characters without blanks"),
        ({"api_key": "second"}, "'second' is the key of another account of the scenario"),
        ({"balance": "much"}, "'much' is not an amount such as 0.15, with at most 6 decimals, below 1,000,000,000"),
        ({"balance": "-1"}, "'-1' is below 0"),
        ({"balance": "0.1234567"},
         "'0.1234567' is not an amount such as 0.15, with at most 6 decimals, below 1,000,000,000"),
        ({"callback_url": "localhost"}, "'localhost' is not an http or https URL such as http://localhost:8000/faxto"),
        ({"callback_url": ""}, "'' is not an http or https URL such as http://localhost:8000/faxto"),
        ({"received_fax_url": "ftp://x"}, "'ftp://x' is not an http or https URL such as http://localhost:8000/faxto"),
    ],
)  # fmt: skip
def test_wrong_values_are_refused(given: dict[str, Any], problem: str):
    """A value that a file could not have is refused, with what would be right."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (its whole text is compared)
        override(SCENARIO, **given)
    assert str(caught.value) == problem
