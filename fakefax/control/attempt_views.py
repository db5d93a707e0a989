"""Attempts at a callback as the control API shows them: each one, equal ones folded, or with what was posted."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

from fakefax import schemas as views
from fakefax.control.schemas import view
from fakefax.core.callbacks.callback import Attempt, Callback
from fakefax.core.callbacks.exchanges import Exchange, Fields, fields_of
from fakefax.values.urls import MASK


class UnknownAttempt(Exception):
    """An attempt that was not made; the message says which were."""


class AttemptStyle(StrEnum):
    """How attempts are shown: each one; equal neighbours folded; each with what was posted and what came back."""

    PLAIN = "plain"
    RUNS = "runs"
    FULL = "full"


ATTEMPTS = (
    "How attempts are shown: `plain`; `runs`, which folds equal neighbours; or `full`, with what was posted and "
    "what came back."
)


def attempts_shown(callback: Callback | None, style: AttemptStyle) -> list[Any]:
    """The attempts at a callback, as they are asked for."""
    if callback is None:
        return []
    if style is AttemptStyle.RUNS:
        return attempt_runs(callback.attempts)
    if style is AttemptStyle.FULL:
        return [full_attempt(callback, attempt) for attempt in callback.attempts]
    return [attempt_view(attempt) for attempt in callback.attempts]


def one_attempt(callback: Callback | None, number: str) -> views.FullAttempt:
    """The attempt of this number; of one that was posted twice, the second. Raises UnknownAttempt."""
    attempts = () if callback is None else callback.attempts
    for attempt in reversed(attempts):
        if callback is not None and str(attempt.number) == number:
            return full_attempt(callback, attempt)
    made = f"attempts 1 to {attempts[-1].number} were made" if attempts else "none was made yet"
    raise UnknownAttempt(f"unknown attempt {number!r}; {made}")


def attempt_view(attempt: Attempt) -> views.Attempt:
    """One POST to a callback URL."""
    latency = round(attempt.latency * 1000, 1)
    return view(views.Attempt, attempt, attempt=attempt.number, latency_ms=latency)


def full_attempt(callback: Callback, attempt: Attempt) -> views.FullAttempt:
    """One POST with what was posted and what came back."""
    plain = attempt_view(attempt)
    return view(views.FullAttempt, plain, posted=_posted(callback, attempt), answer=_answer(attempt))


def _posted(callback: Callback, attempt: Attempt) -> views.PostedView | None:
    if not attempt.posted:
        return None
    exchange = attempt.exchange or Exchange(b"", None, None)
    fields: Fields = exchange.fields or ()
    if exchange.fields is None and not exchange.dropped:
        fields = fields_of(callback.form)
    return views.PostedView(attempt.url, list(_sent_headers(exchange.head)), list(fields), exchange.dropped)


def _sent_headers(head: bytes) -> Iterator[tuple[str, str]]:
    for line in head.decode("ascii").split("\r\n")[1:]:
        name, colon, value = line.partition(": ")
        if colon:
            yield name, f"{value.partition(' ')[0]} {MASK}" if name == "Authorization" else value


def _answer(attempt: Attempt) -> views.AnswerView | None:
    """The answer; without its text when that is no longer kept."""
    if attempt.status_code is None:
        return None
    response = None if attempt.exchange is None else attempt.exchange.response
    if response is None:
        return views.AnswerView(attempt.status_code, [], "", body_truncated=False, dropped=True)
    return views.AnswerView(
        response.status,
        [(_text(name), _text(value)) for name, value in response.headers],
        _text(response.body),
        body_truncated=response.body_truncated,
        dropped=False,
    )


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def attempt_runs(attempts: Iterable[Attempt]) -> list[views.AttemptRun]:
    """Attempts with equal neighbours folded into one."""
    runs: list[list[Attempt]] = []
    for attempt in attempts:
        if runs and _outcome(runs[-1][-1]) == _outcome(attempt):
            runs[-1].append(attempt)
        else:
            runs.append([attempt])
    return [
        views.AttemptRun(
            first=run[0].number,
            last=run[-1].number,
            count=len(run),
            url=run[0].url,
            status_code=run[0].status_code,
            failure=run[0].failure,
            first_due=run[0].due,
            last_due=run[-1].due,
            first_at=run[0].at,
            last_at=run[-1].at,
            next_due=run[-1].next_due,
        )
        for run in runs
    ]


def _outcome(attempt: Attempt) -> tuple[object, ...]:
    return attempt.url, attempt.status_code, attempt.failure, attempt.lost
