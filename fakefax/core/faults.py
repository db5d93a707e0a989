"""Faults: what a scenario does to a request of Fax.to's API, or to a callback, and what it is asked about."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from fakefax.values.durations import format_duration


class RefusalName(StrEnum):
    """The vendor's refusals that a rule can ask for."""

    NOT_ENOUGH_BALANCE = "not_enough_balance"
    INVALID_NUMBER = "invalid_number"
    UNAUTHORIZED = "unauthorized"
    RATE_LIMITED = "rate_limited"
    UNKNOWN_DOCUMENT = "unknown_document"


class RequestFault(NamedTuple):
    """What becomes of one request. Never half: it is carried out whole, or (`commit` False) not at all.

    `status` and `body` stand in place of the answer; a body of None is the vendor's error shape. `delay` is
    simulated time and `real_delay` real time, both between carrying out and answering. With `lose` there is no
    answer: the connection is closed, with `reset` by a TCP reset. `truncate` sends half of the answer.
    """

    commit: bool = True
    status: int | None = None
    body: object = None
    content_type: str = "application/json"
    refuse: RefusalName | None = None
    delay: timedelta = timedelta()
    real_delay: timedelta = timedelta()
    truncate: bool = False
    lose: bool = False
    reset: bool = False

    @property
    def does_something(self) -> bool:
        """Whether it is a fault at all."""
        return self != _NO_FAULT

    @property
    def effect(self) -> str:
        """What it does, in words, without the operation's own result."""
        words = []
        if self.refuse is not None:
            words.append(f"refused as {self.refuse}")
        if self.status is not None:
            words.append(f"answered with {self.status}")
        if self.delay:
            words.append(f"answer delayed by {format_duration(self.delay)}")
        if self.real_delay:
            words.append(f"answer delayed by {format_duration(self.real_delay)} of real time")
        if self.truncate:
            words.append("answer cut in half")
        if self.reset:
            words.append("connection reset without an answer")
        elif self.lose:
            words.append("answer lost")
        return ", ".join(words) or "nothing was done to it"


_NO_FAULT = RequestFault()


class Poll(StrEnum):
    """Where the status answer stands beside the receipt."""

    AHEAD = "ahead"
    BEHIND = "behind"


class CallbackFault(NamedTuple):
    """What becomes of a callback on its way.

    `drop`: it is not posted, and counts as failed. `delay`: posted so much later. `duplicate`: posted twice.
    `reorder`: posted after the next callback of the key. `lose_ack`: posted, and its 200 taken as lost.
    `before_reply`: it arrives before the send's own answer. `poll`: the status answer knows the end before
    (ahead) or only after (behind) the fax has ended and its receipt is sent, by `poll_by` of simulated time.
    `change`: fields with other values; None takes a field out.
    """

    drop: bool = False
    delay: timedelta = timedelta()
    duplicate: bool = False
    reorder: bool = False
    lose_ack: bool = False
    before_reply: bool = False
    poll: Poll | None = None
    change: Mapping[str, str | None] = MappingProxyType({})
    poll_by: timedelta = timedelta(minutes=5)

    @property
    def of_attempt(self) -> bool:
        """Whether it does something to an attempt, and not only to the send or to the status answer."""
        return bool(self.drop or self.delay or self.duplicate or self.reorder or self.lose_ack or self.change)
