"""The members about simulated time, which moves only as a test says."""

from datetime import UTC, datetime, timedelta

from fakefax.client.connected import Connected
from fakefax.client.errors import AdvanceGaveUp, WrongValue, checked
from fakefax.client.loops import refuse_under_loop
from fakefax.schemas import AdvanceView, ClockView
from fakefax.values.durations import format_duration, parse_duration, parse_timeout

Span = str | timedelta
"""A span of simulated time: "15m", "1h30m", "48h", or a timedelta."""


class TimeMembers(Connected):
    """now, rate, advance, advance_to, run_until_idle."""

    @property
    def now(self) -> datetime:
        """Simulated time."""
        return self._clock().now

    @property
    def rate(self) -> float:
        """Simulated seconds per real second, 0 to 100,000; 0 means that time moves only by `advance`."""
        return self._clock().rate

    @rate.setter
    def rate(self, rate: float) -> None:
        from fakefax.scenario.overrides import check_rate  # noqa: PLC0415 (few set a rate)

        self._ask("PATCH", "/clock", ClockView, {"rate": checked(check_rate, rate)})

    def advance(self, by: Span, *, budget: str | float = "30s") -> AdvanceView:
        """Let "15m" or "48h" go by: every due receipt is posted and answered before this returns.

        fakefax.advance("1m")       # the fax has ended, its receipt was delivered
        fakefax.advance("48h")      # all 193 attempts at an endpoint that is down

        `budget` is the real time that all of it may take. Raises AdvanceGaveUp when endpoints hung so long,
        WrongValue for what is no duration, NotNow inside another advance. In async code write
        `await fakefax.aio.advance("1m")`.
        """
        refuse_under_loop("advance")
        return self._advance(budget, by=_duration(by))

    def advance_to(self, time: str | datetime, *, budget: str | float = "30s") -> AdvanceView:
        """Like `advance`, to a point of simulated time such as "2026-01-05T10:00:00Z"."""
        refuse_under_loop("advance_to")
        return self._advance(budget, to=_moment(time).isoformat())

    def run_until_idle(self, *, within: Span = "168h", budget: str | float = "30s") -> AdvanceView:
        """Let time go by until nothing is waiting any more, at most `within`."""
        refuse_under_loop("run_until_idle")
        return self._advance(budget, until="idle", within=_duration(within))

    def _advance(self, budget: str | float, **how: str) -> AdvanceView:
        seconds = checked(parse_timeout, budget)
        body = {**how, "budget": format_duration(timedelta(seconds=seconds))}
        result = self._ask("POST", "/clock/advance", AdvanceView, body, wait=seconds)
        if not result.settled:
            raise AdvanceGaveUp(result)
        return result

    def _clock(self) -> ClockView:
        return self._ask("GET", "/clock", ClockView)


def _duration(span: Span) -> str:
    """A span in words. Raises WrongValue."""
    if isinstance(span, timedelta):
        if span < timedelta():
            raise WrongValue(f"{span!r} is below 0; time cannot go back")
        return format_duration(span)
    checked(parse_duration, span)
    return span


def _moment(time: str | datetime) -> datetime:
    """A time with its zone, UTC unless it says otherwise. Raises WrongValue."""
    try:
        moment = time if isinstance(time, datetime) else datetime.fromisoformat(time)
    except (ValueError, TypeError):
        raise WrongValue(f"{time!r} is not a time such as 2026-01-05T09:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
