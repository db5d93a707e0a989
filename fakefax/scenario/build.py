"""A Scenario's values as the core's own."""

from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec import UNSET

from fakefax.core.clock import END_OF_TIME
from fakefax.core.durations import parse_duration
from fakefax.core.ledger import Ledger
from fakefax.core.models import Account, Billing, Document, Pricing
from fakefax.core.money import parse_amount
from fakefax.core.receipts import RetryPolicy
from fakefax.scenario.schema import AccountSection, DocumentSection, Scenario


def start_of(scenario: Scenario, otherwise: datetime) -> datetime:
    """Where simulated time begins."""
    return otherwise if scenario.clock.start is UNSET else parse_time(scenario.clock.start)


def parse_time(text: str | datetime) -> datetime:
    """An ISO 8601 time as an aware datetime, UTC unless it says otherwise. Raises ValueError."""
    try:
        time = text if isinstance(text, datetime) else datetime.fromisoformat(text)
        time = time if time.tzinfo else time.replace(tzinfo=UTC)
        in_reach = time.astimezone(UTC) < END_OF_TIME
    except ValueError as error:
        if "isoformat" in str(error):
            raise ValueError(f"{text!r} is not a time such as 2026-01-05T09:00:00Z") from None
        raise ValueError(f"{text!r} is no such time: {error}") from None
    except OverflowError:
        in_reach = False
    if not in_reach:
        raise ValueError(f"{text!r} is not within simulated time, which is from the year 1 to {END_OF_TIME.year}")
    return time


def pricing_of(scenario: Scenario) -> Pricing:
    section = scenario.pricing
    prefixes = {prefix: parse_amount(amount) for prefix, amount in section.prefixes.items()}
    return Pricing(parse_amount(section.per_page), prefixes)


def billing_of(scenario: Scenario) -> Billing:
    return Billing(scenario.billing.charge, scenario.billing.refund_failed)


def policy_of(scenario: Scenario) -> RetryPolicy:
    section = scenario.receipts
    return RetryPolicy(
        parse_duration(section.retry_every), parse_duration(section.expires_after), frozenset(section.accept)
    )


def accounts_of(scenario: Scenario) -> Iterator[Account]:
    for section in scenario.accounts:
        yield _account(section, scenario.seed)


def _account(section: AccountSection, seed: int) -> Account:
    return Account(
        api_key=section.api_key,
        ledger=Ledger(parse_amount(section.balance)),
        callback_url=None if section.callback_url is UNSET else section.callback_url,
        received_fax_url=None if section.received_fax_url is UNSET else section.received_fax_url,
        documents={document.id: _document(document, seed) for document in section.documents},
    )


def _document(section: DocumentSection, seed: int) -> Document:
    if section.filename is not UNSET:
        return Document(section.id, section.filename, section.pages)
    from fakefax.scenario.invent import document_name  # noqa: PLC0415 (Faker is slow to load)

    return Document(section.id, document_name(seed, section.id), section.pages)
