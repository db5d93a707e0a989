"""The scenario file: every key, its type, its default and what it is for.

msgspec validates from these classes, and the JSON Schema that finds every problem at once is made from them.
Durations and amounts stay as written here and become the core's values in fakefax.scenario.build.
"""

import json
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from fakefax.core.clock import MAX_RATE
from fakefax.core.models import ChargeAt
from fakefax.scenario.fields import (
    DEFAULT_DOCUMENT_ID,
    LOCALE,
    TIME,
    Amount,
    ApiKey,
    FaxNumberText,
    NumberPrefix,
    Section,
    Url,
    duration,
    text,
)
from fakefax.scenario.rule_schema import CallbackRule, FaxRule, RequestRule

EXTENSION = "x-"
"""How the keys at the top of a file begin that fakefax passes over."""
EXTENSION_KEYS = "Passed over: a place for values that YAML aliases in the file repeat."


class ClockSection(Section, frozen=True):
    """Simulated time."""

    rate: Annotated[float, Meta(ge=0, le=MAX_RATE, description="Simulated seconds per real second; 0 pauses.")] = 60
    start: (
        Annotated[
            str,
            text(
                TIME,
                "a time such as 2026-01-05T09:00:00Z",
                "Where simulated time begins; UTC unless it says otherwise. Left out: now.",
            ),
        ]
        | UnsetType
    ) = UNSET


class DocumentSection(Section, frozen=True):
    """A document that the account has uploaded already."""

    id: Annotated[int, Meta(ge=1, le=2**53, description="The document_id.")]
    filename: (
        Annotated[str, Meta(min_length=1, description="Left out: a plausible one is made up.")] | UnsetType
    ) = UNSET
    pages: Annotated[int, Meta(ge=1, le=10_000, description="The pages that a fax of it is charged for.")] = 1
    convertible: Annotated[
        bool, Meta(description="Whether it can be faxed; false is a file that the conversion fails on.")
    ] = True


DEFAULT_DOCUMENTS = (DocumentSection(id=DEFAULT_DOCUMENT_ID, filename="invoice.pdf"),)


class AccountSection(Section, frozen=True):
    """An api_key with its simulated balance, its documents and its API settings."""

    api_key: ApiKey
    balance: Amount = 100
    callback_url: Annotated[Url, Meta(description="Where delivery receipts are posted.")] | UnsetType = UNSET
    received_fax_url: Annotated[Url, Meta(description="Where received faxes are posted.")] | UnsetType = UNSET
    documents: Annotated[
        tuple[DocumentSection, ...], Meta(description="Left out: document 10, invoice.pdf, one page.")
    ] = DEFAULT_DOCUMENTS
    numbers: Annotated[
        tuple[FaxNumberText, ...], Meta(description="Fax numbers that it has from the beginning, without charge.")
    ] = ()


class PricingSection(Section, frozen=True):
    """The prices of a page and of a fax number."""

    per_page: Amount = 0.15
    prefixes: Annotated[
        dict[NumberPrefix, Amount],
        Meta(description="Prices by number prefix; the longest one that fits counts."),
    ] = field(default_factory=dict)
    number: Annotated[Amount, Meta(description="The price of provisioning a fax number.")] = 5
    number_lifetime: Annotated[str, duration("From provisioning a fax number to its expiration.")] = "30d"


class BillingSection(Section, frozen=True):
    """Assumptions about money, each with its switch."""

    charge: Annotated[ChargeAt, Meta(description="When a fax is paid for.")] = ChargeAt.ACCEPT
    refund_failed: Annotated[bool, Meta(description="Whether a failed fax gives its price back.")] = False
    not_enough_balance_status: Annotated[
        Literal[200, 400, 402, 403], Meta(description="The HTTP status of a send that the balance does not cover.")
    ] = 400
    double_charge_window: (
        Annotated[
            str, duration("The audit calls a fax sent twice within this time a double charge. Left out: ever.")
        ]
        | UnsetType
    ) = UNSET


class ReceiptsSection(Section, frozen=True):
    """How delivery receipts are retried."""

    retry_every: Annotated[str, duration("From one attempt's due time to the next's.")] = "15m"
    expires_after: Annotated[str, duration("The last attempt is due no later than this after the first.")] = "48h"
    accept: Annotated[
        tuple[Annotated[int, Meta(ge=100, le=599)], ...],
        Meta(min_length=1, description="The HTTP statuses that acknowledge a receipt."),
    ] = (200,)


class ApiSection(Section, frozen=True):
    """Shapes of answers on which the documentation and the SDKs disagree."""

    files_list: Annotated[
        Literal["array", "object"],
        Meta(description="GET /files answers a bare array, or an object with status and files as the SDKs expect."),
    ] = "array"
    provision_without_group: Annotated[
        Literal["provision", "refuse"],
        Meta(
            description="POST /provision-numbers without a did_group_id: provision a number of group 67, as the "
            "documentation's example does, or refuse it with 400."
        ),
    ] = "provision"
    send_unknown_document_status: Annotated[
        Literal[400, 404], Meta(description="The HTTP status of a send of a document that there is not.")
    ] = 400
    costs_unknown_document_status: Annotated[
        Literal[400, 404], Meta(description="The HTTP status of the costs of a document that there is not.")
    ] = 404
    unknown_job_status: Annotated[
        Literal[400, 404], Meta(description="The HTTP status of the status of a fax job that there is not.")
    ] = 404


class UsersSection(Section, frozen=True):
    """Assumptions about registered users, each with its switch."""

    balance: Annotated[Amount, Meta(description="The balance of a new user.")] = 0
    subuser_balance: Annotated[
        Literal["shared", "own"],
        Meta(
            description="Whether a sub-user spends its parent's balance, or has one of its own like any new user."
        ),
    ] = "shared"
    wrong_login_status: Annotated[
        Literal[400, 401], Meta(description="The HTTP status of a login with a wrong email or password.")
    ] = 400
    password_required: Annotated[
        bool, Meta(description="Whether registering without a password is refused with 400.")
    ] = False


class FakeDataSection(Section, frozen=True):
    """The names, companies and letters that are made up where the scenario leaves them open."""

    locale: (
        Annotated[
            str,
            text(
                LOCALE,
                "a locale such as de_DE",
                "A locale of Faker, which must be installed. Left out: English words that come with fakefax.",
            ),
        ]
        | UnsetType
    ) = UNSET


class Scenario(Section, frozen=True):
    """A fakefax scenario: who may send, what it costs, and what becomes of each fax."""

    description: Annotated[str, Meta(description="One line for `fakefax scenarios`.")] = ""
    seed: Annotated[int, Meta(description="Every random choice comes from it.")] = 0
    clock: ClockSection = ClockSection()
    accounts: Annotated[tuple[AccountSection, ...], Meta(min_length=1, description="The first is the default.")] = (
        AccountSection(api_key="f@x2r0ckkz"),
    )
    pricing: PricingSection = PricingSection()
    billing: BillingSection = BillingSection()
    receipts: ReceiptsSection = ReceiptsSection()
    api: ApiSection = ApiSection()
    users: UsersSection = UsersSection()
    fake_data: FakeDataSection = FakeDataSection()

    faxes: Annotated[
        tuple[FaxRule, ...], Meta(description="What becomes of each fax; no match means ok after 30s.")
    ] = ()
    requests: Annotated[
        tuple[RequestRule, ...], Meta(description="Faults of the API itself; no match means none.")
    ] = ()
    callbacks: Annotated[
        tuple[CallbackRule, ...], Meta(description="Faults on the way to the callback URL; no match means none.")
    ] = ()

    @property
    def locale(self) -> str | None:
        """The locale of made-up data, or None for the words that come with fakefax."""
        return None if self.fake_data.locale is UNSET else self.fake_data.locale


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a scenario file, from the classes of this module."""
    schema = msgspec.json.schema(Scenario)
    schema["$defs"][Scenario.__name__]["patternProperties"] = {f"^{EXTENSION}": {"description": EXTENSION_KEYS}}
    return schema


DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_ID = "urn:fakefax:scenario"
FILE_NAME = "scenario.schema.json"
"""The file beside the shipped scenarios; their first line points to it."""


def published_schema() -> dict[str, Any]:
    """The schema that validates, with an id, its dialect, and a title and a description for every key."""
    schema = json_schema()
    definitions = {name: _titled(definition, schema["$defs"]) for name, definition in schema["$defs"].items()}
    root = definitions["Scenario"]["title"] = "A fakefax scenario"
    return {
        "$schema": DIALECT,
        "$id": SCHEMA_ID,
        "title": root,
        "description": definitions["Scenario"]["description"],
        "$ref": schema["$ref"],
        "$defs": definitions,
    }


def schema_text() -> str:
    """The schema as the text of its file."""
    return json.dumps(published_schema(), indent=2, ensure_ascii=False) + "\n"


def _titled(definition: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """A section whose keys each have a title and, from their own section if need be, a description."""
    if "properties" not in definition:
        return definition
    properties = {
        name: {"title": name, "description": _described(value, definitions), **value}
        for name, value in definition["properties"].items()
    }
    return {**definition, "properties": properties}


def _described(value: dict[str, Any], definitions: dict[str, Any]) -> str:
    reference = value.get("$ref", "").rpartition("/")[2]
    return str(value.get("description") or definitions.get(reference, {}).get("description", ""))
