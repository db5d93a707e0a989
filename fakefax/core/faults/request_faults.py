"""Faults of requests of Fax.to's API: each is one field of `RequestFaults`, with an entry that says all of it."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal, TypedDict

from msgspec import Struct
from msgspec.structs import replace

from fakefax.core.faults.fault import Fault, Row, Value, faults_of
from fakefax.core.randomness import RandomChoices
from fakefax.values.durations import format_duration, parse_range

RefusalName = Literal["not_enough_balance", "invalid_number", "unauthorized", "rate_limited", "unknown_document"]
"""The vendor's refusals that a rule can ask for."""


class Ending(StrEnum):
    """How an answer ends: as a whole, after half of it, or by a connection that is closed or reset without one."""

    WHOLE = "whole"
    HALF = "half"
    CLOSED = "closed"
    RESET = "reset"

    @property
    def answers(self) -> bool:
        """Whether any of the answer is sent."""
        return self in (Ending.WHOLE, Ending.HALF)


class RequestFault(Struct, frozen=True):
    """The fault of one request. It is carried out as a whole, or (`commit` False) not at all.

    `status` and `body` replace the answer; a body of None is the vendor's error shape. `delay` is simulated time,
    `real_delay` real time, both between carrying out and answering.
    """

    commit: bool = True
    status: int | None = None
    body: object = None
    content_type: str = "application/json"
    refuse: RefusalName | None = None
    delay: timedelta = timedelta()
    real_delay: timedelta = timedelta()
    ending: Ending = Ending.WHOLE

    @property
    def does_something(self) -> bool:
        """Whether it is a fault at all."""
        return self != _NO_FAULT

    @property
    def effect(self) -> str:
        """Its effect in words, without the operation's own result."""
        words = []
        if self.refuse is not None:
            words.append(f"refused as {self.refuse}")
        if self.status is not None:
            words.append(f"answered with {self.status}")
        if self.delay:
            words.append(f"answer delayed by {format_duration(self.delay)}")
        if self.real_delay:
            words.append(f"answer delayed by {format_duration(self.real_delay)} of real time")
        if self.ending is not Ending.WHOLE:
            words.append(_ENDINGS[self.ending])
        return ", ".join(words) or "nothing was done to it"


_NO_FAULT = RequestFault()
_ENDINGS = {
    Ending.HALF: "answer cut in half",
    Ending.CLOSED: "answer lost",
    Ending.RESET: "connection reset without an answer",
}

Draw = Callable[[RandomChoices], Any]
Change = Callable[[RequestFault, Any], RequestFault]


def _as_written(value: Any) -> Draw:
    return lambda choices: value


def _drawn_span(written: str) -> Draw:
    shortest, longest = parse_range(written)
    return lambda choices: choices.span(shortest, longest)


def _drawn_status(weights: Mapping[str, float]) -> Draw:
    return lambda choices: int(choices.pick(weights))


class RequestEntry(Fault, frozen=True, kw_only=True):
    """A fault of requests. `change` makes it part of what becomes of a request, in the order of the entries.

    `replaces`: it says by itself what the program gets, so only one such fault can be in a rule. `settles_commit`:
    it says whether the request is carried out. `sends_no_answer`, `needs_answer`: these exclude each other.
    `read` makes the value from what a scenario says.
    """

    change: Change
    read: Callable[[Any], Draw] = _as_written
    replaces: bool = False
    settles_commit: bool = False
    sends_no_answer: bool = False
    needs_answer: bool = False


def _answer_with(fault: RequestFault, status: int) -> RequestFault:
    return replace(fault, status=status, commit=False)


def _answer_with_drawn(fault: RequestFault, status: int) -> RequestFault:
    return fault if status == 200 else _answer_with(fault, status)


def _refuse(fault: RequestFault, name: RefusalName) -> RequestFault:
    return replace(fault, refuse=name, commit=False)


def _lose_reply(fault: RequestFault, when: str) -> RequestFault:
    return replace(fault, ending=Ending.CLOSED, commit=when == "after_commit")


def _reset(fault: RequestFault, _: bool) -> RequestFault:
    """Nothing is carried out, unless `lose_reply` says otherwise."""
    return replace(fault, ending=Ending.RESET, commit=fault.commit and not fault.ending.answers)


class RequestFaults(TypedDict, total=False):
    """The faults of a request. docs/reference/scenario-file.md explains each key."""

    status: Annotated[
        int,
        RequestEntry(
            description="Answer with this status; the request is not carried out.",
            value=Value.STATUS,
            example=500,
            rows=(
                Row(
                    name="status_500",
                    old_name="500",
                    number="+15005550107",
                    what="500",
                    happened="{point} was answered with 500",
                ),
                Row(
                    name="status_500_once",
                    old_name="500 once, then ok",
                    number="+15005550108",
                    what="500 for the first send, then none",
                    happened="{point} was answered with 500",
                    then=[{"status": 500}, {}],
                    once=False,
                ),
            ),
            replaces=True,
            change=_answer_with,
        ),
    ]
    body: Annotated[
        str | dict[str, Any] | list[Any],
        RequestEntry(
            description="The body that goes with status: JSON, or any text. Left out: the vendor's error shape.",
            value=Value.BODY,
            example="<html>Bad Gateway</html>",
            rows=(
                Row(
                    name="not_json",
                    old_name="page that is no JSON",
                    number="+15005550109",
                    what="502 with a body that is not JSON",
                    happened="{point} was answered with a 502 that is not JSON",
                    then={"status": 502, "body": "<html>Bad Gateway</html>", "content_type": "text/html"},
                ),
            ),
            parameter_of="status",
            change=lambda fault, body: replace(fault, body=body),
        ),
    ]
    content_type: Annotated[
        str,
        RequestEntry(
            description="Of the body.",
            value=Value.CONTENT_TYPE,
            example="text/html",
            parameter_of="body",
            default="application/json",
            change=lambda fault, content_type: replace(fault, content_type=content_type),
        ),
    ]
    refuse: Annotated[
        RefusalName,
        RequestEntry(
            description="Refuse as the vendor does, with its status and message; nothing is carried out.",
            value=Value.CHOICE,
            example="rate_limited",
            rows=tuple(
                Row(
                    name=name,
                    old_name=old_name,
                    number=f"+15005550{last}",
                    what=what,
                    happened=f"{{point}} was answered with {what}",
                    then={"refuse": name},
                )
                for name, old_name, last, what in (
                    ("not_enough_balance", "not enough balance", "101", "400, not enough balance"),
                    ("invalid_number", "invalid number", "102", "400, invalid number"),
                    ("unknown_document", "unknown document", "103", "400, unknown document"),
                    ("unauthorized", "401", "104", "401"),
                    ("rate_limited", "rate limit", "105", "403, rate limit exceeded"),
                )
            ),
            replaces=True,
            settles_commit=True,
            change=_refuse,
        ),
    ]
    rate_limit: Annotated[
        Mapping[str, int | str],
        RequestEntry(
            description="Refuse what is beyond the limit with 403 Rate Limit Exceeded.",
            value=Value.RATE_LIMIT,
            example={"count": 2, "per": "1m"},
            rows=(
                Row(
                    name="rate_limit",
                    old_name="two a minute",
                    number="+15005550106",
                    what="403 from the third send in a simulated minute on",
                    happened="{point} was answered with 403 as one too many in a minute",
                    then={"rate_limit": {"count": 2}},
                    once=False,
                ),
            ),
            replaces=True,
            settles_commit=True,
            change=lambda fault, _: _refuse(fault, "rate_limited"),
        ),
    ]
    mix: Annotated[
        Mapping[str, float],
        RequestEntry(
            description="In place of status: weights of statuses to draw from; 200 is answered as usual.",
            value=Value.WEIGHTS,
            example={"200": 95, "500": 5},
            replaces=True,
            read=_drawn_status,
            change=_answer_with_drawn,
        ),
    ]
    lose_reply: Annotated[
        Literal["before_commit", "after_commit"],
        RequestEntry(
            description="Close the connection without an answer: before_commit, nothing was done or charged; "
            "after_commit, everything was.",
            value=Value.CHOICE,
            example="after_commit",
            rows=(
                Row(
                    name="lose_reply_before_commit",
                    old_name="reply lost before the fax was accepted",
                    number="+15005550111",
                    what="the reply is lost, nothing charged",
                    happened="the reply of {point} was lost before {work}",
                    then={"lose_reply": "before_commit"},
                ),
                Row(
                    name="lose_reply_after_commit",
                    old_name="reply lost after the fax was charged",
                    number="+15005550112",
                    what="the reply is lost, the fax charged",
                    happened="the reply of {point} was lost after {work}",
                    then={"lose_reply": "after_commit"},
                ),
            ),
            replaces=True,
            settles_commit=True,
            sends_no_answer=True,
            change=_lose_reply,
        ),
    ]
    reset: Annotated[
        bool,
        RequestEntry(
            description="End the connection by a TCP reset without an answer; before_commit, unless said.",
            value=Value.FLAG,
            rows=(
                Row(
                    name="reset",
                    old_name="connection reset",
                    number="+15005550110",
                    what="the connection is reset, nothing charged",
                    happened="the connection of {point} was reset before {work}",
                ),
            ),
            sends_no_answer=True,
            change=_reset,
        ),
    ]
    truncate: Annotated[
        bool,
        RequestEntry(
            description="Send the first half of the answer under its full Content-Length, then close.",
            value=Value.FLAG,
            rows=(
                Row(
                    name="truncate",
                    old_name="half of a reply",
                    number="+15005550113",
                    what="half of the reply comes, the fax is charged",
                    happened="the reply of {point} was cut in half after {work}",
                ),
            ),
            needs_answer=True,
            change=lambda fault, _: replace(fault, ending=Ending.HALF),
        ),
    ]
    commit: Annotated[
        bool,
        RequestEntry(
            description="Carry the request out although status, mix or reset stands in place of its answer.",
            value=Value.FLAG,
            rows=(
                Row(
                    name="status_504_after_commit",
                    old_name="504 after the fax was charged",
                    number="+15005550114",
                    what="504, the fax charged",
                    happened="{point} was answered with 504 after {work}",
                    then={"status": 504, "commit": True},
                ),
            ),
            change=lambda fault, _: replace(fault, commit=True),
        ),
    ]
    delay: Annotated[
        str,
        RequestEntry(
            description="Simulated time between carrying out and answering; a range is drawn from.",
            value=Value.DURATION_RANGE,
            example="1m",
            rows=(
                Row(
                    name="delay_reply",
                    old_name="reply after a simulated minute",
                    number="+15005550115",
                    what="the reply comes after a simulated minute, the fax is charged at once",
                    happened="the reply of {point} came a simulated minute late",
                ),
            ),
            read=_drawn_span,
            change=lambda fault, span: replace(fault, delay=span),
        ),
    ]
    real_delay: Annotated[
        str,
        RequestEntry(
            description="The same in real time, which no advance shortens.",
            value=Value.DURATION_RANGE,
            example="1s",
            rows=(
                Row(
                    name="real_delay",
                    old_name="reply after a real second",
                    number="+15005550116",
                    what="the reply comes after a real second",
                    happened="the reply of {point} came a second late",
                ),
            ),
            read=_drawn_span,
            change=lambda fault, span: replace(fault, real_delay=span),
        ),
    ]


REQUEST_FAULTS = faults_of(RequestFaults, RequestEntry)
"""Each fault of requests by its name."""


def request_fault_maker(written: Mapping[str, Any]) -> Callable[[RandomChoices], RequestFault]:
    """Make what becomes of a request by a rule's effect, which may be drawn, for one request after the other."""
    parts = [
        (entry.change, entry.read(written[name]))
        for name, entry in REQUEST_FAULTS.items()
        if written.get(name) is not None and written[name] is not False
    ]

    def make(choices: RandomChoices) -> RequestFault:
        fault = RequestFault()
        for change, draw in parts:
            fault = change(fault, draw(choices))
        return fault

    return make
