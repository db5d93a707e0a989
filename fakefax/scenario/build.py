"""A Scenario's values as the core's own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from msgspec import UNSET

from fakefax.core.billing.ledger import Ledger
from fakefax.core.callbacks.receipts import RetryPolicy
from fakefax.core.clock import END_OF_TIME
from fakefax.core.models import BEGINNING, Account, Billing, Document, Pricing
from fakefax.core.real_time import unpatched
from fakefax.scenario.schema import AccountSection, DocumentSection, Scenario
from fakefax.values.durations import parse_duration
from fakefax.values.money import parse_amount

BYTES_A_PAGE = 24 * 1024
"""The size of a page of a document that only a scenario knows."""


def start_of(scenario: Scenario, otherwise: datetime) -> datetime:
    """The beginning of simulated time."""
    return otherwise if scenario.clock.start is UNSET else parse_time(scenario.clock.start)


def parse_time(text: str | datetime) -> datetime:
    """An ISO 8601 time as an aware datetime, UTC unless it says otherwise. Raises ValueError."""
    try:
        time = text if isinstance(text, datetime) else datetime.fromisoformat(text)
        time = time if time.tzinfo else time.replace(tzinfo=UTC)
        in_reach = time.astimezone(UTC) < END_OF_TIME
    except (ValueError, TypeError) as error:
        if "isoformat" in str(error):
            raise ValueError(f"{text!r} is not a time such as 2026-01-05T09:00:00Z") from None
        raise ValueError(f"{text!r} is not such a time: {error}") from None
    except OverflowError:
        in_reach = False
    if not in_reach:
        raise ValueError(f"{text!r} is not within simulated time, which is from the year 1 to {END_OF_TIME.year}")
    return unpatched(time)


def pricing_of(scenario: Scenario) -> Pricing:
    section = scenario.pricing
    prefixes = {prefix: parse_amount(amount) for prefix, amount in section.prefixes.items()}
    return Pricing(parse_amount(section.per_page), prefixes, parse_amount(section.number))


def number_lifetime_of(scenario: Scenario) -> timedelta:
    """How long a fax number stays active."""
    return parse_duration(scenario.pricing.number_lifetime)


def parts_of(scenario: Scenario) -> int:
    """How many rules, accounts, documents and numbers a scenario has: the work of making a sandbox of it."""
    rules = len(scenario.faxes) + len(scenario.requests) + len(scenario.callbacks)
    return rules + sum(1 + len(account.documents) + len(account.numbers) for account in scenario.accounts)


def numbers_of(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """The api_key and the number of each fax number that an account has from the beginning."""
    return ((account.api_key, number) for account in scenario.accounts for number in account.numbers)


def billing_of(scenario: Scenario) -> Billing:
    section = scenario.billing
    window = None if section.double_charge_window is UNSET else parse_duration(section.double_charge_window)
    return Billing(section.charge, section.refund_failed, window)


def policy_of(scenario: Scenario) -> RetryPolicy:
    section = scenario.receipts
    return RetryPolicy(
        parse_duration(section.retry_every), parse_duration(section.expires_after), frozenset(section.accept)
    )


def accounts_of(scenario: Scenario, begin: datetime = BEGINNING) -> Iterator[Account]:
    """The accounts of a scenario; their documents were uploaded when simulated time began."""
    for user_id, section in enumerate(scenario.accounts, 1):
        yield _account(section, user_id, scenario, begin)


def _account(section: AccountSection, user_id: int, scenario: Scenario, begin: datetime) -> Account:
    return Account(
        api_key=section.api_key,
        ledger=Ledger(parse_amount(section.balance)),
        user_id=user_id,
        callback_url=None if section.callback_url is UNSET else section.callback_url,
        received_fax_url=None if section.received_fax_url is UNSET else section.received_fax_url,
        documents={document.id: _document(document, scenario, begin) for document in section.documents},
    )


def _document(section: DocumentSection, scenario: Scenario, begin: datetime) -> Document:
    return Document(
        document_id=section.id,
        filename=_name(section, scenario),
        pages=section.pages,
        convertible=section.convertible,
        problem="" if section.convertible else "the scenario says that it cannot be converted",
        size=section.pages * BYTES_A_PAGE,
        uploaded_at=begin,
    )


def _name(section: DocumentSection, scenario: Scenario) -> str:
    if section.filename is not UNSET:
        return section.filename
    from fakefax.scenario.fake_data import document_name  # noqa: PLC0415 (only where a name is left open)

    return document_name(scenario.seed, section.id, scenario.locale)
