"""Journal entries about callbacks, their attempts and their faults."""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from fakefax.core.callbacks.callback import Attempt, Callback
from fakefax.core.callbacks.receipts import status_text
from fakefax.core.clock import Clock
from fakefax.core.decisions import Decision
from fakefax.core.faults.callback_faults import CallbackFault
from fakefax.core.journal import Detail, Journal, Kind
from fakefax.core.models import FaxJob


class CallbackLog:
    """Writes the entries of one sandbox, at the time that its clock shows."""

    def __init__(self, clock: Clock, journal: Journal) -> None:
        self._clock = clock
        self._journal = journal

    def record(self, callback: Callback, kind: Kind, detail: Detail | Callable[[], Detail]) -> datetime:
        """Record an entry about a callback. Returns its time."""
        now = self._clock.now
        self._record(now, callback, kind, detail)
        return now

    def _record(self, now: datetime, callback: Callback, kind: Kind, detail: Detail | Callable[[], Detail]) -> None:
        named = callback.named
        details = {**named, **(detail() if callable(detail) else detail)} if named else detail
        self._journal.record(now, kind, details, callback.api_key, callback.fax_job_id)

    def attempt(self, callback: Callback, attempt: Attempt) -> None:
        """Record a finished attempt, what follows it, and the acknowledgement if it was one."""
        now, following = self._clock.now, "no further attempt"
        if callback.in_flight:
            following = "once more at once"
        elif attempt.next_due is not None:
            following = f"again at {_briefly(attempt.next_due, now)}"
        self._record(now, callback, callback.type.attempt, _Attempted(attempt, following))
        if attempt.failure is None:
            self._record(now, callback, callback.type.acknowledged, {"attempt": attempt.number})

    def fault(
        self, callback: Callback, attempt: int, decision: Decision[CallbackFault], fault: str, what: str
    ) -> None:
        """Record a fault of an attempt. `fault` is its name in the scenario."""
        details = {"callback": f"{callback}, attempt {attempt}", "attempt": attempt, "fault": fault, "what": what}
        self.record(callback, Kind.FAULT_CALLBACK, details | _why(decision))

    def fault_at_send(self, job: FaxJob, decision: Decision[CallbackFault], fault: str, what: str) -> None:
        """Record a fault decided when the fax was accepted."""
        details = {"callback": f"receipt {job.fax_job_id}", "fault": fault, "what": what} | _why(decision)
        self._journal.record(self._clock.now, Kind.FAULT_CALLBACK, details, job.order.api_key, job.fax_job_id)


class _Attempted(Struct, gc=False):
    """Makes the journal's details of a finished attempt."""

    attempt: Attempt
    following: str

    def __call__(self) -> Detail:
        attempt = self.attempt
        return {
            "attempt": attempt.number,
            "due": attempt.due,
            "url": attempt.url,
            "status_code": attempt.status_code,
            "result": attempt.failure or status_text(attempt.status_code or 0),
            "next_due": attempt.next_due,
            "following": self.following,
        }


def _briefly(time: datetime, now: datetime) -> str:
    """A time for a line that begins with another one: without its date when that is the same."""
    text = time.isoformat(" ")[:19]
    return text[11:] if time.date() == now.date() else text


def _why(decision: Decision[CallbackFault]) -> dict[str, object]:
    return {"rule": decision.rule, "misses": decision.misses()}
