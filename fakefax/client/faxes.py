"""The members about faxes and what happened to them."""

from datetime import timedelta

from fakefax.client.connected import Connected
from fakefax.client.errors import NeverHappened, checked
from fakefax.client.loops import refuse_under_loop
from fakefax.schemas import FaxDetail, FaxDetailList, JournalEntry, JournalView, ResetView, WaitView
from fakefax.values.durations import format_duration, parse_timeout


class FaxMembers(Connected):
    """faxes, fax, resend, journal, wait_for, reset."""

    @property
    def faxes(self) -> list[FaxDetail]:
        """The faxes that were sent, oldest first, each with its timeline and every attempt at its receipt.

        (fax,) = fakefax.faxes
        assert fax.fax_number == "+15005550002"
        assert [attempt.status_code for attempt in fax.attempts] == [503, 200]
        """
        return self._all_faxes().faxes

    def _all_faxes(self) -> FaxDetailList:
        """The faxes, and how many there are not any more."""
        return self._ask("GET", "/faxes", FaxDetailList, detail="true")

    def fax(self, fax_job_id: int) -> FaxDetail:
        """One fax, by the id that the program was told.

        Raises Unknown when there is none, HistoryGone when it is not kept any more.
        """
        return self._ask("GET", f"/faxes/{fax_job_id}", FaxDetail)

    def resend(self, fax_job_id: int) -> FaxDetail:
        """Post the receipt of a fax once more, now; `advance("0s")` waits for its answer.

        Raises Unknown, or NotNow while the fax is under way or without a callback URL.
        """
        return self._ask("POST", f"/faxes/{fax_job_id}/resend", FaxDetail)

    @property
    def journal(self) -> list[JournalEntry]:
        """All that happened and all that did not, oldest first, each with the reason.

        print(*(entry.message for entry in fakefax.journal), sep="\\n")
        """
        return self._ask("GET", "/journal", JournalView).entries

    def wait_for(
        self, kind: str, *, count: int = 1, after: int = 0, timeout: str | float = "10s", **fields: object
    ) -> JournalEntry:
        """Wait until an entry of this kind is in the journal, for a program that works by itself.

        fakefax.wait_for("fax.accepted", fax_number="+15005550002")      # the queue worker has sent it
        fakefax.wait_for("receipt.acknowledged", count=3, timeout="2s")  # three of them, in real time

        `fields` are those of the entry, or of its details. Of several entries the last one is returned. Raises
        NeverHappened, an AssertionError, with what came close. On a paused clock nothing comes due by itself: use
        `advance`. In async code write `await fakefax.aio.wait_for(...)`.
        """
        __tracebackhide__ = True
        refuse_under_loop("wait_for")
        seconds = checked(parse_timeout, timeout)
        body = {
            "for": {"kind": kind, **fields},
            "count": count,
            "after": after,
            "timeout": format_duration(timedelta(seconds=seconds)),
        }
        outcome = self._ask("POST", "/wait", WaitView, body, wait=seconds)
        if not outcome.found:
            near = [f"  {miss.entry.message}\n    {'; '.join(miss.differs)}" for miss in outcome.near_misses]
            told = " and ".join(f"{name} {value!r}" for name, value in fields.items())
            times = f" {count} of" if count != 1 else ""
            message = f"waited for{times} {kind}{' with ' if told else ''}{told}: {outcome.message}"
            raise NeverHappened("\n".join([message, *(["what came close:", *near] if near else [])]))
        return outcome.entries[-1]

    def reset(self) -> None:
        """Everything back to the scenario; only fax_job_ids go on rising."""
        self._ask("POST", "/reset", ResetView)
