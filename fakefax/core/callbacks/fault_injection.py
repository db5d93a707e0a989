"""The way of an attempt to its callback URL, with all that a scenario lets go wrong on it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import NamedTuple, Protocol

from fakefax.core.callbacks.callback import Answer, Notice
from fakefax.core.callbacks.encoding import Body, Change
from fakefax.core.callbacks.receipts import RetryPolicy, status_text
from fakefax.core.clock import Clock
from fakefax.core.decisions import Decision
from fakefax.core.faults import CallbackFault
from fakefax.core.timers import Timer
from fakefax.values.durations import format_duration
from fakefax.values.redaction import masked_urls

REORDER_WITHIN = timedelta(minutes=15)
"""How long a held back attempt waits for another callback of its account, in simulated time."""

_masked = lru_cache(maxsize=256)(masked_urls)

POSTED_AS_EVER = Decision(CallbackFault(), "no rule", list)


class Post(Protocol):
    """Something that posts a body to a URL, holds the clock meanwhile, and reports once how it went."""

    def __call__(self, name: str, url: str, body: Body, done: Callable[[Answer], None]) -> None: ...


@dataclass(slots=True, eq=False)
class Journey:
    """One attempt on its way. `at` is when it was posted, `copies` how often it is still to be posted.

    `scheduled` is False for a resend, which is the tester's own and which no rule touches.
    """

    notice: Notice
    number: int
    due: datetime
    scheduled: bool
    decision: Decision[CallbackFault] = POSTED_AS_EVER
    url: str = ""
    at: datetime | None = None
    copies: int = 1

    @property
    def fault(self) -> CallbackFault:
        return self.decision.action


class HeldBack(NamedTuple):
    """A journey that waits for another callback; `limit` is the timer that ends the wait."""

    journey: Journey
    limit: Timer


Ready = Callable[[Notice, datetime], str | None]
"""Asked right before an attempt that is due is posted: the URL, or None when it must not be posted after all."""

Arrived = Callable[[Journey, Answer], None]
"""Told of each answer to a journey. With `copies` left the same attempt is posted once more after it."""

NoteFault = Callable[[Journey, str, str], None]
"""Told of each fault as it is carried out: its name in the scenario, and what was done."""


class Courier:
    """Takes attempts to their URLs, and carries out the faults of the callback."""

    def __init__(
        self, clock: Clock, policy: RetryPolicy, post: Post, ready: Ready, arrived: Arrived, note: NoteFault
    ) -> None:
        self._clock = clock
        self._policy = policy
        self.post = post
        self._ready = ready
        self._arrived = arrived
        self._note = note
        self._held_back: list[HeldBack] = []

    def take(self, journey: Journey) -> None:
        """Set out with an attempt that has come due."""
        delay = journey.fault.delay
        if delay:
            self._note(journey, "delay", f"posted {format_duration(delay)} later")
            self._wait(journey, delay, "delayed", self._go)
        else:
            self._go(journey)

    def _go(self, journey: Journey) -> None:
        if journey.fault.reorder and not self._awaited(journey):
            within = format_duration(REORDER_WITHIN)
            self._note(journey, "reorder", f"held back until the next one is attempted, at most {within}")
            limit = self._wait(journey, journey.fault.delay + REORDER_WITHIN, "held back", self.deliver)
            self._held_back.append(HeldBack(journey, limit))
        else:
            self.deliver(journey)

    def _wait(self, journey: Journey, span: timedelta, how: str, then: Callable[[Journey], None]) -> Timer:
        """Go on when so much time has passed since the attempt was due; the schedule does not move."""

        def over(_: datetime) -> None:
            journey.notice.timer = None
            then(journey)

        timer = self._clock.call_at(journey.due + span, f"{journey.notice}, attempt {journey.number}, {how}", over)
        journey.notice.timer = timer
        return timer

    def deliver(self, journey: Journey) -> None:
        """Post an attempt now."""
        url = self._ready(journey.notice, journey.due)
        if url is None:
            return
        journey.url = url
        journey.copies = 2 if journey.fault.duplicate else 1
        journey.notice.in_flight = True
        if journey.fault.drop:
            self._note(journey, "drop", "never posted")
            journey.at = self._clock.now
            self._answered(journey, Answer(None, f"dropped on the way ({journey.decision.rule})", 0.0, lost=True))
        else:
            self._put(journey)

    def _put(self, journey: Journey) -> None:
        notice, change = journey.notice, journey.fault.change
        if change:
            self._note(journey, "change", _changes(change))
        journey.at = self._clock.now
        self.post(
            f"{notice}, attempt {journey.number} to {_masked(journey.url)}",
            journey.url,
            notice.changed_body(change) if change else notice.body(),
            partial(self._answered, journey),
        )

    def _answered(self, journey: Journey, answer: Answer) -> None:
        if journey.fault.lose_ack and answer.failure is None and self._policy.accepts(answer.status_code):
            said = status_text(answer.status_code or 0)
            self._note(journey, "lose_ack", f"its acknowledgement, {said}, lost")
            answer = answer._replace(failure=f"acknowledgement lost ({journey.decision.rule})", lost=True)
        journey.copies -= 1
        journey.notice.in_flight = journey.copies > 0
        self._arrived(journey, answer)
        if journey.copies:
            self._note(journey, "duplicate", "posted once more")
            self._put(journey)
        else:
            self._let_go(journey)

    # Reordering: who is held back goes on as soon as another one of the account has been attempted.

    def _awaited(self, journey: Journey) -> bool:
        """Whether another callback waits for this one, so that to hold it back as well would undo the reorder."""
        return any(_in_line(held, journey) for held in self._held_back)

    def _let_go(self, journey: Journey) -> None:
        if not self._held_back or journey.number > 1:
            return
        free = [held for held in self._held_back if _in_line(held, journey)]
        self._held_back = [held for held in self._held_back if _alive(held) and held not in free]
        for held in free:
            self._clock.cancel(held.limit)
            held.journey.notice.timer = None
            self.deliver(held.journey)


def _alive(held: HeldBack) -> bool:
    """Whether the wait is neither over nor called off by an acknowledged resend."""
    return held.journey.notice.timer is held.limit


def _in_line(held: HeldBack, journey: Journey) -> bool:
    """Whether a journey is what another one waits for."""
    waiting, passing = held.journey.notice, journey.notice
    return (
        _alive(held)
        and waiting is not passing
        and waiting.api_key == passing.api_key
        and waiting.type is passing.type
    )


def _changes(change: Change) -> str:
    return ", ".join(f"without {name}" if value is None else f"{name}={value!r}" for name, value in change.items())
