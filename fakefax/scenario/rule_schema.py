"""The rules of a scenario file: `faxes`, `requests` and `callbacks`, each with its `when` and its `then`."""

from typing import TYPE_CHECKING, Annotated, Any, Literal, get_type_hints

from msgspec import UNSET, Meta, UnsetType, defstruct, field

from fakefax.core.decisions import CallbackKind
from fakefax.core.faults.callback_faults import CALLBACK_FAULTS, CallbackFaults
from fakefax.core.faults.fault import Fault, Value, faults_of
from fakefax.core.faults.request_faults import RequestFaults
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


class FaxOutcome(Section, frozen=True):
    """The end of a fax: a msg_code, or a mix to draw it from, and how long it takes."""

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
    """The conditions of a rule on faxes: all fields given must fit."""

    fax_number: NumberPattern | UnsetType = UNSET
    document_id: Id | UnsetType = UNSET
    filename: Annotated[str | UnsetType, Meta(description="The document's name; * fits any characters.")] = UNSET
    pages: PageCondition = UNSET
    api_key: ApiKey | UnsetType = UNSET
    nth: NthCondition = UNSET


class FaxRule(Section, frozen=True):
    """One rule of `faxes`; the first that matches decides."""

    then: Annotated[
        FaxOutcome | Annotated[tuple[FaxOutcome, ...], Meta(min_length=1)],
        Meta(
            description="The outcome, or a list for successive faxes; the last one stays.",
            extra_json_schema={EXPECTED: "an outcome such as {msg_code: busy}, or a list of outcomes"},
        ),
    ]
    name: RuleName = UNSET
    when: Annotated[FaxWhen, Meta(description="Which faxes it takes; left out: every fax.")] = FaxWhen()
    times: Times = UNSET


class RequestWhen(Section, frozen=True):
    """The conditions of a rule on requests of Fax.to's API: all fields given must fit."""

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


DELIVER = "deliver"
"""The name of no fault among those that are drawn."""

if TYPE_CHECKING:

    class CallbackMix(Section, frozen=True):
        """Made from the table of faults, below."""

    class _Effect(Section, frozen=True):
        """Made from the table of faults, below: an attribute for each fault."""

        def __getattr__(self, name: str) -> Any: ...

    class RequestEffect(_Effect, frozen=True):
        pass

    class CallbackEffect(_Effect, frozen=True):
        pass

else:
    CallbackMix = defstruct(
        "CallbackMix",
        [(name, Weight, 0) for name in (DELIVER, *(n for n, fault in CALLBACK_FAULTS.items() if fault.in_mix))],
        bases=(Section,),
        module=__name__,
        namespace={"__doc__": "Weights of what becomes of a callback; the seed decides."},
        frozen=True,
    )


_STATUS_TEXT = Annotated[str, text(r"^[2-5][0-9][0-9]$", "an HTTP status such as 500", "A status.")]
_TYPES: dict[Value, Any] = {
    Value.FLAG: bool,
    Value.DURATION: Annotated[str, duration("A duration.")],
    Value.DURATION_RANGE: Annotated[str, TimeRange],
    Value.FIELDS: dict[str, str | int | None],
    Value.STATUS: Annotated[int, Meta(ge=200, le=599)],
    Value.WEIGHTS: dict[_STATUS_TEXT, Weight],
    Value.BODY: Annotated[
        str | dict[str, Any] | list[Any], Meta(extra_json_schema={EXPECTED: "text, a mapping or a list"})
    ],
    Value.CONTENT_TYPE: Annotated[
        str, text(r"^[\x21-\x7e]+/[\x20-\x7e]+$", "a content type such as text/html", "A content type.")
    ],
    Value.RATE_LIMIT: RateLimit,
    Value.CALLBACK_WEIGHTS: CallbackMix,
}
"""The schema of each kind of value, apart from a choice, which the fault has itself."""
_DEFAULTS: dict[Value, Any] = {
    Value.FLAG: False,
    Value.DURATION_RANGE: "0",
    Value.FIELDS: field(default_factory=dict),
}
"""The values of faults that are left out, by kind, if not UNSET."""


def _effect(name: str, doc: str, faults: type) -> Any:
    """A struct with a field for each fault of a TypedDict of the table."""
    fields: list[Any] = []
    hints = get_type_hints(faults, include_extras=True)
    for key, fault in faults_of(faults, Fault).items():
        kind: Any = hints[key].__origin__ if fault.value is Value.CHOICE else _TYPES[fault.value]
        default = fault.default or _DEFAULTS.get(fault.value, UNSET)
        described: Any = Annotated[kind, Meta(description=fault.description)]
        fields.append((key, described | UnsetType if default is UNSET else described, default))
    return defstruct(name, fields, bases=(Section,), module=__name__, namespace={"__doc__": doc}, frozen=True)


if not TYPE_CHECKING:
    RequestEffect = _effect(
        "RequestEffect",
        "What becomes of a request. Empty: it is answered as usual, which is of use in a list.",
        RequestFaults,
    )
    CallbackEffect = _effect(
        "CallbackEffect",
        "What becomes of an attempt at a callback. Empty: it is posted as usual, which is of use in a list.",
        CallbackFaults,
    )


def given(effect: RequestEffect | CallbackEffect, name: str) -> Any:
    """The value of a fault in an effect; None when it is left out."""
    value = getattr(effect, name)
    return None if value is UNSET else value


class RequestRule(Section, frozen=True):
    """One rule of `requests`; the first that matches decides."""

    then: Annotated[
        RequestEffect | Annotated[tuple[RequestEffect, ...], Meta(min_length=1)],
        Meta(
            description="The fault of the request, or a list for successive requests; the last one stays.",
            extra_json_schema={EXPECTED: "a fault such as {status: 500}, or a list of faults"},
        ),
    ]
    name: RuleName = UNSET
    when: Annotated[RequestWhen, Meta(description="Which requests it takes; left out: every request.")] = (
        RequestWhen()
    )
    times: Times = UNSET


class CallbackWhen(Section, frozen=True):
    """The conditions of a rule on attempts at callbacks: all fields given must fit."""

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


class CallbackRule(Section, frozen=True):
    """One rule of `callbacks`; the first that matches decides."""

    then: Annotated[
        CallbackEffect | Annotated[tuple[CallbackEffect, ...], Meta(min_length=1)],
        Meta(
            description="The fault of the callback, or a list for successive attempts; the last one stays.",
            extra_json_schema={EXPECTED: "a fault such as {lose_ack: true}, or a list of faults"},
        ),
    ]
    name: RuleName = UNSET
    when: Annotated[CallbackWhen, Meta(description="Which attempts it takes; left out: every attempt.")] = (
        CallbackWhen()
    )
    times: Times = UNSET
