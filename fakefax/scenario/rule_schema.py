"""The rules of a scenario file: `faxes`, `requests` and `callbacks`, each with its `when` and its `then`."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType, field

from fakefax.core.decisions import CallbackKind
from fakefax.core.faults import Poll, RefusalName
from fakefax.core.msg_codes import MsgCode
from fakefax.scenario.fields import (
    EXPECTED,
    ApiKey,
    Id,
    NthCondition,
    NumberCondition,
    NumberPattern,
    PageCondition,
    RuleName,
    Section,
    TimeRange,
    Times,
    Weight,
    duration,
    number_condition,
    text,
)


class Mix(Section, frozen=True):
    """Weights of the msg_codes to draw from; the seed decides."""

    ok: Weight = 0
    unknown: Weight = 0
    no_answer: Weight = 0
    busy: Weight = 0
    file_error: Weight = 0
    hangup: Weight = 0


class Outcome(Section, frozen=True):
    """What becomes of one fax: a msg_code, or a mix to draw it from, and how long it takes."""

    msg_code: Annotated[
        MsgCode | UnsetType,
        Meta(description="How the fax ends. Left out: ok, or file_error when the document cannot be converted."),
    ] = UNSET
    mix: Annotated[Mix | UnsetType, Meta(description="In place of msg_code: weights to draw one from.")] = UNSET
    after: Annotated[
        str,
        TimeRange,
        Meta(description="From acceptance to the end of the fax; a range is drawn from."),
    ] = "30s"


class FaxWhen(Section, frozen=True):
    """Which faxes a rule takes: all fields given must fit."""

    fax_number: NumberPattern | UnsetType = UNSET
    document_id: Id | UnsetType = UNSET
    filename: Annotated[str | UnsetType, Meta(description="The document's name; * fits any characters.")] = UNSET
    pages: PageCondition = UNSET
    api_key: ApiKey | UnsetType = UNSET
    nth: NthCondition = UNSET


class FaxRule(Section, frozen=True):
    """One rule of `faxes`; the first that matches decides."""

    then: Annotated[
        Outcome | Annotated[tuple[Outcome, ...], Meta(min_length=1)],
        Meta(
            description="The outcome, or a list for successive faxes whose last one stays.",
            extra_json_schema={EXPECTED: "an outcome such as {msg_code: busy}, or a list of outcomes"},
        ),
    ]
    name: RuleName = UNSET
    when: Annotated[FaxWhen, Meta(description="Which faxes it takes; left out: every fax.")] = FaxWhen()
    times: Times = UNSET


class RequestWhen(Section, frozen=True):
    """Which requests of Fax.to's API a rule takes: all fields given must fit."""

    operation: Annotated[
        str | UnsetType, Meta(description="The operation's name, such as send_fax; * fits any letters.")
    ] = UNSET
    method: Annotated[Literal["GET", "POST", "DELETE"] | UnsetType, Meta(description="The HTTP method.")] = UNSET
    api_key: ApiKey | UnsetType = UNSET
    fax_number: NumberPattern | UnsetType = UNSET
    document_id: Id | UnsetType = UNSET
    header: Annotated[
        dict[str, str], Meta(description="Request headers by name, in any case; * fits any characters.")
    ] = field(default_factory=dict)
    nth: NthCondition = UNSET


class RateLimit(Section, frozen=True):
    """So many requests of an api_key in a span of simulated time; the rule takes those beyond."""

    count: Annotated[int, Meta(ge=1, le=1_000_000, description="Requests that are let through.")]
    per: Annotated[str, duration("The span of simulated time in which they are counted, back from now.")] = "1m"


class RequestEffect(Section, frozen=True):
    """What becomes of a request. Empty: it is answered as ever, which is of use in a list."""

    status: (
        Annotated[
            int,
            Meta(ge=200, le=599, description="Answer with this status; the request is not carried out."),
        ]
        | UnsetType
    ) = UNSET
    body: Annotated[
        str | dict[str, Any] | list[Any] | UnsetType,
        Meta(
            description="The body that goes with status: JSON, or any text. Left out: the vendor's error shape.",
            extra_json_schema={EXPECTED: "text, a mapping or a list"},
        ),
    ] = UNSET
    content_type: Annotated[
        str, text(r"^[\x21-\x7e]+/[\x20-\x7e]+$", "a content type such as text/html", "Of the body.")
    ] = "application/json"
    refuse: Annotated[
        RefusalName | UnsetType,
        Meta(description="Refuse as the vendor does, with its status and message; nothing is carried out."),
    ] = UNSET
    rate_limit: Annotated[
        RateLimit | UnsetType, Meta(description="Refuse what is beyond the limit with 403 Rate Limit Exceeded.")
    ] = UNSET
    mix: Annotated[
        dict[Annotated[str, text(r"^[2-5][0-9][0-9]$", "an HTTP status such as 500", "A status.")], Weight]
        | UnsetType,
        Meta(description="In place of status: weights of statuses to draw from; 200 is answered as ever."),
    ] = UNSET
    lose_reply: Annotated[
        Literal["before_commit", "after_commit"] | UnsetType,
        Meta(
            description="Close the connection without an answer: before_commit, nothing was done or charged; "
            "after_commit, everything was."
        ),
    ] = UNSET
    reset: Annotated[
        bool, Meta(description="End the connection by a TCP reset without an answer; before_commit, unless said.")
    ] = False
    truncate: Annotated[
        bool, Meta(description="Send the first half of the answer under its full Content-Length, then close.")
    ] = False
    commit: Annotated[
        bool,
        Meta(description="Carry the request out although status, mix or reset stands in place of its answer."),
    ] = False
    delay: Annotated[
        str,
        TimeRange,
        Meta(description="Simulated time between carrying out and answering; a range is drawn from."),
    ] = "0"
    real_delay: Annotated[str, TimeRange, Meta(description="The same in real time, which no advance shortens.")] = (
        "0"
    )


class RequestRule(Section, frozen=True):
    """One rule of `requests`; the first that matches decides."""

    then: Annotated[
        RequestEffect | Annotated[tuple[RequestEffect, ...], Meta(min_length=1)],
        Meta(
            description="What is done to the request, or a list for successive requests whose last one stays.",
            extra_json_schema={EXPECTED: "a fault such as {status: 500}, or a list of faults"},
        ),
    ]
    name: RuleName = UNSET
    when: Annotated[RequestWhen, Meta(description="Which requests it takes; left out: every request.")] = (
        RequestWhen()
    )
    times: Times = UNSET


class CallbackWhen(Section, frozen=True):
    """Which attempts at a callback a rule takes: all fields given must fit."""

    kind: Annotated[CallbackKind | UnsetType, Meta(description="receipt or received_fax. Left out: both.")] = UNSET
    fax_number: NumberPattern | UnsetType = UNSET
    document_id: Id | UnsetType = UNSET
    pages: PageCondition = UNSET
    api_key: ApiKey | UnsetType = UNSET
    msg_code: Annotated[MsgCode | UnsetType, Meta(description="How the fax ended.")] = UNSET
    attempt: Annotated[
        NumberCondition | UnsetType, number_condition("Which attempt at this callback, counted from 1.")
    ] = UNSET
    nth: NthCondition = UNSET


class CallbackMix(Section, frozen=True):
    """Weights of what becomes of a callback; the seed decides."""

    deliver: Weight = 0
    drop: Weight = 0
    duplicate: Weight = 0
    lose_ack: Weight = 0


class CallbackEffect(Section, frozen=True):
    """What becomes of an attempt at a callback. Empty: it is posted as ever, which is of use in a list."""

    drop: Annotated[bool, Meta(description="Do not post it; it counts as an attempt that failed.")] = False
    delay: Annotated[
        str, TimeRange, Meta(description="Post it so much simulated time later; a range is drawn from.")
    ] = "0"
    duplicate: Annotated[bool, Meta(description="Post it twice.")] = False
    reorder: Annotated[bool, Meta(description="Post it after the next callback of the same key.")] = False
    lose_ack: Annotated[bool, Meta(description="Post it, and take the answer for lost.")] = False
    before_reply: Annotated[
        bool, Meta(description="Let the receipt arrive before the send itself has been answered.")
    ] = False
    poll: Annotated[
        Poll | UnsetType,
        Meta(description="Let the status answer know the end before (ahead) or only after (behind) the receipt."),
    ] = UNSET
    poll_by: Annotated[
        str, duration("By how much simulated time the status answer is ahead or behind; it goes with poll.")
    ] = "5m"
    change: Annotated[
        dict[str, str | int | None],
        Meta(description="Fields with other values; null takes a field out, an unknown one is added."),
    ] = field(default_factory=dict)
    mix: Annotated[
        CallbackMix | UnsetType, Meta(description="In place of all others: weights to draw one fault from.")
    ] = UNSET


class CallbackRule(Section, frozen=True):
    """One rule of `callbacks`; the first that matches decides."""

    then: Annotated[
        CallbackEffect | Annotated[tuple[CallbackEffect, ...], Meta(min_length=1)],
        Meta(
            description="What is done to the callback, or a list for successive attempts whose last one stays.",
            extra_json_schema={EXPECTED: "a fault such as {lose_ack: true}, or a list of faults"},
        ),
    ]
    name: RuleName = UNSET
    when: Annotated[CallbackWhen, Meta(description="Which attempts it takes; left out: every attempt.")] = (
        CallbackWhen()
    )
    times: Times = UNSET
