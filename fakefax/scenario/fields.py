"""The kinds of values that a scenario file has, shared by its sections: amounts, durations, conditions, names."""

from typing import Annotated

from msgspec import Meta, Struct, UnsetType

from fakefax.values import durations, urls

NUMBER_CONDITION = r"^((>=|<=|>|<)?[0-9]{1,9}|[0-9]{1,9}\.\.[0-9]{1,9})$"
TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?$"
LOCALE = r"^[a-z]{2,3}(_[A-Z]{2})?$"
KEY_EXPECTED = "a key of visible ASCII characters without blanks"
CONDITION_EXPECTED = 'a number or a condition such as ">20", "<=3" or "1..5"'

DEFAULT_DOCUMENT_ID = 10
"""The document of an account that has none of its own."""

EXPECTED = "x-expected"
"""The schema key that says, in words, what a value should look like."""


def text(pattern: str, expected: str, description: str) -> Meta:
    whole = pattern.removesuffix("$") + r"$(?!\n)"  # a final line break would pass $ alone
    return Meta(pattern=whole, description=description, extra_json_schema={EXPECTED: expected})


def duration(description: str) -> Meta:
    return text(durations.PATTERN, durations.EXPECTED, description)


def number_condition(description: str) -> Meta:
    return Meta(description=description, extra_json_schema={EXPECTED: CONDITION_EXPECTED})


Count = Annotated[int, Meta(ge=1)]
NumberCondition = (
    Annotated[int, Meta(ge=1)] | Annotated[str, text(NUMBER_CONDITION, CONDITION_EXPECTED, "A condition.")]
)
Weight = Annotated[float, Meta(ge=0, le=1_000_000, description="A weight; its share of all is the odds.")]
Url = Annotated[
    str,
    text(r"^https?://\S+$", urls.EXPECTED, "An http or https URL."),
]
Amount = Annotated[float, Meta(ge=0, description="An exact amount, at most six decimals.")]
ApiKey = Annotated[
    str,
    text(r"^[\x21-\x7e]+$", KEY_EXPECTED, "The api_key of an account."),
]
FaxNumberText = Annotated[
    str,
    text(r"^\+[1-9][0-9]{4,14}$", 'a number such as "+12048134699"', "A fax number with its plus."),
]
NumberPrefix = Annotated[str, text(r"^\+[0-9]+$", 'a prefix such as "+44"', "The start of a fax number.")]


class Section(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True, omit_defaults=True):
    """A mapping of the file; a key that is not listed is a problem."""


TimeRange = text(
    durations.RANGE_PATTERN,
    f"{durations.EXPECTED}, or a range such as 20s..2m",
    "A duration, or a range to draw from.",
)


NumberPattern = Annotated[
    str,
    text(
        r"^[+*][0-9*]*$",
        'a number pattern such as "+44*" or "*99"',
        "The number with its +; * fits any digits.",
    ),
]
Id = Annotated[int, Meta(ge=1, description="The document_id.")]
PageCondition = Annotated[NumberCondition | UnsetType, number_condition("The pages of the document.")]
NthCondition = Annotated[
    NumberCondition | UnsetType,
    number_condition("Which one of those that fit the other fields, counted from 1."),
]
RuleName = Annotated[str | UnsetType, Meta(description="Its name in the journal and in X-Fakefax-Reason.")]
Times = Annotated[Count | UnsetType, Meta(description="How often the rule decides before it is used up.")]
