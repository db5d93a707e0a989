"""Delivers attempts to callback URLs and applies the faults that a scenario asks for."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from fakefax.core.callbacks.callback import Answer, Callback
from fakefax.core.callbacks.exchanges import Fields, fields_of
from fakefax.core.callbacks.receipts import RetryPolicy, status_text
from fakefax.core.clock import Clock
from fakefax.core.decisions import Decision
from fakefax.core.faults.callback_faults import REORDER_WITHIN, CallbackFault
from fakefax.core.timers import Timer
from fakefax.values.forms import PostedBody
from fakefax.values.urls import masked_urls

_masked = lru_cache(maxsize=256)(masked_urls)

NO_FAULT = Decision(CallbackFault(), "no rule", list)


class Post(Protocol):
    """Something that posts a body to a URL, holds the clock meanwhile, and reports once how it went.

    `what` says in words what is posted, when it is asked for.
    """

    def __call__(self, what: object, url: str, body: PostedBody, done: Callable[[Answer], None]) -> None: ...


class Delivery(Struct, eq=False):
    """One attempt on its way; `attempt` is its number, counted from 1.

    `at` is when it was posted. `again` has the faults that post it once more, and what the journal says then.
    `changed` are the fields of a form that a rule has changed.

    `scheduled` is False for a resend, which the tester asked for and no rule applies to. `timer` is set while a
    rule delays it; one that is `held` waits for another callback of the account, and the timer ends the wait.
    """

    callback: Callback
    attempt: int
    due: datetime
    scheduled: bool
    decision: Decision[CallbackFault] = NO_FAULT
    url: str = ""
    at: datetime | None = None
    again: list[tuple[str, str]] = []
    changed: Fields | None = None
    timer: Timer | None = None
    held: bool = False

    @property
    def fault(self) -> CallbackFault:
        return self.decision.action

    def __str__(self) -> str:
        return f"{self.callback}, attempt {self.attempt} to {_masked(self.url)}"


FindUrlOrSkip = Callable[[Callback, datetime], str | None]
"""Called right before an attempt is posted. Finds its URL, or skips it after all and returns None."""

RecordAnswer = Callable[[Delivery, Answer], None]
"""Called with each answer. While `again` is not empty, the same attempt is posted once more after it."""

NoteFault = Callable[[Delivery, str, str], None]
"""Called with each fault when it is applied: its name in the scenario, and what was done."""


class FaultInjector:
    """Posts attempts, and applies the faults that rules have decided for them.

    An attempt without faults goes to `deliver_to` at once. One with faults goes through `start`, where it may be
    delayed or held back, and then `deliver`, which looks up its URL again, since that may have changed meanwhile;
    a resend begins there. Both end in `deliver_to`, where it may be lost, and `hand_over`, which posts the form,
    perhaps with other fields. `post` is the dispatcher's; the answer comes back to `_answered`.
    """

    def __init__(
        self,
        clock: Clock,
        policy: RetryPolicy,
        post: Post,
        find_url_or_skip: FindUrlOrSkip,
        record_answer: RecordAnswer,
        note: NoteFault,
    ) -> None:
        self._clock = clock
        self._policy = policy
        self.post = post
        self._find_url_or_skip = find_url_or_skip
        self._record_answer = record_answer
        self._note = note
        self._held_back: list[Delivery] = []
        self._waiting: dict[int, Delivery] = {}
        self._posted: dict[Delivery, None] = {}
        self.noted: Callable[[Delivery], None] = lambda _: None
        """Called with each attempt that begins to wait or is posted, and again at its end."""

    @property
    def under_way(self) -> list[Delivery]:
        """The attempts that rules delay, and those that were posted and have not been answered."""
        return [*self._waiting.values(), *self._posted]

    def is_under_way(self, delivery: Delivery) -> bool:
        """Whether an attempt is among those."""
        return delivery in self._posted or (delivery.timer is not None and delivery.timer.order in self._waiting)

    def close(self) -> None:
        """Carry out nothing more, and drop what is called with answers: it refers to this object in turn."""
        self._held_back.clear()
        self._waiting.clear()
        self._posted.clear()
        self._find_url_or_skip = lambda _, __: None
        self._record_answer = lambda _, __: None
        self._note = lambda _, __, ___: None
        self.noted = lambda _: None

    def start(self, delivery: Delivery) -> None:
        """Start with an attempt that has come due and has faults: post it when their delay, if any, is over."""
        delay = timedelta()
        for name, entry, value in delivery.fault:
            if entry.wait is not None:
                self._note(delivery, name, entry.describe(value))
                delay += entry.wait(value)
        if delay:
            self._wait(delivery, delay)
        else:
            self._hold_or_deliver(delivery, delay)

    def _hold_or_deliver(self, delivery: Delivery, delay: timedelta) -> None:
        """Post an attempt whose delay is over, unless a fault holds it back for another callback."""
        holding = [(name, entry.describe(value)) for name, entry, value in delivery.fault if entry.holds_for_next]
        if not holding or self._awaited(delivery):
            self.deliver(delivery)
            return
        for name, text in holding:
            self._note(delivery, name, text)
        delivery.held = True
        self._wait(delivery, delay + REORDER_WITHIN)
        self._held_back.append(delivery)

    def _wait(self, delivery: Delivery, span: timedelta) -> None:
        """Go on when so much time has passed since the attempt was due; the schedule does not move."""
        over = partial(self._waited, delivery)
        self._waits(delivery, self._clock.call_at(delivery.due + span, _wait_name(delivery), over))

    def _waits(self, delivery: Delivery, timer: Timer) -> None:
        delivery.timer = delivery.callback.timer = timer
        self._waiting[timer.order] = delivery
        self.noted(delivery)

    def _waited(self, delivery: Delivery, due: datetime) -> None:
        self._end_wait(delivery)
        if delivery.held:
            self.deliver(delivery)
        else:
            self._hold_or_deliver(delivery, due - delivery.due)

    def _end_wait(self, delivery: Delivery) -> None:
        if delivery.timer is not None:
            self._waiting.pop(delivery.timer.order, None)
        delivery.timer = delivery.callback.timer = None
        self.noted(delivery)

    def waits_by(self, timer: Timer) -> bool:
        """Whether this timer ends the wait of an attempt, rather than being the next one of the schedule."""
        return timer.order in self._waiting

    def call_off(self, timer: Timer) -> None:
        """Do not post what this timer was to post; its callback was acknowledged meanwhile."""
        delivery = self._waiting.pop(timer.order, None)
        if delivery is not None:
            delivery.timer = None
            self.noted(delivery)

    def put_back(self, delivery: Delivery, due: datetime, order: int) -> None:
        """Let an attempt of another run wait on, until its time."""
        over = partial(self._waited, delivery)
        self._waits(delivery, self._clock.put_back(due, order, _wait_name(delivery), over))
        if delivery.held:
            self._held_back.append(delivery)

    def put_back_posted(self, delivery: Delivery) -> None:
        """Have an attempt of another run that was not answered there; `hand_over` posts it again."""
        delivery.callback.in_flight = True
        self._posted[delivery] = None

    def deliver(self, delivery: Delivery) -> None:
        """Post an attempt now, unless it has no URL any more or a fault loses it on its way there."""
        url = self._find_url_or_skip(delivery.callback, delivery.due)
        if url is not None:
            self.deliver_to(delivery, url)

    def deliver_to(self, delivery: Delivery, url: str) -> None:
        """Post an attempt to this URL now, unless a fault loses it on its way there."""
        delivery.url = url
        self._posted[delivery] = None
        self.noted(delivery)
        delivery.again = [(name, entry.describe(value)) for name, entry, value in delivery.fault if entry.again]
        delivery.callback.in_flight = True
        for name, entry, value in delivery.fault:
            if entry.stops is not None:
                self._note(delivery, name, entry.describe(value))
                delivery.at = self._clock.now
                failure = f"{entry.stops} ({delivery.decision.rule})"
                self._answered(delivery, Answer(None, failure, 0.0, lost=True))
                return
        self.hand_over(delivery)

    def hand_over(self, delivery: Delivery) -> None:
        """Post the form of an attempt, with the fields that its faults have changed."""
        callback, form = delivery.callback, None
        for name, entry, value in delivery.fault:
            if entry.change is not None:
                self._note(delivery, name, entry.describe(value))
                form = entry.change(callback.form if form is None else form, value)
        delivery.at = self._clock.now
        delivery.changed = None if form is None else fields_of(form)
        self.post(
            delivery,
            delivery.url,
            callback.body() if form is None else callback.encode(form),
            partial(self._answered, delivery),
        )

    def _answered(self, delivery: Delivery, answer: Answer) -> None:
        for name, entry, value in delivery.fault:
            if entry.loses is not None and answer.failure is None and self._policy.accepts(answer.status_code):
                self._note(delivery, name, entry.describe(value, status_text(answer.status_code or 0)))
                answer = replace(answer, failure=f"{entry.loses} ({delivery.decision.rule})", lost=True)
        delivery.callback.in_flight = bool(delivery.again)
        self._record_answer(delivery, answer)
        if delivery.again:
            self._note(delivery, *delivery.again.pop(0))
            self.hand_over(delivery)
        else:
            self._posted.pop(delivery, None)
            self.noted(delivery)
            self._release_held(delivery)

    # Reordering: a held back callback is posted once another one of the account has been attempted.

    def _awaited(self, delivery: Delivery) -> bool:
        """True if another callback waits for this one: holding it back too would undo the reorder."""
        return any(_in_line(held, delivery) for held in self._held_back)

    def _release_held(self, delivery: Delivery) -> None:
        if not self._held_back or delivery.attempt > 1:
            return
        free = [held for held in self._held_back if _in_line(held, delivery)]
        self._held_back = [held for held in self._held_back if _alive(held) and held not in free]
        for held in free:
            if held.timer is not None:
                self._clock.cancel(held.timer)
            self._end_wait(held)
            self.deliver(held)


def _wait_name(delivery: Delivery) -> str:
    how = "held back" if delivery.held else "delayed"
    return f"{delivery.callback}, attempt {delivery.attempt}, {how}"


def _alive(held: Delivery) -> bool:
    """Whether the wait is neither over nor called off by an acknowledged resend."""
    return held.timer is not None


def _in_line(held: Delivery, delivery: Delivery) -> bool:
    """True if `delivery` is the one that another waits for."""
    waiting, passing = held.callback, delivery.callback
    return (
        _alive(held)
        and waiting is not passing
        and waiting.api_key == passing.api_key
        and waiting.type is passing.type
    )
