"""Faults of callbacks: each is one field of `CallbackFaults`, with an entry that says all of it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, TypedDict

from msgspec import Struct

from fakefax.core.faults.fault import Fault, Row, Value, faults_of
from fakefax.core.randomness import RandomChoices
from fakefax.values.durations import format_duration, parse_duration, parse_range
from fakefax.values.forms import Form

REORDER_WITHIN = timedelta(minutes=15)
"""How long a held back attempt waits for another callback of its account, in simulated time."""

Written = Mapping[str, Any]
"""The effect of a rule as its scenario has it: faults by name."""

Draw = Callable[[RandomChoices], Any]
"""Makes the value of a fault for one attempt."""


def _as_written(value: Any, _: Written) -> Draw:
    return lambda choices: value


class CallbackEntry(Fault, frozen=True, kw_only=True):
    """A fault of callbacks. One of the fields below says what it does.

    `wait`: how much later than due it is posted. `holds_for_next`: it is posted after the account's next callback.
    `stops`: it is not posted, and fails with this sentence. `change`: the form that is posted. `loses`: an
    acknowledgement fails with this sentence. `again`: it is posted once more. `ends_fax_at_send`: the fax ends, and
    the first attempt is made, before the send is answered. `shows_end_at`: when a status poll learns of the end.

    `read` makes the value from what a scenario says; `note` is what the journal says, with the {value} as `shown`,
    and with the status of the {answer}. `in_mix` faults can be drawn by weight.
    """

    read: Callable[[Any, Written], Draw] = _as_written
    note: str = "{value}"
    shown: Callable[[Any], str] = str
    in_mix: bool = False

    wait: Callable[[Any], timedelta] | None = None
    holds_for_next: bool = False
    stops: str | None = None
    change: Callable[[Form, Any], Form] | None = None
    loses: str | None = None
    again: bool = False
    ends_fax_at_send: bool = False
    shows_end_at: Callable[[datetime, Any], datetime] | None = None

    @property
    def of_send(self) -> bool:
        """Whether it is decided as a fax is accepted, and not when an attempt is due."""
        return self.ends_fax_at_send or self.shows_end_at is not None

    @property
    def posts_later(self) -> bool:
        """Whether the first attempt is not posted when it is due."""
        return self.wait is not None or self.holds_for_next

    @property
    def needs_posting(self) -> bool:
        """Whether it does nothing to an attempt that is never posted."""
        of_posting = (self.holds_for_next, self.change, self.loses, self.again, self.ends_fax_at_send)
        return any(of_posting)

    @property
    def does_something(self) -> bool:
        """True if any of the fields that define an effect is set."""
        return bool(self.wait or self.stops or self.shows_end_at or self.needs_posting)

    def describe(self, value: Any, answer: str = "") -> str:
        """The journal's text when the fault is applied."""
        return self.note.format(value=self.shown(value), answer=answer)


Poll = Literal["ahead", "behind"]
"""The order of the status answer and the receipt."""


class StatusShift(Struct, frozen=True):
    """By how much the status answer is ahead of the receipt, or behind it."""

    poll: Poll
    by: timedelta

    def __str__(self) -> str:
        return f"{self.poll} of it by {format_duration(self.by)}"

    def shown_from(self, ends: datetime) -> datetime:
        return ends - self.by if self.poll == "ahead" else ends + self.by


def _drawn_span(written: str, _: Written) -> Draw:
    shortest, longest = parse_range(written)
    return lambda choices: choices.span(shortest, longest)


def _status_shift(written: Poll, effect: Written) -> Draw:
    shift = StatusShift(written, parse_duration(effect["poll_by"]))
    return lambda choices: shift


def _as_text(written: Mapping[str, str | int | None], _: Written) -> Draw:
    change = {name: None if value is None else str(value) for name, value in written.items()}
    return lambda choices: change


def _changed(form: Form, change: Mapping[str, str | None]) -> Form:
    """A form with this change; None takes a field out, an unknown field is added at the end."""
    return {name: value for name, value in {**form, **change}.items() if value is not None}


def _changes(change: Mapping[str, str | None]) -> str:
    return ", ".join(f"without {name}" if value is None else f"{name}={value!r}" for name, value in change.items())


class CallbackFaults(TypedDict, total=False):
    """The faults of a callback. docs/reference/scenario-file.md explains each key."""

    drop: Annotated[
        bool,
        CallbackEntry(
            description="Do not post it; it counts as an attempt that failed.",
            value=Value.FLAG,
            rows=(
                Row(
                    name="drop",
                    old_name="no receipt",
                    number="+15005550201",
                    what="the receipt is never sent",
                    happened="{point} was never sent",
                    once=False,
                ),
                Row(
                    name="drop_first",
                    old_name="first attempt lost",
                    number="+15005550202",
                    what="the first attempt at the receipt is lost",
                    happened="{point} was lost on its way",
                    when={"attempt": 1},
                ),
            ),
            in_mix=True,
            stops="dropped on the way",
            note="never posted",
        ),
    ]
    delay: Annotated[
        str,
        CallbackEntry(
            description="Post it so much simulated time later; a range is drawn from.",
            value=Value.DURATION_RANGE,
            example="5m",
            rows=(
                Row(
                    name="delay",
                    old_name="late receipt",
                    number="+15005550205",
                    what="the receipt comes five minutes late",
                    happened="{point} came five minutes late",
                    when={"attempt": 1},
                ),
            ),
            read=_drawn_span,
            wait=lambda span: span,
            shown=format_duration,
            note="posted {value} later",
        ),
    ]
    duplicate: Annotated[
        bool,
        CallbackEntry(
            description="Post it twice.",
            value=Value.FLAG,
            rows=(
                Row(
                    name="duplicate",
                    old_name="receipt twice",
                    number="+15005550203",
                    what="the receipt comes twice",
                    happened="{point} came twice",
                    when={"attempt": 1},
                ),
            ),
            in_mix=True,
            again=True,
            note="posted once more",
        ),
    ]
    reorder: Annotated[
        bool,
        CallbackEntry(
            description="Post it after the next callback of the same key.",
            value=Value.FLAG,
            rows=(
                Row(
                    name="reorder",
                    old_name="receipt after the next",
                    number="+15005550206",
                    what="the receipt comes after the next fax's",
                    happened="{point} came after the next one",
                    when={"attempt": 1},
                ),
            ),
            holds_for_next=True,
            note=f"held back until the next one is attempted, at most {format_duration(REORDER_WITHIN)}",
        ),
    ]
    lose_ack: Annotated[
        bool,
        CallbackEntry(
            description="Post it, and take the answer for lost.",
            value=Value.FLAG,
            rows=(
                Row(
                    name="lose_ack",
                    old_name="lost acknowledgement",
                    number="+15005550204",
                    what="the 200 to the receipt is lost, so it comes again",
                    happened="the 200 to {point} was lost",
                    when={"attempt": 1},
                ),
            ),
            in_mix=True,
            loses="acknowledgement lost",
            note="its acknowledgement, {answer}, lost",
        ),
    ]
    before_reply: Annotated[
        bool,
        CallbackEntry(
            description="Let the receipt arrive before the send itself has been answered.",
            value=Value.FLAG,
            rows=(
                Row(
                    name="before_reply",
                    old_name="receipt before the reply",
                    number="+15005550207",
                    what="the receipt comes before the send is answered",
                    happened="{point} came before the reply to its send",
                ),
            ),
            ends_fax_at_send=True,
            note="comes before the send is answered",
        ),
    ]
    poll: Annotated[
        Poll,
        CallbackEntry(
            description="Let the status answer know the end before (ahead) or only after (behind) the receipt.",
            value=Value.CHOICE,
            example="ahead",
            rows=(
                Row(
                    name="poll_ahead",
                    old_name="status ahead",
                    number="+15005550208",
                    what="the status answer knows the end before it has come",
                    happened="the status answer knew the end before {point} came",
                    then={"poll": "ahead"},
                ),
                Row(
                    name="poll_behind",
                    old_name="status behind",
                    number="+15005550209",
                    what="the status answer lags behind the receipt",
                    happened="the status answer lagged behind {point}",
                    then={"poll": "behind"},
                ),
            ),
            read=_status_shift,
            shows_end_at=lambda ends, shift: shift.shown_from(ends),
            note="the status answer is {value}",
        ),
    ]
    poll_by: Annotated[
        str,
        CallbackEntry(
            description="By how much simulated time the status answer is ahead or behind; it goes with poll.",
            value=Value.DURATION,
            example="5m",
            parameter_of="poll",
            default="5m",
        ),
    ]
    change: Annotated[
        Mapping[str, str | int | None],
        CallbackEntry(
            description="Fields with other values; null takes a field out, an unknown one is added.",
            value=Value.FIELDS,
            example={"msg_code": "melted"},
            rows=(
                Row(
                    name="change",
                    old_name="unheard of msg_code",
                    number="+15005550210",
                    what="a field of the receipt is not what it should be",
                    happened="{point} had a msg_code that the program does not know",
                ),
            ),
            read=_as_text,
            change=_changed,
            shown=_changes,
        ),
    ]
    mix: Annotated[
        Mapping[str, float],
        Fault(
            description="In place of all others: weights to draw one fault from.",
            value=Value.CALLBACK_WEIGHTS,
            example={"deliver": 90, "drop": 10},
        ),
    ]


CALLBACK_FAULTS = faults_of(CallbackFaults, CallbackEntry)
"""Each fault of callbacks by its name. `mix` is not one: it draws one of them."""

MIX = faults_of(CallbackFaults, Fault)["mix"]


class CallbackFault:
    """The faults of one attempt at a callback, by name, each with its value."""

    __slots__ = ("values",)

    def __init__(self, **values: Any) -> None:
        """Faults of a false value do not strike. Raises TypeError for a name that is not a fault's."""
        if not values.keys() <= CALLBACK_FAULTS.keys():
            raise TypeError(f"not faults of callbacks: {', '.join(values.keys() - CALLBACK_FAULTS.keys())}")
        self.values = {name: value for name, value in values.items() if value}

    def __repr__(self) -> str:
        return f"CallbackFault({', '.join(f'{name}={value!r}' for name, value in self.values.items())})"

    def __iter__(self) -> Iterator[tuple[str, CallbackEntry, Any]]:
        """Its faults: the name, the entry and the value of each."""
        if not self.values:  # nearly always
            return iter(())
        return ((name, CALLBACK_FAULTS[name], value) for name, value in self.values.items())

    @property
    def of_attempt(self) -> bool:
        """Whether it does something to an attempt, and not only to the send or to the status answer."""
        return any(not entry.of_send for _, entry, _ in self)

    @property
    def ends_fax_at_send(self) -> bool:
        """Whether the receipt comes before the send is answered."""
        return any(entry.ends_fax_at_send for _, entry, _ in self)

    def end_shown_at(self, ends: datetime) -> datetime | None:
        """When a status poll learns of an end of the fax at `ends`, if that is at another time."""
        for _, entry, value in self:
            if entry.shows_end_at is not None:
                return entry.shows_end_at(ends, value)
        return None


def callback_fault_maker(written: Written) -> Callable[[RandomChoices], CallbackFault]:
    """Make the faults of a rule's effect, which may be drawn, for one attempt after the other."""
    draws = {
        name: entry.read(written[name], written)
        for name, entry in CALLBACK_FAULTS.items()
        if written.get(name) and entry.parameter_of is None
    }
    return lambda choices: CallbackFault(**{name: draw(choices) for name, draw in draws.items()})
