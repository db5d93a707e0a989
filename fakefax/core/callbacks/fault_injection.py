"""The way of an attempt to its callback URL, with all that a scenario lets go wrong on it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import NamedTuple, Protocol

from fakefax.core.callbacks.callback import Answer, Callback
from fakefax.core.callbacks.receipts import RetryPolicy, status_text
from fakefax.core.clock import Clock
from fakefax.core.decisions import Decision
from fakefax.core.faults import CallbackFault
from fakefax.core.timers import Timer
from fakefax.values.durations import format_duration
from fakefax.values.forms import Body, Change
from fakefax.values.urls import masked_urls

REORDER_WITHIN = timedelta(minutes=15)
"""How long a held back attempt waits for another callback of its account, in simulated time."""

_masked = lru_cache(maxsize=256)(masked_urls)

NO_FAULT = Decision(CallbackFault(), "no rule", list)


class Post(Protocol):
    """Something that posts a body to a URL, holds the clock meanwhile, and reports once how it went."""

    def __call__(self, name: str, url: str, body: Body, done: Callable[[Answer], None]) -> None: ...


@dataclass(slots=True, eq=False)
class Delivery:
    """One attempt on its way. `at` is when it was posted, `copies` how often it is still to be posted.

    `scheduled` is False for a resend, which is the tester's own and which no rule touches.
    """

    callback: Callback
    number: int
    due: datetime
    scheduled: bool
    decision: Decision[CallbackFault] = NO_FAULT
    url: str = ""
    at: datetime | None = None
    copies: int = 1

    @property
    def fault(self) -> CallbackFault:
        return self.decision.action


class HeldDelivery(NamedTuple):
    """A delivery that waits for another callback; `limit` is the timer that ends the wait."""

    delivery: Delivery
    limit: Timer


Ready = Callable[[Callback, datetime], str | None]
"""Asked right before an attempt that is due is posted: the URL, or None when it must not be posted after all."""

Arrived = Callable[[Delivery, Answer], None]
"""Told of each answer to a delivery. With `copies` left the same attempt is posted once more after it."""

NoteFault = Callable[[Delivery, str, str], None]
"""Told of each fault as it is carried out: its name in the scenario, and what was done."""


class FaultInjector:
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
        self._held_back: list[HeldDelivery] = []

    def take(self, delivery: Delivery) -> None:
        """Set out with an attempt that has come due."""
        delay = delivery.fault.delay
        if delay:
            self._note(delivery, "delay", f"posted {format_duration(delay)} later")
            self._wait(delivery, delay, "delayed", self._go)
        else:
            self._go(delivery)

    def _go(self, delivery: Delivery) -> None:
        if delivery.fault.reorder and not self._awaited(delivery):
            within = format_duration(REORDER_WITHIN)
            self._note(delivery, "reorder", f"held back until the next one is attempted, at most {within}")
            limit = self._wait(delivery, delivery.fault.delay + REORDER_WITHIN, "held back", self.deliver)
            self._held_back.append(HeldDelivery(delivery, limit))
        else:
            self.deliver(delivery)

    def _wait(self, delivery: Delivery, span: timedelta, how: str, then: Callable[[Delivery], None]) -> Timer:
        """Go on when so much time has passed since the attempt was due; the schedule does not move."""

        def over(_: datetime) -> None:
            delivery.callback.timer = None
            then(delivery)

        timer = self._clock.call_at(
            delivery.due + span, f"{delivery.callback}, attempt {delivery.number}, {how}", over
        )
        delivery.callback.timer = timer
        return timer

    def deliver(self, delivery: Delivery) -> None:
        """Post an attempt now."""
        url = self._ready(delivery.callback, delivery.due)
        if url is None:
            return
        delivery.url = url
        delivery.copies = 2 if delivery.fault.duplicate else 1
        delivery.callback.in_flight = True
        if delivery.fault.drop:
            self._note(delivery, "drop", "never posted")
            delivery.at = self._clock.now
            self._answered(delivery, Answer(None, f"dropped on the way ({delivery.decision.rule})", 0.0, lost=True))
        else:
            self._put(delivery)

    def _put(self, delivery: Delivery) -> None:
        callback, change = delivery.callback, delivery.fault.change
        if change:
            self._note(delivery, "change", _changes(change))
        delivery.at = self._clock.now
        self.post(
            f"{callback}, attempt {delivery.number} to {_masked(delivery.url)}",
            delivery.url,
            callback.changed_body(change) if change else callback.body(),
            partial(self._answered, delivery),
        )

    def _answered(self, delivery: Delivery, answer: Answer) -> None:
        if delivery.fault.lose_ack and answer.failure is None and self._policy.accepts(answer.status_code):
            said = status_text(answer.status_code or 0)
            self._note(delivery, "lose_ack", f"its acknowledgement, {said}, lost")
            answer = answer._replace(failure=f"acknowledgement lost ({delivery.decision.rule})", lost=True)
        delivery.copies -= 1
        delivery.callback.in_flight = delivery.copies > 0
        self._arrived(delivery, answer)
        if delivery.copies:
            self._note(delivery, "duplicate", "posted once more")
            self._put(delivery)
        else:
            self._let_go(delivery)

    # Reordering: who is held back goes on as soon as another one of the account has been attempted.

    def _awaited(self, delivery: Delivery) -> bool:
        """Whether another callback waits for this one, so that to hold it back as well would undo the reorder."""
        return any(_in_line(held, delivery) for held in self._held_back)

    def _let_go(self, delivery: Delivery) -> None:
        if not self._held_back or delivery.number > 1:
            return
        free = [held for held in self._held_back if _in_line(held, delivery)]
        self._held_back = [held for held in self._held_back if _alive(held) and held not in free]
        for held in free:
            self._clock.cancel(held.limit)
            held.delivery.callback.timer = None
            self.deliver(held.delivery)


def _alive(held: HeldDelivery) -> bool:
    """Whether the wait is neither over nor called off by an acknowledged resend."""
    return held.delivery.callback.timer is held.limit


def _in_line(held: HeldDelivery, delivery: Delivery) -> bool:
    """Whether a delivery is what another one waits for."""
    waiting, passing = held.delivery.callback, delivery.callback
    return (
        _alive(held)
        and waiting is not passing
        and waiting.api_key == passing.api_key
        and waiting.type is passing.type
    )


def _changes(change: Change) -> str:
    return ", ".join(f"without {name}" if value is None else f"{name}={value!r}" for name, value in change.items())
