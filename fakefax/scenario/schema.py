"""The scenario file: every key, its type, its default and what it is for.

msgspec validates from these classes, and the JSON Schema that finds every problem at once is made from them.
Durations and amounts stay as written here and become the core's values in fakefax.scenario.build.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from fakefax.core import durations, urls
from fakefax.core.clock import MAX_RATE
from fakefax.core.models import ChargeAt
from fakefax.core.msg_codes import MsgCode

NUMBER_CONDITION = r"^((>=|<=|>|<)?[0-9]{1,9}|[0-9]{1,9}\.\.[0-9]{1,9})$"
TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?$"
KEY_EXPECTED = "a key of visible ASCII characters without blanks"
CONDITION_EXPECTED = 'a number or a condition such as ">20", "<=3" or "1..5"'

EXPECTED = "x-expected"
"""The schema key that says, in words, what a value should look like."""


def _text(pattern: str, expected: str, description: str) -> Meta:
    whole = pattern.removesuffix("$") + r"$(?!\n)"  # a final line break would pass $ alone
    return Meta(pattern=whole, description=description, extra_json_schema={EXPECTED: expected})


def _duration(description: str) -> Meta:
    return _text(durations.PATTERN, durations.EXPECTED, description)


def _number_condition(description: str) -> Meta:
    return Meta(description=description, extra_json_schema={EXPECTED: CONDITION_EXPECTED})


Count = Annotated[int, Meta(ge=1)]
NumberCondition = (
    Annotated[int, Meta(ge=1)] | Annotated[str, _text(NUMBER_CONDITION, CONDITION_EXPECTED, "A condition.")]
)
Weight = Annotated[float, Meta(ge=0, le=1_000_000)]
Url = Annotated[
    str,
    _text(r"^https?://\S+$", urls.EXPECTED, "An http or https URL."),
]
Amount = Annotated[float, Meta(ge=0, description="An exact amount, at most six decimals.")]
ApiKey = Annotated[
    str,
    _text(r"^[\x21-\x7e]+$", KEY_EXPECTED, "The api_key of an account."),
]
NumberPrefix = Annotated[str, _text(r"^\+[0-9]+$", 'a prefix such as "+44"', "The start of a fax number.")]


class _Section(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """A mapping of the file; a key that is not listed is a problem."""


class ClockSection(_Section, frozen=True):
    """Simulated time."""

    rate: Annotated[float, Meta(ge=0, le=MAX_RATE, description="Simulated seconds per real second; 0 pauses.")] = 60
    start: (
        Annotated[
            str,
            _text(
                TIME,
                "a time such as 2026-01-05T09:00:00Z",
                "Where simulated time begins; UTC unless it says otherwise. Left out: now.",
            ),
        ]
        | UnsetType
    ) = UNSET


class DocumentSection(_Section, frozen=True):
    """A document that the account has uploaded already."""

    id: Annotated[int, Meta(ge=1, le=2**53, description="The document_id.")]
    filename: (
        Annotated[str, Meta(min_length=1, description="Left out: a plausible one is made up.")] | UnsetType
    ) = UNSET
    pages: Annotated[int, Meta(ge=1, le=10_000, description="What the fax is charged by.")] = 1
    convertible: Annotated[
        bool, Meta(description="Whether it can be faxed; false is a file that the conversion fails on.")
    ] = True


DEFAULT_DOCUMENTS = (DocumentSection(id=10, filename="invoice.pdf"),)


class AccountSection(_Section, frozen=True):
    """An api_key with its simulated balance, its documents and its API settings."""

    api_key: ApiKey
    balance: Amount = 100
    callback_url: Annotated[Url, Meta(description="Where delivery receipts are posted.")] | UnsetType = UNSET
    received_fax_url: Annotated[Url, Meta(description="Where received faxes are posted.")] | UnsetType = UNSET
    documents: Annotated[
        tuple[DocumentSection, ...], Meta(description="Left out: document 10, invoice.pdf, one page.")
    ] = DEFAULT_DOCUMENTS


class PricingSection(_Section, frozen=True):
    """What a page costs."""

    per_page: Amount = 0.15
    prefixes: Annotated[
        dict[NumberPrefix, Amount],
        Meta(description="Prices by number prefix; the longest one that fits counts."),
    ] = {}


class BillingSection(_Section, frozen=True):
    """Assumptions about money, each with its switch."""

    charge: Annotated[ChargeAt, Meta(description="When a fax is paid for.")] = ChargeAt.ACCEPT
    refund_failed: Annotated[bool, Meta(description="Whether a failed fax gives its price back.")] = False
    not_enough_balance_status: Annotated[
        Literal[200, 400, 402, 403], Meta(description="The HTTP status of a send that the balance does not cover.")
    ] = 400


class ReceiptsSection(_Section, frozen=True):
    """How delivery receipts are retried."""

    retry_every: Annotated[str, _duration("From one attempt's due time to the next's.")] = "15m"
    expires_after: Annotated[str, _duration("The last attempt is due no later than this after the first.")] = "48h"
    accept: Annotated[
        tuple[Annotated[int, Meta(ge=100, le=599)], ...],
        Meta(min_length=1, description="The HTTP statuses that acknowledge a receipt."),
    ] = (200,)


class Mix(_Section, frozen=True):
    """Weights of the msg_codes to draw from; the seed decides."""

    ok: Weight = 0
    unknown: Weight = 0
    no_answer: Weight = 0
    busy: Weight = 0
    file_error: Weight = 0
    hangup: Weight = 0


class Outcome(_Section, frozen=True):
    """What becomes of one fax: a msg_code, or a mix to draw it from, and how long it takes."""

    msg_code: Annotated[MsgCode | UnsetType, Meta(description="How the fax ends. Left out: ok.")] = UNSET
    mix: Mix | UnsetType = UNSET
    after: Annotated[
        str,
        _text(
            durations.RANGE_PATTERN,
            f"{durations.EXPECTED}, or a range such as 20s..2m",
            "From acceptance to the end of the fax; a range is drawn from.",
        ),
    ] = "30s"


class FaxWhen(_Section, frozen=True):
    """Which faxes a rule takes: all fields given must fit."""

    fax_number: (
        Annotated[
            str,
            _text(
                r"^[+*][0-9*]*$",
                'a number pattern such as "+44*" or "*99"',
                "The number with its +; * fits any digits.",
            ),
        ]
        | UnsetType
    ) = UNSET
    document_id: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    pages: Annotated[NumberCondition | UnsetType, _number_condition("The pages of the document.")] = UNSET
    api_key: ApiKey | UnsetType = UNSET
    nth: Annotated[
        NumberCondition | UnsetType,
        _number_condition("Which one of the faxes that fit the other fields, counted from 1."),
    ] = UNSET


class FaxRule(_Section, frozen=True):
    """One rule of `faxes`; the first that matches decides."""

    then: Annotated[
        Outcome | Annotated[tuple[Outcome, ...], Meta(min_length=1)],
        Meta(
            description="The outcome, or a list for successive faxes whose last one stays.",
            extra_json_schema={EXPECTED: "an outcome such as {msg_code: busy}, or a list of outcomes"},
        ),
    ]
    name: Annotated[str | UnsetType, Meta(description="What the journal calls the rule.")] = UNSET
    when: FaxWhen = FaxWhen()
    times: Annotated[Count | UnsetType, Meta(description="How many faxes use the rule up.")] = UNSET


class Scenario(_Section, frozen=True):
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
    faxes: Annotated[
        tuple[FaxRule, ...], Meta(description="What becomes of each fax; no match means ok after 30s.")
    ] = ()


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a scenario file, from the classes of this module."""
    return msgspec.json.schema(Scenario)
